"""The streams of one web process: one connection listens to the database for all of them, and each is told what concerns it.

The queries run in the threads that serve pages, with their connections: the loop itself never waits for the database.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from keystead.base.scope import open_scope
from keystead.domain.live.login import ended
from keystead.domain.live.notices import RIGHTS, SEATS, Notice, read_notice
from keystead.domain.live.telling import Change, heard, look_around
from keystead.web.live.door import enter
from keystead.web.live.journal import Journal
from keystead.web.live.stream import Stream

log = logging.getLogger(__name__)

GATHER = 0.1  # seconds in which notices are put together before anybody is told
CHECK = 5.0  # seconds between two looks at whether the sessions still hold
MANY = 200  # notices of one workspace at once, beyond which nobody looks what each is about
SPREAD, LONGEST_WAIT = 8, 1_000  # milliseconds between the looks of two pages, and at most

type InThread = Callable[..., Awaitable[Any]]


class Hub:
    """Lives in the loop of one web process. `run(function, *arguments)` runs it in a thread with a database connection."""

    def __init__(self, *, run: InThread, now: Callable[[], int]) -> None:
        self.run, self.now = run, now
        self.streams: set[Stream] = set()
        self.doubts = 0  # how often something happened after which somebody may hear less than before
        self._last_doubts: dict[UUID | None, int] = {}  # by workspace which of them was its last; None: it concerned all
        self.journal = Journal(now())
        self._gathered: list[Notice] = []
        self._unsure: set[UUID] = set()  # workspaces in which rights may have changed
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_over = False
        self._due = asyncio.Event()
        self._check_now = asyncio.Event()

    def start(self) -> None:
        for work in (self._tell_forever, self._check_forever):
            task = asyncio.get_running_loop().create_task(work())
            self._tasks.add(task)

    def stop(self) -> None:
        self._is_over = True
        for task in self._tasks:
            task.cancel()
        for stream in self.streams:
            stream.close()

    def on_payload(self, payload: str) -> None:
        notice = read_notice(payload)
        if notice is None:
            self._doubt(None)
            self._check_now.set()
            return
        if notice.kind in SEATS | RIGHTS:
            self._doubt(notice.workspace)
        self.journal.add(self.now(), notice)
        self._gathered.append(notice)
        if notice.kind in SEATS:
            self._unsure.add(notice.workspace)
        self._due.set()

    def on_gap(self) -> None:
        """The database was out of hearing: everybody looks for herself, and who is still let in is asked anew."""
        self._doubt(None)
        self.journal = Journal(self.now())
        self._unsure |= {workspace for stream in self.streams for workspace in stream.workspaces()}
        self._due.set()
        self._check_now.set()
        _spread((stream, stream.all_topics()) for stream in self.streams)

    async def join(self, stream: Stream, since: int | None, doubts: int) -> None:
        """From now on it is told; and first what it missed since that moment of ours.

        `doubts`: ours before it was let in. What happened since then was told to those who had joined, and it had not.
        """
        self.streams.add(stream)
        if self._is_over:
            stream.close()
        while self._is_doubted(stream, doubts):  # also while it is asked: an answer from before must not be the last word
            doubts = self.doubts
            await self._admit_again([stream])
        if since is None:
            return
        missed = self.journal.since(since, stream.workspaces())
        if missed is None:
            stream.tell(stream.all_topics())
        elif missed:
            await self._tell(missed, {stream})

    def _doubt(self, workspace: UUID | None) -> None:
        self.doubts += 1
        self._last_doubts[workspace] = self.doubts

    def _is_doubted(self, stream: Stream, doubts: int) -> bool:
        """Whether there was any that concerns the stream since there were so many."""
        return any(self._last_doubts.get(workspace, 0) > doubts for workspace in (None, *stream.workspaces()))

    def leave(self, stream: Stream) -> None:
        self.streams.discard(stream)

    async def _tell_forever(self) -> None:
        while True:
            await self._due.wait()
            await asyncio.sleep(GATHER)
            self._due.clear()
            notices, self._gathered = self._gathered, []
            with _logged("telling of changes"):
                await self._make_sure()
                await self._tell(notices, set(self.streams))

    async def _make_sure(self) -> None:
        """Whoever could not be asked stays in doubt, and is asked at the next look at the sessions."""
        unsure, self._unsure = self._unsure, set()
        try:
            await self._admit_again([each for each in self.streams if not unsure.isdisjoint(each.workspaces())])
        except Exception:
            self._unsure |= unsure
            raise

    async def _tell(self, notices: list[Notice], streams: set[Stream]) -> None:
        listened = {workspace for stream in streams for workspace in stream.workspaces()}
        changes: dict[UUID, list[Change]] = {}
        for workspace in listened & {notice.workspace for notice in notices}:
            changes[workspace] = await self.run(_changes, workspace, _together(notices, workspace))
        news = {stream: _news(stream, changes) for stream in streams}
        if any(notice.kind in RIGHTS for notice in notices):
            unsure = [stream for stream, touched in news.items() if touched and stream.is_narrow()]
            await self._admit_again(unsure)
            news |= {stream: _news(stream, changes) for stream in unsure}
        _spread(news.items())

    async def _check_forever(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._check_now.wait(), CHECK)
            self._check_now.clear()
            with _logged("looking whether sessions still hold"):
                gone = await self.run(ended, {stream.login for stream in self.streams}) if self.streams else set()
                for stream in [each for each in self.streams if each.login in gone]:
                    stream.close()
            if self._unsure:
                self._due.set()

    async def _admit_again(self, streams: list[Stream]) -> None:
        """Rights may have changed: what each may hear of is asked anew."""
        for stream in streams:
            admission = await self.run(enter, stream.login.session, stream.topics)
            if admission is None or not admission.seats:
                stream.close()
            else:
                stream.admit(admission)


@contextmanager
def _logged(what: str) -> Iterator[None]:
    """One failure (the database is away) must not end a loop that is to run for weeks."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever it was, it is in the log, and the next change is told
        log.warning("Live: %s failed: %s", what, error)


def _together(notices: list[Notice], workspace: UUID) -> list[Notice]:
    """Those of one workspace, each once; too many to look at become one that concerns everybody."""
    found = list(dict.fromkeys(notice for notice in notices if notice.workspace == workspace))
    if len(found) <= MANY:
        return found
    return [replace(notice, many=True) for notice in {notice.kind: notice for notice in found}.values()]


def _changes(workspace: UUID, notices: list[Notice]) -> list[Change]:
    with open_scope(workspace_id=workspace):
        return look_around(notices)


def _news(stream: Stream, changes: dict[UUID, list[Change]]) -> dict[str, set[str]]:
    news: dict[str, set[str]] = {}
    for slug, seat in stream.seats.items():
        touched = heard(seat, changes.get(seat.workspace, ()))
        news |= {f"{slug}/{topic}": pages for topic, pages in touched.items()}
    return news


def _spread(told: Iterable[tuple[Stream, dict[str, set[str]]]]) -> None:
    """Tells them all now, and each a little later than the one before to come and look."""
    concerned = [(stream, news) for stream, news in told if news]
    for place, (stream, news) in enumerate(concerned):
        stream.tell(news, wait=min(place * SPREAD, LONGEST_WAIT))
