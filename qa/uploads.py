"""Files on their way into an index's own folder: looked at, copied whole, and taken back where they are not indexed."""

import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from corpus.document import Document, Failure
from corpus.errors import LoadError
from corpus.load import readable
from corpus.load.isolated import FileReader
from index.report import Progress, Step, Stop
from index.store import FileState

_UNKEPT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")  # what file systems refuse in a name, or garble


class Upload:
    """One upload into ``folder``: what was copied there, refused, or left when it was stopped, by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.placed: dict[str, Path] = {}
        self.refused: list[Failure] = []
        self.left: list[str] = []

    def take(self, files: Sequence[tuple[str, Path]], progress: Progress, stop: Stop) -> None:
        """Copy each (name, file) that can be read, under its name; ``stop`` is asked before each."""
        begun, sizes = time.monotonic(), [_size(path) for _, path in files]
        with FileReader() as reader:
            for n, (name, path) in enumerate(files):
                if stop():
                    self.left = [left for left, _ in files[n:]]
                    return
                done = (n, len(files), sum(sizes[:n]), sum(sizes))
                progress(Step(name, *done, 0, time.monotonic() - begun))
                try:
                    own = inside(name)
                    _check(own, path, reader)
                    self._place(own, path)
                except LoadError as error:
                    self.refused.append(Failure(name, str(error)))
                except OSError as error:
                    told = f"could not be copied to {str(self.folder)!r}: {error.strerror}"
                    self.refused.append(Failure(name, told))

    def _place(self, name: str, path: Path) -> None:
        """Copy a file, whole or not at all; an earlier version of it is put aside until :meth:`settle`."""
        target = self.folder / name
        if target.is_file() and path.samefile(target):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")  # hidden, so that no sync reads half a file
        shutil.copyfile(path, part)
        if target.is_file() and name not in self.placed:
            target.replace(_aside(target))
        part.replace(target)
        self.placed[name] = target

    def settle(self, files: dict[str, FileState]) -> list[str]:
        """Keep what the index has read, by its ``files``; take back the rest, and return its names.

        Where an earlier version stood, it stands again.
        """
        read = {state.path: state for state in files.values() if state.state == "read"}
        back = []
        for name, target in self.placed.items():
            state = read.get(str(target))
            if state and target.is_file() and state.mtime_ns == target.stat().st_mtime_ns:
                _aside(target).unlink(missing_ok=True)
                continue
            back.append(name)
            if _aside(target).is_file():
                _aside(target).replace(target)
            else:
                drop(target, self.folder)
        return back


def inside(name: str) -> str:
    """Return the name under which a file is kept, a path below the folder of uploads.

    Raises:
        LoadError: the name leads out of it, a part of it is hidden, or it holds what no name does.

    >>> inside("reports/2024/may.pdf")
    'reports/2024/may.pdf'
    """
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or PureWindowsPath(name).drive or ".." in path.parts or not path.name:
        raise LoadError(f"the name of an upload is a path below its folder, and {name!r} is none; rename it")
    if _UNKEPT.search(name):
        raise LoadError(f"the name of an upload has no control character or half of one, and {name!r} does; rename it")
    if any(part.startswith((".", "~$")) for part in path.parts):
        raise LoadError(f"hidden files are not read, and {name!r} is or lies in one; rename it")
    return path.as_posix()


def drop(path: Path, folder: Path) -> None:
    """Delete a file, and the folders between it and ``folder`` that are empty then."""
    path.unlink(missing_ok=True)
    for above in path.parents:
        if above == folder or not above.is_relative_to(folder) or any(above.iterdir()):
            break
        above.rmdir()


def _check(name: str, path: Path, reader: FileReader) -> None:
    """Raise LoadError unless a document can be read from the file."""
    if not readable(Path(name)):
        raise LoadError(f"{name}: files of this type are not read; the README lists those that are")
    for _, found in reader.read([(name, path)]):
        if not any(isinstance(one, Document) for one in found):
            raise LoadError(f"{name}: an archive is read for its documents, and none of this one's can be read")


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.before")


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
