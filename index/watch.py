"""Keeps an index equal to its folders while they change, by the operating system's notices (watchfiles)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

from index.encode import Encoder
from index.report import SyncReport
from index.sync import sync

_QUIET_MS = 1000  # changes that come closer together are one


def watch(
    roots: Sequence[Path], directory: Path, encoder: Encoder | None = None, stop: Event | None = None
) -> Iterator[SyncReport]:
    """Yield a report for each sync after a change below ``roots``, until ``stop`` is set or Ctrl-C.

    What changed before the call is the caller's to sync first. Raises what :func:`index.sync.sync` raises.
    """
    import watchfiles

    inside = str(Path(directory).absolute())

    def matters(change: watchfiles.Change, path: str) -> bool:
        return not path.startswith(inside) and not Path(path).name.startswith((".", "~$"))

    folders = [root if root.is_dir() else root.parent for root in (Path(root).absolute() for root in roots)]
    changes = watchfiles.watch(
        *dict.fromkeys(folders), watch_filter=matters, debounce=_QUIET_MS, stop_event=stop, raise_interrupt=True
    )
    for _ in changes:
        there = [root for root in roots if Path(root).exists()]  # a folder that is unplugged keeps its documents
        gone = [root for root in roots if not Path(root).exists()]
        yield sync(there, directory, encoder, keep=gone, wait=60)
