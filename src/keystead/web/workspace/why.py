"""Why somebody can, or cannot, see and change an object: the permission table in sentences, for oneself or for another member."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from keystead.data.models import Account, Action, Contact, Deal, Import, Member, Objective, Order, Plan, SwotItem
from keystead.domain.workspace.permissions import may, require
from keystead.domain.workspace.why import why
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.people import by_name, told_apart


@dataclass(frozen=True, slots=True)
class Kind:
    """`actions`: what may be done to it, the reading first, with words; `page`: the name of its own page's address."""

    model: type[Model]
    actions: tuple[tuple[str, Any], ...]
    page: str = ""


def _usual(noun: str) -> tuple[tuple[str, Any], ...]:
    return (
        (f"{noun}.read", gettext_lazy("See it")), (f"{noun}.edit", gettext_lazy("Change it")),
        (f"{noun}.delete", gettext_lazy("Delete it")),
    )  # fmt: skip


_PLAN = (
    ("plan.read", gettext_lazy("See it")), ("plan.contribute", gettext_lazy("Work on its items")),
    ("plan.edit", gettext_lazy("Change it")), ("plan.approve", gettext_lazy("Approve it")),
    ("plan.delete", gettext_lazy("Delete it")),
)  # fmt: skip
_ITEM = (("plan.read", gettext_lazy("See it")), ("plan.contribute", gettext_lazy("Change it")))
_IMPORT = (("import.read", gettext_lazy("See it")), ("import.create", gettext_lazy("Commit or undo it")))
KINDS: dict[str, Kind] = {
    "accounts": Kind(Account, _usual("account"), "accounts:detail"),
    "contacts": Kind(Contact, _usual("contact")),
    "deals": Kind(Deal, _usual("deal"), "deals:detail"),
    "orders": Kind(Order, _usual("order")),
    "plans": Kind(Plan, _PLAN, "plans:detail"),
    "objectives": Kind(Objective, _ITEM),
    "actions": Kind(Action, _ITEM),
    "swot": Kind(SwotItem, _ITEM),
    "imports": Kind(Import, _IMPORT, "imports:detail"),
}


@require_GET
def why_page(request: WorkspaceRequest, kind: str, pk: UUID) -> HttpResponse:
    """`?member=` asks for another member; who may not do that gets the refusal, and an unseen object is not here."""
    if kind not in KINDS:
        raise Http404
    found: Any = get_object_or_404(KINDS[kind].model.objects.visible_to(request.viewer), pk=pk)  # type: ignore[attr-defined]
    person = _person(request)
    answers = [(words, why(person, action, found, reader=request.viewer)) for action, words in KINDS[kind].actions]
    may_ask = may(request.viewer, "why.others")
    context = {
        "object_name": _name(found), "person": person, "is_me": person.pk == request.viewer.pk,
        "seeing": answers[0][1], "doing": answers[1:], "back": _page(request, kind, found),
        "people": [(each, told_apart(each)) for each in by_name(Member.objects.visible_to(request.viewer))] if may_ask else [],
        "crumbs": [{"label": _name(found), "url": _page(request, kind, found)}, {"label": _("Who sees this"), "url": ""}],
    }  # fmt: skip
    return render(request, "workspace/why.html", context)


def _person(request: WorkspaceRequest) -> Member:
    asked = request.GET.get("member", "")
    if asked in ("", str(request.viewer.pk)):
        return request.viewer
    require(request.viewer, "why.others")
    try:
        key = UUID(asked)
    except ValueError as error:
        raise Http404 from error
    person: Member = get_object_or_404(Member.objects.visible_to(request.viewer), pk=key)
    return person


def _name(found: Any) -> str:
    for field in ("name", "title", "number", "text", "filename"):
        if value := getattr(found, field, ""):
            return str(value)
    return str(found)


def _page(request: WorkspaceRequest, kind: str, found: Any) -> str:
    slug = request.workspace.slug
    if KINDS[kind].page:
        return reverse(KINDS[kind].page, args=[slug, found.pk])
    if hasattr(found, "plan_id"):
        return reverse("plans:detail", args=[slug, found.plan_id])
    return reverse("accounts:detail", args=[slug, found.account_id]) if getattr(found, "account_id", None) else ""


# (namespace of an address, the parameter that names its object, the kind); the more special ones first.
_OF_ADDRESS = (
    ("plans", "item", ""), ("accounts", "contact_pk", "contacts"), ("accounts", "pk", "accounts"), ("contacts", "pk", "contacts"),
    ("deals", "pk", "deals"), ("orders", "pk", "orders"), ("plans", "pk", "plans"), ("imports", "pk", "imports"),
)  # fmt: skip
_ITEMS = ("objectives", "actions", "swot")  # of a plan: the part of the address tells which


def why_address(request: HttpRequest) -> str:
    """The address of this page for the object that the present page is about; "" when it is about none."""
    match = request.resolver_match
    workspace = getattr(request, "workspace", None)
    if match is None or workspace is None:
        return ""
    for namespace, parameter, kind in _OF_ADDRESS:
        key = match.kwargs.get(parameter)
        if match.namespace == namespace and isinstance(key, UUID):
            found = kind or next((item for item in _ITEMS if f"/{item}/" in request.path), "plans")
            return reverse("why", args=[workspace.slug, found, key])
    return ""
