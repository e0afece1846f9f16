"""Makes an index equal to a set of files and folders: adds, re-reads, removes, moves.

A file counts as unchanged when its size and modification time are, else when its SHA-256 is. A file that
moved keeps its passages and vectors. One bad file never stops the rest: it is reported, and what the index
held of it before is removed, because the index must equal what is on disk.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from corpus.errors import EncoderMismatch, LoadError, StoreError
from corpus.load import load, readable
from corpus.split import split
from index import derive
from index.encode import Encoder, SentenceEncoder
from index.retrieve import LOCK
from index.store import FileState, Store

Progress = Callable[[str, int, int], None]  # (document id, files done, files in all)


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why."""

    doc_id: str
    reason: str


@dataclass(slots=True)
class SyncReport:
    """Document ids by what happened to them; ``skipped`` are files of types that are not read."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)


def sync(
    roots: Sequence[Path],
    directory: Path,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
    *,
    keep: Sequence[Path] = (),
    wait: float = 5.0,
) -> SyncReport:
    """Make the index at ``directory`` equal to ``roots`` (files and folders); creates it if need be.

    Documents below ``keep``, roots that cannot be reached now, stay as they are. Another process that is
    writing is waited for up to ``wait`` seconds.

    Raises:
        StoreError: a root does not exist, or another process is writing this index.
        EncoderMismatch: the index was built by another encoder.
    """
    roots = [Path(root).absolute() for root in roots]
    for root in roots:
        if not root.exists():
            raise StoreError(f"each path to index must exist; {str(root)!r} does not; check the spelling")
    store = _open(directory)
    try:
        with FileLock(directory / LOCK, timeout=wait):
            encoder = _settle_encoder(store, directory, encoder)
            report = _Sync(store, encoder, progress).run(roots, keep)
            store.scrub()
            if derive.load(store, directory) is None:
                derive.build(store, directory)
            return report
    except Timeout as timeout:
        raise StoreError(
            f"one process writes an index at a time; another is writing {str(directory)!r}; "
            "wait for it to end and try again"
        ) from timeout
    finally:
        store.close()


def _open(directory: Path) -> Store:
    try:
        return Store(directory, create=True)
    except OSError as error:
        raise StoreError(
            f"the index directory must be writable; {str(directory)!r} is not ({error.strerror}); "
            "choose another with --index"
        ) from error


def _settle_encoder(store: Store, directory: Path, encoder: Encoder | None) -> Encoder:
    """Return the encoder that built the index, or make ``encoder`` the one."""
    built_by = store.get("encoder")
    chosen = encoder or SentenceEncoder(built_by or SentenceEncoder().name)
    if built_by is None:
        store.put("encoder", chosen.name)
    elif built_by != chosen.name:
        raise EncoderMismatch(
            f"an index keeps the encoder that built it: {str(directory)!r} was built with "
            f"{built_by!r}, not {chosen.name!r}; use {built_by!r} or index into another directory"
        )
    return chosen


def discover(
    roots: Sequence[Path], denied: list[Path] | None = None, skipped: list[str] | None = None
) -> Iterator[tuple[str, Path]]:
    """Yield (document id, file) below the roots, sorted; hidden files and unknown types are passed over.

    An id is the path relative to its root; where two roots hold the same relative path, the later one's
    ids begin with its root's name. A file given by name is always yielded. Folders that may not be listed
    are added to ``denied``, files of types that are not read to ``skipped``.
    """
    seen: set[str] = set()
    places: set[Path] = set()
    for root in roots:
        for relative, path in _below(root, denied):
            if path in places:
                continue
            if path != root and not readable(path):
                if skipped is not None:
                    skipped.append(relative)
                continue
            places.add(path)
            doc_id, n = relative, 1
            while doc_id in seen:
                prefix = root.name if root.is_dir() else root.parent.name
                doc_id = f"{prefix}/{relative}" if n == 1 else f"{prefix}-{n}/{relative}"
                n += 1
            seen.add(doc_id)
            yield doc_id, path


def _below(root: Path, denied: list[Path] | None = None) -> Iterator[tuple[str, Path]]:
    if root.is_file():
        yield _clean(root.name), root
        return

    def deny(error: OSError) -> None:
        if denied is not None:
            denied.append(Path(str(error.filename)))

    for folder, folders, files in os.walk(root, onerror=deny):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            path = Path(folder) / name
            if not name.startswith(".") and path.is_file():
                yield _clean(path.relative_to(root).as_posix()), path


class _Sync:
    """One run over one store; the encoder and the report are its state."""

    def __init__(self, store: Store, encoder: Encoder, progress: Progress | None) -> None:
        self._store = store
        self._encoder = encoder
        self._progress = progress or (lambda doc_id, done, total: None)
        self._report = SyncReport()

    def run(self, roots: Sequence[Path], keep: Sequence[Path] = ()) -> SyncReport:
        self._store.set_roots([*roots, *keep])  # first, so that an interrupted run can be told and finished
        denied: list[Path] = []
        found = dict(discover(roots, denied, self._report.skipped))
        why = "this folder may not be listed, so its documents stay as they were; change its permissions"
        self._report.failed += [Failure(_clean(str(d)), why) for d in denied]
        known = self._store.files()
        held = (*keep, *denied)  # what cannot be seen now is left as it is
        missing = {
            doc_id: state
            for doc_id, state in known.items()
            if doc_id not in found and not any(Path(state.path).is_relative_to(h) for h in held)
        }
        for done, (doc_id, path) in enumerate(found.items()):
            self._progress(doc_id, done, len(found))
            self._one(doc_id, path, known.get(doc_id), missing)
        self._progress("", len(found), len(found))
        for doc_id in missing:
            self._store.remove(doc_id)
            self._report.removed.append(doc_id)
        self._store.set_failures((f.doc_id, f.reason) for f in self._report.failed)
        return self._report

    def _one(self, doc_id: str, path: Path, old: FileState | None, missing: dict[str, FileState]) -> None:
        """Bring one document up to date; a file that cannot be read is reported, not raised."""
        try:
            stat = path.stat()
            place = _clean(str(path))
            if old and (old.path, old.size, old.mtime_ns) == (place, stat.st_size, stat.st_mtime_ns):
                self._report.unchanged.append(doc_id)
                return
            digest = _sha256(path)
            state = FileState(place, stat.st_size, stat.st_mtime_ns, digest)
            if old and old.sha256 == digest:
                self._store.touch(doc_id, state)
                self._report.unchanged.append(doc_id)
                return
            alike = (m for m, s in missing.items() if old is None and s.sha256 == digest and self._moves(m, path))
            source = next(alike, None)
            if source is not None:
                del missing[source]
                self._store.rename(source, doc_id, state)
                self._report.moved.append(doc_id)
                return
            self._read(doc_id, path, state)
            (self._report.changed if old else self._report.added).append(doc_id)
        except (LoadError, OSError) as error:
            reason = str(error) if isinstance(error, LoadError) else f"cannot be read: {error.strerror}"
            self._report.failed.append(Failure(doc_id, _clean(reason)))
            if old:
                self._store.remove(doc_id)

    def _moves(self, old_id: str, path: Path) -> bool:
        """Return whether a document is read the same at ``path``: its suffix tells how, its name may be its title."""
        old = PurePosixPath(old_id)
        if old.suffix.lower() != path.suffix.lower():
            return False
        return old.stem == path.stem or self._store.document(old_id).title != old.stem

    def _read(self, doc_id: str, path: Path, state: FileState) -> None:
        document = load(path, doc_id)
        passages = split(document, self._encoder.count_tokens, limit=self._encoder.window - derive.CONTEXT_TOKENS)
        vectors = self._encoder.encode_passages([derive.entry(p, document.title) for p in passages])
        self._store.write(document, state, passages, vectors)


def _clean(text: str) -> str:
    """Return a path or message as text that can be stored: bytes of a file name that are no UTF-8 become ``?``."""
    return text.encode("utf-8", "replace").decode()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
