"""Makes an index equal to a set of files and folders: adds, re-reads, removes, moves.

What is gone leaves the index first, then what moved is renamed, then the rest is read. One bad file never stops the
rest: it is reported, and what the index held of it before is removed, because the index must equal what is on disk.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from corpus.document import Failure
from corpus.errors import EncoderMismatch, StoreError
from corpus.load import VERSION, fingerprint
from corpus.load.limits import Limits
from corpus.split import VERSION as SPLIT_VERSION
from index import derive
from index.database import FILE
from index.encode import Encoder, make_encoder
from index.ingest import Ingest
from index.lock import writing
from index.plan import Plan, Version, compare
from index.report import Progress, Stop, SyncReport
from index.scan import Scan, clean, scan
from index.store import FileState, Store

PUBLISH_SECONDS = 30.0  # how often, at most, what was read so far becomes searchable during a long sync
PUBLISH_SHARE = 0.05  # of the time may be spent on that
_DENIED = "this folder may not be listed, so its documents stay as they were; change its permissions"


def sync(
    roots: Sequence[Path],
    directory: Path,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
    *,
    keep: Sequence[Path] = (),
    wait: float = 5.0,
    limits: Limits | None = None,
    dry_run: bool = False,
    stop: Stop | None = None,
) -> SyncReport:
    """Make the index at ``directory`` equal to ``roots`` (files and folders); creates it if need be.

    Documents below ``keep``, roots that cannot be reached now, stay as they are. Another process that is
    writing is waited for up to ``wait`` seconds. ``limits`` bound what reading one file may cost. With ``dry_run``
    nothing is read or written: the report tells what would be done, as far as names, times and digests tell it.
    ``stop`` is asked between files and batches of passages; once it returns True, what was read stays, and the rest is
    told as unread.

    Raises:
        StoreError: a root does not exist or is an index, or the directory cannot be written.
        WriterBusy: another process is writing this index.
        EncoderMismatch: the index was built by another encoder.
    """
    roots = [Path(root).absolute() for root in roots]
    directory = Path(directory)
    for root in roots:
        if not root.exists():
            raise StoreError(f"each path to index must exist; {str(root)!r} does not; check the spelling")
        if (root / FILE).exists():
            raise StoreError(f"a folder to index holds documents, and {str(root)!r} is an index; name another folder")
    limits = limits or Limits()
    version = Version(f"{VERSION}.{SPLIT_VERSION}", f"{VERSION}.{SPLIT_VERSION} {fingerprint()} {limits}")
    if dry_run:
        return _preview(roots, directory, keep, version)
    store = _open(directory)
    try:
        with writing(directory, wait):
            encoder = _settle_encoder(store, directory, encoder)
            told, stopped = progress or (lambda step: None), stop or (lambda: False)
            report = _run(store, directory, encoder, roots, keep, version, limits, told, stopped)
            if not report.unread:
                store.put("synced", time.strftime("%Y-%m-%dT%H:%M:%S%z"))
            store.scrub()
            derive.build(store, directory)
            derive.clear(directory)
            return report
    finally:
        store.close()


def remove(doc_ids: Sequence[str], directory: Path, *, wait: float = 5.0) -> None:
    """Take documents out of an index; they stay out until they are indexed by their own path.

    When this returns no word of them is in the index's files. The documents' own files are not touched.

    Raises:
        StoreError: there is no such index, or it holds no document of such an id; then none is removed.
        WriterBusy: another process is writing this index.
    """
    store = Store(directory)
    try:
        with writing(directory, wait):
            with store.transaction():
                for doc_id in doc_ids:
                    store.exclude(doc_id)
            store.scrub()
            derive.build(store, directory)
            derive.clear(directory)
    finally:
        store.close()


def hide(doc_ids: Sequence[str], directory: Path) -> None:
    """Take documents out of every answer, search and list at once, in every process, until restored or removed.

    Their words stay in the index's files.

    Raises:
        StoreError: there is no such index, it cannot be written, or it shows no document of such an id; then none is
            hidden.
    """
    store = Store(directory)
    try:
        store.hide(doc_ids)
    finally:
        store.close()


def restore(doc_ids: Sequence[str], directory: Path) -> None:
    """Bring hidden documents back, as they were.

    Raises:
        StoreError: there is no such index, it cannot be written, or no hidden document has such an id; then none is
            brought back.
    """
    store = Store(directory)
    try:
        store.restore(doc_ids)
    finally:
        store.close()


def readmit(file_ids: Iterable[str], directory: Path) -> None:
    """Let files be indexed that were removed by hand, and show their documents again where they are hidden."""
    store = Store(directory)
    try:
        with store.transaction():
            for file_id in file_ids:
                store.readmit(file_id)
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
    chosen = encoder or make_encoder(built_by)
    if built_by is None:
        store.put("encoder", chosen.name)
    elif built_by != chosen.name:
        raise EncoderMismatch(
            f"an index keeps the encoder that built it: {str(directory)!r} was built with "
            f"{built_by!r}, not {chosen.name!r}; use {built_by!r} or index into another directory"
        )
    return chosen


def _looked(roots: Sequence[Path], keep: Sequence[Path], store: Store, version: Version) -> tuple[Scan, Plan]:
    """Return what is on disk, and what has to be done about it."""
    files = store.files() if keep else {}
    kept = [i for i, file in files.items() if any(Path(file.path).is_relative_to(one) for one in keep)]
    found = scan(roots, store.excluded(), kept)
    return found, compare(found, store, version, keep)


def _preview(roots: Sequence[Path], directory: Path, keep: Sequence[Path], version: Version) -> SyncReport:
    """Return what a sync would do."""
    if not (directory / FILE).is_file():
        found = scan(roots)
        return SyncReport(added=[file.doc_id for file in found.found], skipped=found.passed)
    store = Store(directory)
    try:
        found, plan = _looked(roots, keep, store, version)
        known = store.files()
        report = _reported(found, plan)
        report.added = [file.doc_id for file in plan.read if file.doc_id not in known]
        report.changed = [file.doc_id for file in plan.read if file.doc_id in known]
        report.removed = plan.removed
        report.failed = store.failures()
        return report
    finally:
        store.close()


def _reported(found: Scan, plan: Plan) -> SyncReport:
    """Return a report of what is known before anything is read."""
    skipped = [Failure(file_id, state.reason) for file_id, state in plan.settled if state.state == "skipped"]
    moved = [new for _, new, _ in plan.moved]
    return SyncReport(moved=moved, unchanged=list(plan.unchanged), skipped=[*found.passed, *skipped])


def _run(
    store: Store,
    directory: Path,
    encoder: Encoder,
    roots: Sequence[Path],
    keep: Sequence[Path],
    version: Version,
    limits: Limits,
    progress: Progress,
    stop: Stop,
) -> SyncReport:
    if not keep or {*roots, *keep} != set(store.roots):  # else their order stays, which ids depend on
        store.set_roots([*roots, *keep])  # first, so that an interrupted run can be told and finished
    named = {str(root) for root in roots}
    found, plan = _looked(roots, keep, store, version)
    report = _reported(found, plan)
    _tidy(store, found, plan, report, named)
    ingest = Ingest(store, encoder, report, version, limits, progress, stop)
    ingest.run(plan.read, named, _publisher(store, directory))
    report.failed, report.notes = store.failures(), store.notes()
    return report


def _tidy(store: Store, found: Scan, plan: Plan, report: SyncReport, named: set[str]) -> None:
    """Do what needs no reading: removals first, so that what is gone stops answering at once."""
    with store.transaction():
        for file_id in plan.removed:
            report.removed += store.digests(file_id)
            store.remove_file(file_id)
        for old, new, state in plan.moved:
            store.rename_file(old, new, state)
        for file_id, state in plan.touched:
            store.put_file(file_id, state)
        for folder in found.denied:
            place = clean(str(folder))
            store.put_file(place, FileState(str(folder), 0, -1, -1, state="failed", reason=_DENIED))
        for file in found.found:
            if file.path in named:
                store.readmit(file.doc_id)


def _publisher(store: Store, directory: Path) -> Callable[[], None]:
    """Return what makes the documents written so far searchable, now and then."""
    last = [time.monotonic(), PUBLISH_SECONDS]  # when it last ended, and how long to leave it then

    def publish() -> None:
        begun = time.monotonic()
        if begun - last[0] >= last[1]:
            derive.build(store, directory)
            last[0] = time.monotonic()
            last[1] = max(PUBLISH_SECONDS, (last[0] - begun) / PUBLISH_SHARE)

    return publish
