"""Where a request comes from: kept beside the scope, and told to the database for the audit log."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

LONGEST_AGENT = 200


@dataclass(frozen=True, slots=True)
class Origin:
    """The client's address as far as the trusted proxies vouch for it, and what its browser calls itself."""

    ip: str = ""
    agent: str = ""

    def as_text(self) -> str:
        if not (self.ip or self.agent):
            return ""
        agent = self.agent.replace("\x00", "")[:LONGEST_AGENT]
        return json.dumps({"ip": self.ip, "agent": agent})


_NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("keystead_origin", default=_NOWHERE)


def current_origin() -> Origin:
    return _origin.get()


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Scopes opened inside tell the database this origin."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)
