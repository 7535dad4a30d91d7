"""The steps of the pipeline: making, changing, ordering and removing them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils.translation import ngettext

from keystead.base.turns import STAGES, take_turns
from keystead.data.deals.models import Deal, DealStatus, Stage
from keystead.data.permissions import Reach, reach
from keystead.data.workspace.models import Member
from keystead.domain.workspace.permissions import require
from keystead.domain.writing import Gone, Invalid, write

STAGE_FIELDS = frozenset({"name", "status", "probability"})
_SURE = {DealStatus.WON: 100, DealStatus.LOST: 0}


def stages_with_counts(viewer: Member) -> Any:
    """The stages in order, each with `deal_count`: the deals in it that the viewer may see."""
    seen = Q(deals__in=Deal.objects.visible_to(viewer)) if reach(viewer, "deal.read") is not Reach.ALL else Q()
    return Stage.objects.annotate(deal_count=Count("deals", filter=seen)).order_by("position", "name")


def save_stage(
    *, viewer: Member, fields: Mapping[str, Any], stage: Stage | None = None, seen_version: int | None = None
) -> Stage:
    """Makes a stage at the end, or changes one. Won is always 100 %, lost always 0 %.

    A new status is a statement about every deal in the stage, so it is refused while there are any: moving them is done deal by
    deal or by an import. The probability is the default for deals that come into the stage from now on.
    Raises `NotAllowed`, `Invalid` (status: in_use), `Stale`.
    """
    require(viewer, "stage.edit")
    values = {name: value for name, value in fields.items() if name in STAGE_FIELDS}
    record = stage or Stage()
    status = values.get("status", record.status)
    if status in _SURE:
        values["probability"] = _SURE[status]
    with transaction.atomic():
        if stage is None:
            take_turns(STAGES)
            last = Stage.objects.aggregate(last=Max("position"))["last"]
            values["position"] = 0 if last is None else last + 1
        elif status != stage.status:
            _refuse_in_use(stage, "status")
        return write(record, values, seen=seen_version)


def move_stage(*, stage: Stage, viewer: Member, to: int) -> None:
    """Puts the stage at that place (0 is first) and counts the others anew. Raises `Gone`."""
    require(viewer, "stage.edit")
    with transaction.atomic():
        take_turns(STAGES)
        order = list(Stage.objects.select_for_update().order_by("position", "name"))
        if stage not in order:
            raise Gone(stage)
        order.remove(stage)
        order.insert(max(0, min(to, len(order))), stage)
        for position, each in enumerate(order):
            each.position = position
        Stage.objects.bulk_update(order, ["position"])


def delete_stage(*, stage: Stage, viewer: Member) -> None:
    """Removes a stage without deals. Raises `Invalid` (in_use)."""
    require(viewer, "stage.edit")
    with transaction.atomic():
        _refuse_in_use(stage, "")
        stage.delete()


def _refuse_in_use(stage: Stage, field: str) -> None:
    deals = Deal.objects.filter(stage=stage).count()
    if deals:
        message = ngettext(
            "%(deals)s deal is in this stage. Move it to another stage first.",
            "%(deals)s deals are in this stage. Move them to another stage first.",
            deals,
        )
        raise Invalid.one(field, "in_use", message % {"deals": deals})
