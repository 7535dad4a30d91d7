"""What stands in an undo's way, told so that a person can act on it: which field, by whom, when."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.db.models import ForeignKey

from keystead.data.models import Account, Deal, Measure, Objective, Plan
from keystead.data.permissions import READ_ACTION, Reach, people, reach, visible
from keystead.data.workspace.models import Member
from keystead.domain.undoing.changes import Touched
from keystead.domain.undoing.kinds import KINDS, Kind
from keystead.domain.undoing.refusals import Obstacle
from keystead.domain.undoing.restoring import changed_since, there

_AT_MOST = 20  # of each kind: enough to act on, few enough to read


def obstacles(kind: Kind, rows: Sequence[Touched]) -> list[Obstacle]:
    """Rows that are otherwise now than the change left them."""
    left = {row.id: row for row in rows if row.after is not None}
    present = there(kind, [row.id for row in rows])
    found = [_told(kind, left[key], "deleted") for key in list(left.keys() - present)[:_AT_MOST]]
    again = [row for row in rows if row.after is None and row.id in present]
    found += [_told(kind, row, "there_again") for row in again[:_AT_MOST]]
    for key, columns in list(changed_since(kind, rows).items())[:_AT_MOST]:
        found += [_told(kind, left[key], "changed", column) for column in columns]
    return found


def _told(kind: Kind, row: Touched, code: str, column: str = "") -> Obstacle:
    """By whom and when: of the later events, the last one that changed the column."""
    by, at = "", None
    events = list(kind.history.objects.filter(pgh_obj_id=row.id, pgh_id__gte=row.last).order_by("pgh_id"))
    attribute = kind.field_of(column).attname if column else ""
    for before, event in pairwise(events):
        if not column or getattr(before, attribute) != getattr(event, attribute):
            by, at = (event.pgh_context or {}).get("name", ""), event.pgh_created_at
    title = title_of(kind, events[-1])
    return Obstacle(code, kind.name, row.id, title, kind.field_of(column) if column else None, by, at)


def title_of(kind: Kind, event: Any) -> str:
    """What a row is called, by an event of it."""
    if kind.title:
        return str(getattr(event, kind.title))
    if kind.name == "Contact":
        return f"{event.first_name} {event.last_name}".strip() or event.email
    return f"{event.base}/{event.quote}" if kind.name == "Rate" else ""


def without_the_unseen(found: Sequence[Obstacle], viewer: Member) -> list[Obstacle]:
    """The obstacles as the viewer may read them: of a record out of her sight she learns that something is in the way, but
    neither its name nor who did what to it."""
    told = [each if _is_seen(each, viewer) else Obstacle("hidden", each.kind, None, "") for each in found]
    return list(dict.fromkeys(told))


def _is_seen(obstacle: Obstacle, viewer: Member) -> bool:
    if obstacle.kind not in READ_ACTION or reach(viewer, READ_ACTION[obstacle.kind]) is Reach.ALL:
        return True
    kind = KINDS[obstacle.kind]
    if obstacle.code == "deleted":
        return _was_seen(kind, kind.history.objects.filter(pgh_obj_id=obstacle.id).latest("pgh_id"), viewer)
    return bool(visible(kind.model._base_manager.filter(pk=obstacle.id), viewer).exists())


_ABOVE: tuple[Any, ...] = (Account, Plan, Deal, Objective, Measure)  # what a record hangs on


def _was_seen(kind: Kind, last: Any, viewer: Member) -> bool:
    """Whether a row that is gone was hers to read as it was last: it was her own, or what it hung on is still to be seen."""
    if kind.name in ("Account", "Deal", "Plan") and last.owner_id in people(viewer, reach(viewer, READ_ACTION[kind.name])):
        return True
    for above in _ABOVE:
        key = getattr(last, f"{above.__name__.lower()}_id", None)
        if key is not None:
            return bool(visible(above._base_manager.filter(pk=key), viewer).exists())
    return False


def in_use(made: Mapping[str, Collection[Any]], viewer: Member) -> list[Obstacle]:
    """What refers to rows that would go, and would not go with them. Counted are those that the viewer may see."""
    return [found for name, ids in made.items() if ids for found in _users(KINDS[name], ids, made, viewer)]


def _users(kind: Kind, ids: Collection[Any], made: Mapping[str, Collection[Any]], viewer: Member) -> Iterator[Obstacle]:
    for relation in kind.model._meta.related_objects:
        other = KINDS.get(relation.related_model.__name__)
        if other is None or other.follows or not isinstance(relation.field, ForeignKey):
            continue
        column = relation.field.attname
        users = other.model._base_manager.filter(**{f"{column}__in": list(ids)}).exclude(pk__in=list(made.get(other.name, ())))
        used = kind.model._base_manager.filter(pk__in=users.values(column)).order_by("pk").first()
        if used is not None:
            count = (visible(users, viewer) if other.name in READ_ACTION else users).count()
            yield Obstacle("in_use", kind.name, used.pk, str(used), used_by=other.name, count=count)
