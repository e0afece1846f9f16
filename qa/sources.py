"""What an assistant's index is made of: files that were uploaded, folders that are followed, documents taken out.

Uploads are copied into the index's own folder; followed folders are read where they are. A document that is taken out
is hidden at once and can be brought back until it is removed for good.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from corpus.errors import StoreError
from index.live import exists
from index.report import Progress, Stop, SyncReport
from index.retrieve import Index
from index.store import Store
from index.sync import hide, readmit, remove, restore, sync
from index.transfer import UPLOADS
from qa.home import library_index
from qa.uploads import Upload, drop
from qa.web.conversations import forget


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, or file, that an index follows: how many shown documents came with it, and whether it can be reached.

    ``ships`` marks the library's own, which its index always follows.
    """

    path: Path
    documents: int
    there: bool
    ships: bool = False


def library() -> Path:
    """Return the folder of the documents that ship."""
    return Path(str(resources.files("corpus"))) / "library"


def known(directory: Path, first: Path | None = None) -> tuple[list[Path], list[Path]]:
    """Return what an index is made of, its uploads included: what is there, and what cannot be reached now.

    ``first`` takes the place of what was first, wherever it was.
    """
    roots: list[Path] = []
    if exists(directory):
        store = Store(directory)
        roots = store.roots
        store.close()
    if first is not None:
        roots = [first, *(root for root in roots[1:] if root != first)]
    uploads = directory.absolute() / UPLOADS
    if uploads.is_dir() and uploads not in roots:
        roots.append(uploads)
    return [r for r in roots if r.exists()], [r for r in roots if not r.exists() and r != uploads]


class Sources:
    """The upkeep of an open index.

    What changes an index raises WriterBusy while another process changes it, and StoreError where it cannot be
    written. ``progress`` is told each step; ``stop`` is asked between files, and once it returns True what was read
    stays, and the report's ``unread`` names the rest.
    """

    def __init__(self, index: Index) -> None:
        self.index = index

    # -- documents ---------------------------------------------------------------------------------

    def hide(self, doc_ids: Sequence[str]) -> None:
        """Take documents out of every answer, search and list at once, also in other processes and after a restart.

        :meth:`restore` brings them back, :meth:`finish` makes it final. Nothing is embedded again either way.

        Raises:
            StoreError: the index shows no document of such an id; then none is hidden.
        """
        hide(doc_ids, self.index.directory)

    def restore(self, doc_ids: Sequence[str]) -> None:
        """Bring hidden documents back, as they were.

        Raises:
            StoreError: no hidden document has such an id; then none is brought back.
        """
        restore(doc_ids, self.index.directory)

    def finish(self, doc_ids: Sequence[str] | None = None) -> list[str]:
        """Remove hidden documents for good, by default all, and return their ids; others are left alone."""
        hidden = self.index.hidden()
        wanted = [doc_id for doc_id in hidden if doc_ids is None or doc_id in doc_ids]
        if wanted:
            self.remove(wanted)
        return wanted

    def remove(self, doc_ids: Sequence[str]) -> None:
        """Take documents out of the index for good; those that were uploaded are deleted, other files stay untouched.

        What conversations beside the index quoted of them goes too.

        Raises:
            StoreError: the index holds no document of such an id; then none is removed.
            ConversationError: the conversations beside it cannot be written.
        """
        uploads = self._uploads()
        files = self.index.store.files()
        remove(doc_ids, self.index.directory)
        gone = [i for i in doc_ids if i in files and Path(files[i].path).is_relative_to(uploads)]
        for doc_id in gone:
            drop(Path(files[doc_id].path), uploads)
        readmit(gone, self.index.directory)  # they may be uploaded again
        forget(self.index.directory)

    # -- files -------------------------------------------------------------------------------------

    def add(
        self,
        paths: Sequence[Path],
        progress: Progress | None = None,
        stop: Stop | None = None,
        names: Sequence[str] | None = None,
    ) -> SyncReport:
        """Copy files into the index's own ``uploads`` folder and index them; the rest stays as it is.

        ``names`` are the paths that files of a folder have in it, such as ``reports/may.pdf``; by default each has its
        own name. A file of a name that was uploaded before is its new version. One that cannot be read is not kept,
        leaves the earlier version alone, and is reported in ``failed``; so is one that was still to be read when it
        was stopped, in ``unread``. ``progress`` is told each file twice: when it is looked at, and when it is read.

        Raises:
            ValueError: there is not a name for each path.
        """
        files = list(zip([path.name for path in paths] if names is None else names, paths, strict=True))
        upload = Upload(self._uploads())
        back: list[str] = []
        try:
            upload.take(files, progress or (lambda step: None), stop or (lambda: False))
            self._admit(list(upload.placed))
            report = self._sync(progress, stop)
        finally:
            back = upload.settle(self.index.store.files())
        self._show_again(upload)
        unread = set(report.unread)
        report.failed = upload.refused  # what fails in other folders is told by `qa status`
        report.unread += [name for name in (*back, *upload.left) if name not in unread]
        return report

    def _admit(self, names: Sequence[str]) -> None:
        """Let files be indexed under names of documents that were removed, unless those are still in their folders."""
        others = [root for root in self.index.store.roots if root != self._uploads()]
        excluded = self.index.store.excluded().intersection(names)
        if free := [name for name in excluded if not any((root / name).exists() for root in others)]:
            readmit(free, self.index.directory)

    def _show_again(self, upload: Upload) -> None:
        """Show documents that were hidden, and whose files are uploaded once more."""
        hidden, placed = set(self.index.hidden()), {str(path) for path in upload.placed.values()}
        if hidden:
            readmit([i for i, state in self.index.store.files().items() if state.path in placed], self.index.directory)

    def _uploads(self) -> Path:
        return self.index.directory.absolute() / UPLOADS

    # -- folders -----------------------------------------------------------------------------------

    def folders(self) -> list[Folder]:
        """Return the folders and files that the index follows, in order; its uploads are its own, and left out."""
        held = [info.root for info in self.index.documents()]
        roots = [root for root in self.index.store.roots if root != self._uploads()]
        return [Folder(root, held.count(root), root.exists(), self._ships(root)) for root in roots]

    def _ships(self, root: Path) -> bool:
        return root == library() and self.index.directory == library_index()

    def follow(self, folder: Path, progress: Progress | None = None, stop: Stop | None = None) -> SyncReport:
        """Add a folder of this machine to those that the index is kept equal to, and bring all of them up to date.

        Raises:
            StoreError: it is no folder, may not be listed, is followed already, or lies in the index's own directory.
        """
        path = Path(os.path.abspath(folder.expanduser()))  # noqa: PTH100 - a link stays what it is called
        self._check_folder(path)
        return self._sync(progress, stop, more=(path,))

    def _check_folder(self, path: Path) -> None:
        if not path.is_dir():
            what = "a file; upload it" if path.exists() else "not there; check the spelling"
            raise StoreError(f"a folder is followed, and {str(path)!r} is {what}")
        if path.resolve().is_relative_to(self.index.directory.resolve()):
            raise StoreError(f"a folder to follow is your own, and {str(path)!r} is the index's; name another")
        for root in self.index.store.roots:
            if path.resolve().is_relative_to(root.resolve()):
                where = "" if path.resolve() == root.resolve() else f" with {str(root)!r}, which it lies in"
                raise StoreError(f"a folder is followed once, and {str(path)!r} is followed already{where}")
        try:
            with os.scandir(path):
                pass
        except OSError as error:
            raise StoreError(
                f"a folder to follow must be readable, and {str(path)!r} is not ({error.strerror}); "
                "change its permissions"
            ) from error

    def unfollow(self, folder: Path, progress: Progress | None = None) -> SyncReport:
        """Follow a folder no longer: its documents leave the index, its files stay untouched.

        Raises:
            StoreError: the index does not follow it, or it is the library's own.
        """
        path = Path(os.path.abspath(folder.expanduser()))  # noqa: PTH100
        if path == self._uploads() or path not in self.index.store.roots:
            followed = ", ".join(str(one.path) for one in self.folders()) or "none"
            raise StoreError(f"only what is followed is given up, and {str(path)!r} is not; followed: {followed}")
        if self._ships(path):
            raise StoreError(
                "the library that ships always belongs to its index; hide its documents, or ask another index"
            )
        return self._sync(progress, less=path)

    def sync(self, progress: Progress | None = None, stop: Stop | None = None) -> SyncReport:
        """Bring all that the index is made of up to date; a folder that cannot be reached keeps its documents."""
        return self._sync(progress, stop)

    def _sync(
        self,
        progress: Progress | None = None,
        stop: Stop | None = None,
        more: Sequence[Path] = (),
        less: Path | None = None,
    ) -> SyncReport:
        there, gone = known(self.index.directory)
        there = [root for root in (*there, *more) if root != less]
        gone = [root for root in gone if root != less]
        report = sync(there, self.index.directory, self.index.encoder, progress, keep=gone, stop=stop)
        forget(self.index.directory)
        return report
