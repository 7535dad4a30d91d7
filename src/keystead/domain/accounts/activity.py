"""Who changed what at an account, and when: the account itself, its team, contacts, deals, orders and plans, newest first.

The triggers keep whole rows, so a change is the difference between a row and the one before it of the same thing. History is
found by `pgh_obj_id`, which has an index; its copy of the row's `id` has none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import F, Max, Model, OuterRef, Subquery

from keystead.data.accounts.models import Account, AccountTeamMember, Contact
from keystead.data.deals.models import Deal, Order
from keystead.data.plans.models import Plan
from keystead.domain.plans.history import Change, differences

# kind -> (model, the field that names it, whether it is the account itself)
_KINDS: dict[str, tuple[type[Model], str]] = {
    "Account": (Account, "name"),
    "AccountTeamMember": (AccountTeamMember, "member_id"),
    "Contact": (Contact, "last_name"),
    "Deal": (Deal, "name"),
    "Order": (Order, "number"),
    "Plan": (Plan, "name"),
}


@dataclass(frozen=True, slots=True)
class _Found:
    kind: str
    event: Any


def account_activity(*, account: Account, before: str = "", at_most: int = 50) -> tuple[list[Change], str]:
    """The latest changes, and the moment to go on from ("" at the end). Everything of one moment stays together."""
    found: list[_Found] = []
    for kind in _KINDS:
        found += [_Found(kind, event) for event in _events(kind, account, _moment(before), at_most + 1)]
    found.sort(key=lambda each: (each.event.pgh_created_at, each.event.pgh_id), reverse=True)
    shown, further = found[:at_most], ""
    if len(found) > at_most:
        further = shown[-1].event.pgh_created_at.isoformat()
        shown += [each for each in found[at_most:] if each.event.pgh_created_at == shown[-1].event.pgh_created_at]
    return list(_changes(shown)), further


def deal_activity(*, deal: Deal, at_most: int = 200) -> list[Change]:
    """The latest changes of one deal."""
    events = apps.get_model("keystead", "DealEvent").objects.filter(pgh_obj_id=deal.pk).order_by("-pgh_id")[:at_most]
    return list(_changes([_Found("Deal", event) for event in events]))


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+")) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _events(kind: str, account: Account, before: datetime | None, at_most: int) -> list[Any]:
    model = apps.get_model("keystead", f"{kind}Event")
    of_account = {"pgh_obj_id": account.pk} if kind == "Account" else {"account_id": account.pk}
    events = model.objects.filter(**of_account)
    if before is not None:
        events = events.filter(pgh_created_at__lt=before)
    return list(events.order_by("-pgh_created_at", "-pgh_id")[:at_most])


def _changes(found: list[_Found]) -> Iterator[Change]:
    earlier = _earlier(found)
    for each in found:
        event, before = each.event, earlier.get((each.kind, each.event.pgh_id))
        what = {"insert": "added", "update": "changed", "delete": "deleted"}[event.pgh_label]
        fields = tuple(differences(_KINDS[each.kind][0], before, event)) if what == "changed" and before is not None else ()
        if what == "changed" and not fields:
            continue
        actor = event.pgh_context or {}
        yield Change(
            event.pgh_created_at, actor.get("name", ""), actor.get("via", ""), what, each.kind, event.id,
            _title(each.kind, event), fields, change=event.pgh_context_id,
        )  # fmt: skip


def _earlier(found: list[_Found]) -> dict[tuple[str, int], Any]:
    """For each event the one before it of the same thing, in two queries per kind."""
    earlier: dict[tuple[str, int], Any] = {}
    for kind in {each.kind for each in found}:
        model = apps.get_model("keystead", f"{kind}Event")
        ids = [each.event.pgh_id for each in found if each.kind == kind and each.event.pgh_label == "update"]
        same = model.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
        last = same.order_by().values("pgh_obj_id")
        pairs = dict(
            model.objects.filter(pgh_id__in=ids)
            .annotate(earlier=Subquery(last.annotate(last=Max(F("pgh_id"))).values("last")))
            .values_list("pgh_id", "earlier")
        )
        rows = model.objects.in_bulk([pk for pk in pairs.values() if pk])
        earlier |= {(kind, pk): rows[other] for pk, other in pairs.items() if other in rows}
    return earlier


def _title(kind: str, event: Any) -> str:
    if kind == "Contact":
        return f"{event.first_name} {event.last_name}".strip() or event.email
    value = getattr(event, _KINDS[kind][1])
    return str(value) if not isinstance(value, UUID) else value.hex
