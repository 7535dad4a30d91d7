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


def ends(happens: Callable[[Hub], None], answers: list[Any]) -> None:
    """The stream ends once somebody looks whether it may go on; the looks are answered so, one after the other."""

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
        await hub.join(stream, None)
        happens(hub)
        await asyncio.wait_for(stream.write(Wire(), lambda: 0), 20)
        hub.stop()

    asyncio.run(listen())
    assert answers == []


def test_after_a_gap_everybody_is_asked_anew() -> None:
    ends(lambda hub: hub.on_gap(), [None])


def test_whoever_could_not_be_asked_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "CHECK", 0.05)

    seats_change = json.dumps({"w": str(WORKSPACE), "k": "member"})
    ends(lambda hub: hub.on_payload(seats_change), [OSError("the database is away"), OSError("still"), None])
