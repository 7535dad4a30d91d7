"""A record as somebody saw it, and who has changed which of its columns since: the base of a conflict, from history.

Every change that counts moves a record's version by one and leaves one event, so the version that was seen leads to its event.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.db.models import Model

from keystead.domain.undoing.kinds import KINDS


@dataclass(frozen=True, slots=True)
class Later:
    """The last change of a column: `by` is empty when nobody is known for it."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Since:
    """`base`: the record as it was at that version (not saved, not to be saved); None when history does not reach back."""

    base: Model | None
    later: dict[str, Later]


def since(current: Model, version: int) -> Since:
    """What happened to a record after a version of it; `current` is the record as it stands now. `later` is by attname."""
    kind = KINDS.get(type(current).__name__)
    steps = current.version - version  # type: ignore[attr-defined]
    if kind is None or steps < 1 or version < 1:
        return Since(None, {})
    events = list(
        kind.history.objects.filter(pgh_obj_id=current.pk).exclude(pgh_label="delete").order_by("-pgh_id")[: min(steps, 500) + 1]
    )
    names = [kind.field_of(column).attname for column in kind.columns]
    later: dict[str, Later] = {}
    for before, after in pairwise(reversed(events)):
        told = Later((after.pgh_context or {}).get("name", ""), after.pgh_created_at)
        later |= {name: told for name in names if getattr(before, name) != getattr(after, name)}
    if len(events) <= steps:
        return Since(None, later)
    standing = {field.attname: getattr(current, field.attname) for field in current._meta.concrete_fields}  # what has no history
    base = type(current)(**standing | {name: getattr(events[-1], name) for name in names})
    base._state.adding, base._state.db = False, current._state.db
    return Since(base, later)
