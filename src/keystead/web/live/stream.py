"""One browser that listens: what it has not been told yet, and how that is written as server-sent events."""

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Protocol
from uuid import UUID

from keystead.domain.live.login import Login
from keystead.domain.live.topics import Listener
from keystead.web.live.door import Admission

BEAT = 20.0  # seconds of silence after which a sign of life is sent: proxies close what is silent for a minute


class Wire(Protocol):
    async def send_str(self, data: str) -> None: ...


class Stream:
    """What is told while an earlier message is on its way is put together: a slow browser costs no memory."""

    def __init__(self, admission: Admission, topics: tuple[str, ...]) -> None:
        self.topics = topics
        self.admit(admission)
        self._news: dict[str, set[str]] = {}
        self._wait = 0
        self._woken = asyncio.Event()
        self._is_closed = False

    def admit(self, admission: Admission) -> None:
        self.login: Login = admission.login
        self.seats: dict[str, Listener] = admission.seats

    def workspaces(self) -> set[UUID]:
        return {seat.workspace for seat in self.seats.values()}

    def is_narrow(self) -> bool:
        return any(seat.is_narrow for seat in self.seats.values())

    def all_topics(self) -> dict[str, set[str]]:
        return {f"{slug}/{topic.name}": {""} for slug, seat in self.seats.items() for topic in seat.topics}

    def tell(self, news: dict[str, set[str]], *, wait: int = 0) -> None:
        """`news`: topic to the pages that wrote it. `wait`: milliseconds before it looks again, so that not all do at once."""
        for topic, pages in news.items():
            self._news.setdefault(topic, set()).update(pages)
        self._wait = wait
        self._woken.set()

    def close(self) -> None:
        self._is_closed = True
        self._woken.set()

    async def write(self, wire: Wire, now: Callable[[], int]) -> None:
        """Sends until it is closed. Raises what the wire raises when the browser has gone."""
        await wire.send_str(message("hello", {"topics": sorted(self.all_topics())}, now()))
        while not self._is_closed:
            try:
                await asyncio.wait_for(self._woken.wait(), BEAT)
            except TimeoutError:
                await wire.send_str(message("beat", {}, now()))
                continue
            self._woken.clear()
            if self._news:
                news, self._news = self._news, {}
                await wire.send_str(message("touched", {"topics": listed(news), "wait": self._wait}, now()))


def listed(news: dict[str, Iterable[str]] | dict[str, set[str]]) -> dict[str, list[str]]:
    return {topic: sorted(pages) for topic, pages in news.items()}


def message(event: str, data: object, moment: int) -> str:
    return f"id: {moment}\nevent: {event}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"
