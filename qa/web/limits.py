"""How often something may be done: a sliding window, kept in memory, for many callers at once."""

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

FULL = 10_000  # names that are remembered; above it, those whose windows are over are forgotten


class Limit:
    """At most ``times`` within ``seconds`` for each name; ``times`` of 0 sets no limit."""

    def __init__(self, times: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        if times < 0 or seconds <= 0:
            raise ValueError(f"a limit is 0 times or more in more than 0 seconds; got {times} in {seconds}")
        self.times, self.seconds = times, seconds
        self._clock = clock
        self._done: dict[str, deque[float]] = {}
        self._lock = Lock()

    def forget(self, name: str) -> None:
        """Count nothing of what was done so far."""
        with self._lock:
            self._done.pop(name, None)

    def take(self, name: str) -> float:
        """Count one time if it is allowed now; return 0 then, else the seconds to wait."""
        with self._lock:
            wait = self._wait(name)
            if not wait and self.times:
                self._note(name)
            return wait

    def _wait(self, name: str) -> float:
        done, now = self._done.get(name), self._clock()
        while done and done[0] <= now - self.seconds:
            done.popleft()
        if not self.times or not done or len(done) < self.times:
            return 0.0
        return done[-self.times] + self.seconds - now

    def _note(self, name: str) -> None:
        now = self._clock()
        if len(self._done) >= FULL:
            self._done = {n: done for n, done in self._done.items() if done and done[-1] > now - self.seconds}
        self._done.setdefault(name, deque(maxlen=self.times)).append(now)
