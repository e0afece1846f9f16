"""ZIP archives: their members one at a time, as if they were files of a folder.

Names are made safe and printable; they are ids only and never lead to a place on the disk. Links are passed over.
"""

import re
import stat
from collections.abc import Iterator
from pathlib import PurePosixPath

from corpus.document import Failure
from corpus.errors import LoadError
from corpus.load.content import one_line
from corpus.load.limits import Limits
from corpus.load.package import DAMAGED, opened, unpacked
from corpus.load.sniff import readable

_NAME_MAX = 500  # characters


def members(data: bytes, limits: Limits) -> Iterator[tuple[str, bytes] | Failure]:
    """Yield (name, bytes) of each member whose name may be a document's, in the archive's order.

    Raises:
        LoadError: the archive is damaged, or beyond a limit in number or size.
    """
    taken: set[str] = set()
    total = 0
    with opened(data, limits) as archive:
        for info in archive.infolist():
            name = safe_name(info.filename)
            if info.is_dir() or stat.S_ISLNK(info.external_attr >> 16) or not _candidate(name):
                continue
            name = _unused(name, taken)
            try:
                content = unpacked(archive, info, limits)
            except RuntimeError:  # zipfile's word for a member that is encrypted
                yield Failure(name, "a member must open without a password, and this one asks for it; save it unlocked")
                continue
            except (LoadError, *DAMAGED) as error:
                yield Failure(name, str(error) or "the member is damaged; pack the archive again")
                continue
            total += len(content)
            limits.check("unpacked_bytes", total, "the archive")
            yield name, content


def safe_name(name: str) -> str:
    r"""Return a member's name as a relative path that is printable.

    >>> safe_name("..\\..\\etc/passwd"), safe_name("C:/a\nb.txt")
    ('etc/passwd', 'C_/a b.txt')
    """
    parts = [one_line(part) for part in re.split(r"[/\\]", name.encode("utf-8", "replace").decode())]
    kept = [part.replace(":", "_") for part in parts if part not in ("", ".", "..")]
    return "/".join(kept)[-_NAME_MAX:].lstrip("/") or "member"


def _candidate(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return all(readable(part) for part in parts) and parts[0] != "__MACOSX"


def _unused(name: str, taken: set[str]) -> str:
    path, n, one = PurePosixPath(name), 2, name
    while one in taken:
        one = str(path.with_name(f"{path.stem}-{n}{path.suffix}"))
        n += 1
    taken.add(one)
    return one
