"""Moves an index: to one file and back. The file is a ZIP archive of the store and of what was uploaded."""

import os
import shutil
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from corpus.errors import StoreError
from index import derive
from index.database import FILE
from index.lock import writing
from index.store import Store

UPLOADS = "uploads"


def export_index(directory: Path, file: Path) -> None:
    """Write an index to ``file``, whole or not at all.

    Raises:
        StoreError: there is no index at ``directory``, or ``file`` cannot be written or exists.
    """
    if file.exists():
        raise StoreError(f"an export is a new file, and {str(file)!r} exists; choose another name or delete it")
    store = Store(directory)
    part = file.with_name(f".{file.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=file.absolute().parent) as folder:
            copy = Path(folder) / FILE
            store.copy(copy)
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.write(copy, FILE)
                uploads = directory / UPLOADS
                for path in sorted(uploads.rglob("*")):
                    name = path.relative_to(uploads)
                    if path.is_file() and not any(part.startswith(".") for part in name.parts):
                        archive.write(path, f"{UPLOADS}/{name.as_posix()}")
        part.replace(file)
    except OSError as error:
        raise StoreError(
            f"an export needs a place to be written, and {str(file)!r} is none ({error.strerror}); "
            "choose another or free some disk space"
        ) from error
    finally:
        part.unlink(missing_ok=True)
        store.close()


def import_index(file: Path, directory: Path) -> None:
    """Make an index at ``directory`` from a file of :func:`export_index`; its documents' own files are not needed.

    Raises:
        StoreError: ``file`` is no export, is damaged or of a newer version; or there is an index at ``directory``.
    """
    if directory.exists() and any(directory.iterdir()):
        raise StoreError(f"an import makes a new index, and {str(directory)!r} is not empty; choose another directory")
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory.absolute().parent) as folder:
            _unpack(file, Path(folder))
            store = Store(Path(folder))
            try:
                if damage := store.damage():
                    raise StoreError(f"{str(file)!r} is damaged ({damage[0]}); export the index again")
                with writing(Path(folder), 0):
                    derive.build(store, Path(folder))
            finally:
                store.close()
            directory.mkdir(exist_ok=True)
            for path in Path(folder).iterdir():
                os.replace(path, directory / path.name)  # noqa: PTH105 - folders too
    except (zipfile.BadZipFile, OSError) as error:
        raise StoreError(
            f"an import needs a file that `qa export` wrote; {str(file)!r} cannot be used ({error})"
        ) from error


def _unpack(file: Path, folder: Path) -> None:
    """Take the store and the uploads out of an archive, never out of ``folder``."""
    with zipfile.ZipFile(file) as archive:
        if FILE not in archive.namelist():
            raise StoreError(f"an export holds {FILE}, and {str(file)!r} does not; it was not written by `qa export`")
        for info in archive.infolist():
            name = PurePosixPath(info.filename)
            inside = info.filename == FILE or (
                len(name.parts) > 1 and name.parts[0] == UPLOADS and ".." not in name.parts
            )
            if not inside or info.is_dir() or "\\" in info.filename:
                continue
            target = folder.joinpath(*name.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(info) as source, target.open("wb") as into:
                shutil.copyfileobj(source, into)
