"""One change of many deals: a stage brings its status and probability, and links to plans follow in one go."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from keystead.base.turns import LINKS, join_in
from keystead.data.deals.models import Stage
from keystead.data.workspace.models import Member
from keystead.domain.deals.columns import DEALS
from keystead.domain.grid.bulk import Outcome, change_many
from keystead.domain.plans.linking import relink


def change_deals(*, deals: QuerySet[Any], viewer: Member, fields: Mapping[str, Any]) -> Outcome:
    """Changes every one of these deals that the viewer may change. Raises `NotAllowed`, `Invalid`."""
    stage: Stage | None = fields.get("stage")
    with_it = {"status": stage.status, "probability": stage.probability} if stage else {}
    with transaction.atomic():
        join_in(LINKS)
        return change_many(
            grid=DEALS, rows=deals, viewer=viewer, fields=fields, with_it=with_it, follow=lambda ids: relink(deals=list(ids))
        )
