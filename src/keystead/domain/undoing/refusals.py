"""Why a change is not taken back. Texts are made at the surface, from the codes and values here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Field


class NoSuchChange(LookupError):
    """No request of this workspace wrote anything under that id, or not to anything that the viewer may see: not told apart."""

    code = "no_such_change"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One record that is no longer as the change left it.

    `code`: changed (`field` since by `by` at `at`), deleted (since), there_again (made again since), in_use (`count` records of
    `used_by` that the viewer may see refer to what would go; 0: only others do), hidden (a record that the viewer may not see).
    """

    code: str
    kind: str
    id: Any
    title: str
    field: Field | None = None
    by: str = ""
    at: datetime | None = None
    used_by: str = ""
    count: int = 0


class CannotUndo(Exception):
    """The change stays; nothing was written.

    `code`: already_undone (`by`, `at`), changed_since (`obstacles`), decided (a decision about a plan has a way back of its own),
    taken (a key or a name is another record's by now), missing (what it belongs to is gone), cycle, overlaps, archived,
    last_owner, has_login, has_facts, stage_in_use.
    """

    def __init__(self, code: str, *, obstacles: Sequence[Obstacle] = (), by: str = "", at: datetime | None = None) -> None:
        super().__init__(code)
        self.code, self.obstacles, self.by, self.at = code, list(obstacles), by, at
