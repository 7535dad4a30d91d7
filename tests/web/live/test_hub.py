"""Who listens is asked anew whether she may, also when the database was away at the moment when that changed."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from keystead.base.ids import uuid7
from keystead.domain.live.login import Login
from keystead.domain.live.topics import Listener
from keystead.web.live import hub as hubs
from keystead.web.live.door import Admission, enter
from keystead.web.live.hub import Hub
from keystead.web.live.stream import Stream

WORKSPACE = uuid7()
ADMITTED = Admission(Login("session", 1, "proof"), {"northwind": Listener(uuid7(), WORKSPACE, is_narrow=False, topics=())})


class Wire:
    async def send_str(self, data: str) -> None:
        """Somewhere."""


def ends(happens: Callable[[Hub], None], answers: list[Any], *, early: bool = False) -> None:
    """The stream ends once somebody looks whether it may go on; the looks are answered so, one after the other.

    early: it happens before the stream has joined.
    """

    async def run(function: Callable[..., Any], *_arguments: Any) -> Any:
        if function is not enter:
            return set()
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def listen() -> None:
        hub, stream = Hub(run=run, now=lambda: 0), Stream(ADMITTED, ("northwind/portfolio",))
        hub.start()
        doubts = hub.doubts
        if early:
            happens(hub)
            await asyncio.sleep(2 * hubs.GATHER)  # those who had joined have been asked
        await hub.join(stream, None, doubts)
        if not early:
            happens(hub)
        await asyncio.wait_for(stream.write(Wire(), lambda: 0), 20)
        hub.stop()

    asyncio.run(listen())
    assert answers == []


def test_after_a_gap_everybody_is_asked_anew() -> None:
    ends(lambda hub: hub.on_gap(), [None])


@pytest.mark.parametrize("payload", [{}, {"w": str(WORKSPACE), "k": "member"}, {"w": str(WORKSPACE), "k": "team"}])
def test_what_changes_between_being_let_in_and_joining_is_asked_about(payload: dict[str, str]) -> None:
    ends(lambda hub: hub.on_payload(json.dumps(payload)), [None], early=True)


def test_what_changes_elsewhere_meanwhile_is_not_asked_about() -> None:
    async def nobody(*_asked: Any) -> Any:
        raise AssertionError("asked")

    async def listen() -> None:
        hub = Hub(run=nobody, now=lambda: 0)
        doubts = hub.doubts
        for kind in ("member", "team"):
            hub.on_payload(json.dumps({"w": str(uuid7()), "k": kind}))
        await hub.join(Stream(ADMITTED, ("northwind/portfolio",)), None, doubts)

    asyncio.run(listen())


def test_what_changes_while_it_is_asked_about_is_asked_again() -> None:
    """An answer from before the change, that comes after it, is not the last word."""
    answers = [ADMITTED, None]

    async def run(_enter: Callable[..., Any], *_arguments: Any) -> Any:
        if len(answers) == 2:
            hub.on_payload(json.dumps({"w": str(WORKSPACE), "k": "member"}))
        return answers.pop(0)

    async def listen() -> None:
        stream = Stream(ADMITTED, ("northwind/portfolio",))
        doubts = hub.doubts
        hub.on_payload("{}")
        await hub.join(stream, None, doubts)
        await asyncio.wait_for(stream.write(Wire(), lambda: 0), 10)

    hub = Hub(run=run, now=lambda: 0)
    asyncio.run(listen())
    assert answers == []


def test_whoever_could_not_be_asked_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "CHECK", 0.05)

    seats_change = json.dumps({"w": str(WORKSPACE), "k": "member"})
    ends(lambda hub: hub.on_payload(seats_change), [OSError("the database is away"), OSError("still"), None])


def test_whoever_joins_when_the_server_stops_is_sent_away() -> None:
    async def listen() -> None:
        hub, stream = Hub(run=asyncio.to_thread, now=lambda: 0), Stream(ADMITTED, ("northwind/portfolio",))
        hub.stop()
        await hub.join(stream, None, hub.doubts)
        await asyncio.wait_for(stream.write(Wire(), lambda: 0), 10)

    asyncio.run(listen())
