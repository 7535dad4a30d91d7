"""The one place that asks what time it is, so that a test or the demo can hold the clock still.

Domain verbs take `at=`; surfaces get it here. The frozen moment is a context variable: it holds for the
current thread or task and is not inherited by threads that are started inside the block.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

_frozen_at: ContextVar[datetime | None] = ContextVar("frozen_at", default=None)


def now() -> datetime:
    """This moment, in UTC and aware of it."""
    return _frozen_at.get() or datetime.now(UTC)


def today(zone: str | tzinfo = UTC) -> date:
    """The day it is in `zone`: a name such as "America/Sao_Paulo" (unknown: KeyError), or a tzinfo."""
    return now().astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone).date()


@contextmanager
def frozen(at: datetime) -> Iterator[datetime]:
    """Hold `now()` at `at` inside the block; blocks nest. A naive moment raises ValueError."""
    if at.tzinfo is None:
        raise ValueError("a frozen moment needs a time zone")
    token = _frozen_at.set(at.astimezone(UTC))
    try:
        yield at
    finally:
        _frozen_at.reset(token)
