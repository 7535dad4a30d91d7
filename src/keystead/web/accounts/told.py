"""Changes as a person reads them, day by day: who, what, from → to, by which way."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keystead.data.accounts.models import Account, Contact
from keystead.data.deals.models import Deal, Product, Stage
from keystead.data.workspace.models import Member
from keystead.domain.plans.history import Change
from keystead.web.changes.offering import offer_last
from keystead.web.changes.saying import by_day, names_of, said
from keystead.web.requests import WorkspaceRequest
from keystead.web.shell import way

KINDS = {
    "Account": gettext_lazy("the account"), "AccountTeamMember": gettext_lazy("team"), "Contact": gettext_lazy("contact"),
    "Deal": gettext_lazy("deal"), "Order": gettext_lazy("order"), "Plan": gettext_lazy("plan"),
}  # fmt: skip
_PAGES = {"Deal": "deals:detail", "Plan": "plans:detail"}
_NAMED = (Member, Account, Contact, Product, Stage, Deal)


def told(changes: list[Change], request: WorkspaceRequest) -> list[dict[str, Any]]:
    """[{day, changes}], the latest day first. References are named if the viewer may see what they point to."""
    team = {UUID(change.title) for change in changes if change.kind == "AccountTeamMember"}
    names = names_of(_NAMED, changes, request.viewer, Member=team)
    shown = [_shown(change, names, request) for change in changes]
    offer_last(request, changes, shown)
    return by_day(shown)


def _shown(change: Change, names: dict[UUID, str], request: WorkspaceRequest) -> dict[str, Any]:
    title = change.title
    if change.kind == "Account":
        title = ""
    elif change.kind == "AccountTeamMember":
        title = names.get(UUID(title), _("somebody who is no longer there"))
    page = _PAGES.get(change.kind) if change.what != "deleted" else None
    url = way(page, request.workspace, change.id) if page else ""
    return {**said(change, names), "kind": KINDS[change.kind], "title": title, "url": url}
