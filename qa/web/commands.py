"""The command line of the doors: ``qa user …``, ``qa share``, ``qa mcp``. A password is never an argument."""

import getpass
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from corpus.errors import AccountError
from index.retrieve import Index
from index.store import Store
from qa.system import Assistant, standing_index
from qa.web.conversations import Conversations, beside

if TYPE_CHECKING:
    from qa.web.accounts import Accounts

out = Console(soft_wrap=True, highlight=False, emoji=False)
IndexOption = Annotated[
    Path | None, typer.Option("--index", help="Index directory; default: the index that is asked when none is named.")
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The user's name.")]
users = typer.Typer(help="Keep the accounts of a served index.", no_args_is_help=True)


def _password() -> str:
    """Return a password typed twice, or the first line of standard input where nobody types."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Once more: "):
        raise AccountError("a password is typed the same twice, and these differ; nothing was changed")
    return first


@users.command(epilog="Examples:  \n`qa user add ann`  \n`qa user add ann --admin < password.txt`")
def add(
    name: Name,
    admin: Annotated[bool, typer.Option("--admin", help="Sees every document, shared or not.")] = False,
    index: IndexOption = None,
) -> None:
    """Add a user; the password is asked for, or read from standard input."""
    _accounts(index).add(name, _password(), admin)
    out.print(f"user {escape(name)} added")


@users.command(epilog="Example:  \n`qa user remove ann`")
def remove(name: Name, index: IndexOption = None) -> None:
    """Remove a user with all conversations; sessions and keys end at once."""
    accounts = _accounts(index)
    owner = accounts.user(name).name
    accounts.remove(name)
    if beside(accounts.directory).is_file():  # else whoever is called so next would find them
        place = beside(accounts.directory)
        with closing(Store(accounts.directory)) as store, closing(Conversations(place, store)) as conversations:
            conversations.delete_all(owner)
    out.print(f"user {escape(name)} removed")


@users.command("list", epilog="Example:  \n`qa user list`")
def list_users(index: IndexOption = None) -> None:
    """List the users."""
    for user in _accounts(index).users():
        keys = f"{len(user.keys)} key{'s' * (len(user.keys) != 1)}"
        out.print(f"{escape(user.name)}  [dim]{'admin, ' * user.admin}{keys}[/dim]")


@users.command(epilog="Example:  \n`qa user password ann`")
def password(name: Name, index: IndexOption = None) -> None:
    """Give a user another password; who is logged in with the old one is not any more."""
    accounts = _accounts(index)
    accounts.user(name)  # before a password is typed for nobody
    accounts.set_password(name, _password())
    out.print(f"password of {escape(name)} changed")


@users.command(epilog="Examples:  \n`qa user key ann`  \n`qa user key ann --revoke`")
def key(
    name: Name,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take all keys back instead.")] = False,
    index: IndexOption = None,
) -> None:
    """Print a new key for a user's programs; it is shown this once."""
    if revoke:
        count = _accounts(index).revoke(name)
        out.print(f"{count} key{'s' * (count != 1)} of {escape(name)} revoked")
    else:
        sys.stdout.write(f"{_accounts(index).new_key(name)}\n")


def share(
    places: Annotated[
        list[str] | None, typer.Argument(metavar="DOCUMENT...", help="Documents or folders; none: list what is shared.")
    ] = None,
    names: Annotated[
        list[str] | None, typer.Option("--with", metavar="NAME", help="Who may see them; give it again for more users.")
    ] = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="Let everybody see them again.")] = False,
    index: IndexOption = None,
) -> None:
    """Let only some users see documents; by default everybody with an account sees all."""
    from qa.web.shares import make_share

    accounts = _accounts(index)
    if bool(places) != (bool(names) != everybody) or (names and everybody):
        raise typer.BadParameter("name documents with either --with NAME or --everybody, or give nothing to list")
    for place in places or []:
        shared = make_share(place, tuple(names or ()), Index(accounts.directory)) if names else None
        if shared is None:
            accounts.unshare(place)
        else:
            accounts.share(shared)
    for entry in accounts.book().shares.values():
        out.print(f"{escape(entry.place)}  [dim]only {escape(', '.join(entry.users) or 'admins')}[/dim]")


def serve_mcp(
    index: IndexOption = None,
    reader: Annotated[
        str | None, typer.Option("--reader", help='"quote" (default), a model name or path, or a server\'s base URL.')
    ] = None,
) -> None:
    """Serve the documents to another program by the Model Context Protocol, on standard input and output."""
    from qa.web.mcp import needed, serve_stdio

    needed()
    serve_stdio(Assistant.open(index, reader))


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(users, name="user")
    app.command("share", epilog="Examples:  \n`qa share salaries.xlsx --with ann --with bob`  \n`qa share`")(share)
    app.command("mcp", epilog="Example:  \n`qa mcp --index ./my-index`")(serve_mcp)


def _accounts(index: Path | None) -> "Accounts":
    from qa.web.accounts import Accounts

    return Accounts((index or standing_index()).absolute())
