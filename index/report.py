"""What a sync tells: each step while it runs, and at its end what became of every document."""

from collections.abc import Callable
from dataclasses import dataclass, field

from corpus.document import Failure


@dataclass(frozen=True, slots=True)
class Step:
    """How far a sync has come. ``bytes`` are those of the files that have to be read; ``seconds`` since it began."""

    name: str
    files_done: int
    files: int
    bytes_done: int
    bytes: int
    passages: int
    seconds: float

    @property
    def rate(self) -> float:
        """Passages a second so far."""
        return self.passages / self.seconds if self.seconds > 0 else 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds that are left if the bytes go on as they went; None before the first file is done."""
        return self.seconds * (self.bytes - self.bytes_done) / self.bytes_done if self.bytes_done else None


Progress = Callable[[Step], None]
Stop = Callable[[], bool]


@dataclass(slots=True)
class SyncReport:
    """Document ids by what happened to them; ``skipped`` are files that are passed over, with the reason.

    ``unread`` are files that were still to be read when the sync was stopped: the index holds of them what it held
    before, and the next sync reads them.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    skipped: list[Failure] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    notes: list[Failure] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
