"""Which plans a deal or an order counts in, and why; or why it counts in none."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from keystead.api.wire.fields import Choice, Field, Filled, Filter, Schema, split, uuid
from keystead.api.wire.resource import Shown
from keystead.base.scope import current_workspace
from keystead.data.deals.models import Unlinked
from keystead.data.permissions import Reach, reach
from keystead.data.plans.models import Plan, RevenueLink
from keystead.data.workspace.models import Member

_LINK: Schema = {
    "type": "object",
    "required": ["id", "name", "via", "reason"],
    "properties": {
        "id": {"type": "string", "format": "uuid"}, "name": {"type": "string"},
        "via": {"type": "string", "enum": RevenueLink.Via.values}, "reason": {"type": "string"},
    },
}  # fmt: skip
NO_ACCESS = "no_access"
_REASON: Schema = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {"code": {"type": "string", "enum": [*Unlinked.values, NO_ACCESS]}, "message": {"type": "string"}},
}

FIELDS: tuple[Field, ...] = (
    Filled(
        name="plans", shape={"type": "array", "items": _LINK},
        about="The plans that it counts in and that you may open, each with the reason.",
    ),
    Filled(
        name="plans_reason", reads=("unlinked_reason",), shape={"anyOf": [_REASON, {"type": "null"}]},
        about="Why `plans` is empty; null when it is not.",
    ),
)  # fmt: skip


def filters(link: str) -> tuple[Filter, ...]:
    """?plans=, ?plans__in=, ?unlinked_reason= and its kin; `link` is "deal" or "order"."""
    reason = Choice(name="unlinked_reason", words=Unlinked.values, nullable=True)

    def seen(viewer: Member, text: str) -> Q:
        """Of a plan that the viewer may not open, nobody tells her what counts in it."""
        wanted = {uuid(part, "") for part in split(text)}
        return Q() if Plan.objects.visible_to(viewer).filter(pk__in=wanted).count() == len(wanted) else Q(pk__in=[])

    def linked(keys: list[Any]) -> Q:
        return Q(
            pk__in=RevenueLink.objects.filter(
                workspace_id=current_workspace(), plan__in=keys, **{f"{link}__isnull": False}
            ).values(link)
        )

    return (
        Filter("plans", lambda text: linked([uuid(text, "")]), {"type": "string", "format": "uuid"}, guard=seen),
        Filter("plans__in", lambda text: linked([uuid(part, "") for part in split(text)]), {"type": "string"}, True, seen),
        *reason.filters(),
    )


def fill(link: str) -> Callable[[list[Shown], Member], None]:
    """Puts `plans` and `plans_reason` into a page of rows, in one query."""

    def filled(items: list[Shown], viewer: Member) -> None:
        links = RevenueLink.objects.filter(workspace_id=current_workspace(), **{f"{link}__in": [item["id"] for item in items]})
        if reach(viewer, "plan.read") is not Reach.ALL:
            links = links.filter(plan__in=Plan.objects.visible_to(viewer))
        plans: dict[str, list[Shown]] = {item["id"]: [] for item in items}
        words = {via.value: str(via.label) for via in RevenueLink.Via}
        for owner, plan, name, via in links.order_by("plan__start_date", "plan_id").values_list(
            f"{link}_id", "plan_id", "plan__name", "via"
        ):
            plans[str(owner)].append({"id": str(plan), "name": name, "via": via, "reason": words[via]})
        reasons = {code: _why(code) for code in {item["plans_reason"] for item in items}}
        for item in items:
            item["plans"] = plans[item["id"]]
            item["plans_reason"] = None if item["plans"] else reasons[item["plans_reason"]]

    return filled


def _why(code: str) -> Shown:
    if not code:  # it does count somewhere
        return {"code": NO_ACCESS, "message": _("It counts in a plan that you may not open.")}
    return {"code": code, "message": str(Unlinked(code).label)}
