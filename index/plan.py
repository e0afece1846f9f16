"""What a sync has to do: the files on disk compared with those the index knows. Writes nothing.

A file counts as unchanged when its place, size and times are, else when its SHA-256 is. A file that is new where one
of the same bytes is gone has moved.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from index.scan import Found, Scan
from index.store import FileState, Store


@dataclass(slots=True)
class Plan:
    """The work of one sync, by file id; ``settled`` are files that failed or were skipped before and did not change."""

    unchanged: list[str] = field(default_factory=list)
    touched: list[tuple[str, FileState]] = field(default_factory=list)
    moved: list[tuple[str, str, FileState]] = field(default_factory=list)  # old id, new id, new state
    read: list[Found] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    settled: list[tuple[str, FileState]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Version:
    """What reads files: ``text`` changes with what is made of a file, ``full`` also with what can be read at all."""

    text: str
    full: str

    def fits(self, file: FileState, noted: bool) -> bool:
        """Return whether a file need not be read again for the sake of the program."""
        if file.state == "read" and not noted:
            return file.reader.split(" ", 1)[0] == self.text
        return file.state != "partial" and file.reader == self.full


def compare(scan: Scan, store: Store, version: Version, keep: Sequence[Path]) -> Plan:
    """Return what has to be done; documents below ``keep`` and below folders that may not be listed stay."""
    known = store.files()
    noted = store.noted()
    held = (*keep, *scan.denied)
    present = {file.doc_id for file in scan.found}
    missing = {
        file_id: state
        for file_id, state in known.items()
        if file_id not in present and not any(Path(state.path).is_relative_to(h) for h in held)
    }
    plan = Plan()
    for file in scan.found:
        old = known.get(file.doc_id)
        if old is None or not version.fits(old, file.doc_id in noted):
            _new(plan, file, old, missing, store, version)
        elif (old.path, old.size, old.mtime_ns, old.ctime_ns) == (file.path, file.size, file.mtime_ns, file.ctime_ns):
            if old.state == "read":
                plan.unchanged.append(file.doc_id)
            else:
                plan.settled.append((file.doc_id, old))
        elif old.state == "read" and old.size == file.size and old.sha256 == sha256(file.path):
            plan.unchanged.append(file.doc_id)
            plan.touched.append((file.doc_id, seen(old, file)))
        else:
            plan.read.append(file)
    plan.removed = list(missing)
    return plan


def _new(
    plan: Plan,
    file: Found,
    old: FileState | None,
    missing: dict[str, FileState],
    store: Store,
    version: Version,
) -> None:
    """Plan a file that the index does not hold: it moved here, or it is to be read."""
    alike: Iterable[str] = ()
    if old is None:
        alike = [i for i, s in missing.items() if s.size == file.size and s.state == "read" and version.fits(s, False)]
    digest = sha256(file.path) if alike else None
    source = next((i for i in alike if missing[i].sha256 == digest and _reads_alike(i, file, store)), None)
    if source is None:
        plan.read.append(file)
    else:
        plan.moved.append((source, file.doc_id, seen(missing.pop(source), file)))


def _reads_alike(old_id: str, file: Found, store: Store) -> bool:
    """Return whether a document is read the same at its new place: its suffix tells how, its name may be its title."""
    old, new = PurePosixPath(old_id), PurePosixPath(file.doc_id)
    if old.suffix.lower() != new.suffix.lower():
        return False
    return old.stem == new.stem or store.title(old_id) != old.stem


def seen(old: FileState, file: Found) -> FileState:
    """Return what is known of a file, with its place, size and times of now."""
    return replace(old, path=file.path, size=file.size, mtime_ns=file.mtime_ns, ctime_ns=file.ctime_ns)


def sha256(path: str) -> str | None:
    """Return the hex digest of a file's bytes, or None where it cannot be read now."""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
