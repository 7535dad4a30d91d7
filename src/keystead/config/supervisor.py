"""Keeps the web server and the worker running, and ends them in order."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from keystead.config import process

LONGEST_PAUSE = 30.0
CALM_AFTER = 60.0  # a child that lived this long has recovered: its next fall starts again at the shortest pause
TICK = 0.2

Say = Callable[[str], None]

_asked_to_stop = threading.Event()


class Stopped(BaseException):
    """SIGINT, SIGTERM or SIGHUP arrived. Not an Exception: nothing on the way up may take it for a failure."""


class Part(Protocol):
    """Something that is kept alive: a child process, or the database server."""

    name: str

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def is_alive(self) -> bool: ...


@dataclass(slots=True)
class Child:
    """A command that is kept running. Its output goes to `log`. `death_signal` reaches it when we are killed ourselves."""

    name: str
    command: Sequence[str | Path]
    log: Path
    environment: Mapping[str, str]
    grace: float = 8.0
    death_signal: int = signal.SIGTERM
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        if self.process is not None:
            process.end_session(self.process)
        environment = {**os.environ, **self.environment}
        self.process = process.spawn(self.command, log=self.log, death_signal=self.death_signal, env=environment)

    def stop(self) -> None:
        if self.process is not None:
            process.stop(self.process, (signal.SIGTERM, self.grace))

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def told(self) -> str:
        """How it ended, in words."""
        code = self.process.poll() if self.process else None
        return f"exit code {code}" if code is None or code >= 0 else f"signal {signal.Signals(-code).name}"


def next_pause(falls: int) -> float:
    """Seconds to wait before the start after the n-th fall in a row: 0.5, 1, 2, 4 … 30."""
    return float(min(0.5 * 2 ** (falls - 1), LONGEST_PAUSE))


@dataclass(slots=True)
class Watch:
    """One part's record of falls."""

    part: Part
    falls: int = 0
    started_at: float = 0.0
    resume_at: float | None = None

    def start(self, now: float) -> None:
        self.started_at, self.resume_at = now, None
        self.part.start()

    def tick(self, now: float, say: Say) -> None:
        """Notices a fall, and starts the part again when its pause is over."""
        if self.resume_at is None and not self.part.is_alive():
            how = f" ({self.part.told()})" if isinstance(self.part, Child) else ""
            self._fall(now, f"The {self.part.name} ended by itself{how}", say)
        elif self.resume_at is not None and now >= self.resume_at:
            try:
                self.start(now)
            except (RuntimeError, OSError) as error:
                self._fall(now, str(error), say)

    def _fall(self, now: float, what: str, say: Say) -> None:
        self.falls = self.falls + 1 if now - self.started_at < CALM_AFTER else 1
        pause = next_pause(self.falls)
        self.resume_at = now + pause
        say(f"{what}; starting it again in {pause:g} s")


@dataclass(slots=True)
class Supervisor:
    """Starts parts in order, watches them, stops them in reverse order."""

    say: Say
    watches: list[Watch] = field(default_factory=list)

    def add(self, part: Part) -> None:
        watch = Watch(part)
        watch.start(time.monotonic())
        self.watches.append(watch)

    def tick(self) -> None:
        if _asked_to_stop.is_set():  # Python drops an exception that a signal raises inside a destructor
            raise Stopped
        for watch in self.watches:
            watch.tick(time.monotonic(), self.say)

    def falls(self) -> int:
        return max((watch.falls for watch in self.watches), default=0)

    def run_until_stopped(self) -> None:
        """Watches until a signal raises `Stopped`."""
        while True:
            self.tick()
            time.sleep(TICK)

    def stop(self) -> None:
        while self.watches:
            self.watches.pop().part.stop()


@contextmanager
def stop_signals() -> Iterator[None]:
    """Inside, the first stop signal raises `Stopped`; further ones are ignored, for the stopping is already under way."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def on_signal(number: int, _: object) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        _asked_to_stop.set()
        raise Stopped(signal.Signals(number).name)

    _asked_to_stop.clear()
    before = {number: signal.signal(number, on_signal) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
