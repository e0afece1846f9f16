"""The derived forms of an index that lies open: those of the newest complete generation, whoever wrote it."""

from pathlib import Path

from corpus.errors import StoreError
from index import derive
from index.database import FILE
from index.lock import writing
from index.store import Store

FIRST_SECONDS = 60.0  # how long the first complete generation of an index is waited for


class Live:
    """Follows the derived forms of an open store; they are made where they are missing and may be written."""

    def __init__(self, store: Store, directory: Path) -> None:
        self.store = store
        self.directory = directory
        self._derived: derive.Derived | None = None
        self._identity = identity(directory)

    def current(self, generation: int) -> derive.Derived:
        """Return the derived forms of the newest complete generation; ``generation`` is the store's own."""
        if identity(self.directory) != self._identity:  # the open file would go on answering from what was deleted
            raise StoreError(
                f"the index {str(self.directory)!r} was deleted or replaced while it was open; open it again"
            )
        if self._derived and self._derived.generation == generation:
            return self._derived
        held, stamped = self._derived and self._derived.generation, derive.stamped(self.directory)
        while stamped not in (None, held):
            if fresh := derive.load(self.directory):
                self._derived = fresh
                break
            before, stamped = stamped, derive.stamped(self.directory)
            if before == stamped:  # damaged; had it changed, a writer would have swept the files while they were read
                break
        if self._derived is None or not derive.belongs(self._derived, self.store):
            self._catch_up()
        assert self._derived is not None
        return self._derived

    def _catch_up(self) -> None:
        """Make the derived forms anew; while a writer is at work, the last complete generation goes on answering."""
        if self.store.read_only:
            if self._derived is None:
                raise StoreError(
                    f"the searchable files of {str(self.directory)!r} are missing, damaged or of another version, and "
                    "the directory cannot be written; change its permissions, or copy it to a writable place"
                )
            return
        try:
            with writing(self.directory, wait=0 if self._derived else FIRST_SECONDS):
                self._derived = derive.build(self.store, self.directory)
        except StoreError:  # a writer is at work, or the disk is full
            if self._derived is None:
                raise


def identity(directory: Path) -> tuple[int, int] | None:
    """Return what tells an index's file from another at the same place, or None where there is none."""
    try:
        stat = (directory / FILE).stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return (stat.st_dev, stat.st_ino)


def exists(directory: Path) -> bool:
    """Return whether there is an index at ``directory``."""
    return (directory / FILE).is_file()
