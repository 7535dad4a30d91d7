"""All deals that the viewer may see, each with the plan in which it counts or the reason why in none."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from keystead.base.money import Money
from keystead.data.accounts.models import Account
from keystead.data.deals.models import Deal, DealStatus, Product, Stage, Unlinked
from keystead.data.workspace.models import Member
from keystead.domain.workspace.permissions import may
from keystead.web.deals.asking import FILTERS, address, asked_of, filtered, ordered
from keystead.web.deals.links import linked
from keystead.web.requests import WorkspaceRequest, wants_fragment
from keystead.web.shell import way

PAGE = 50
_HEADS = (
    ("name", gettext_lazy("Deal"), ""),
    ("account", gettext_lazy("Account"), "only-wide"),
    ("stage", gettext_lazy("Status"), ""),
    ("close_date", gettext_lazy("Closes"), "only-wide"),
    ("owner", gettext_lazy("Owner"), "only-wide"),
    ("amount", gettext_lazy("Amount"), "end"),
    ("", gettext_lazy("Counts in"), "only-wide"),
)


@require_GET
def deal_list(request: WorkspaceRequest) -> HttpResponse:
    asked = asked_of(request)
    found = filtered(asked, request.viewer)
    after = int(request.GET["after"]) if request.GET.get("after", "").isdecimal() and len(request.GET["after"]) < 9 else 0
    page = ordered(found.select_related("account", "stage", "owner"), asked["order"])[after : after + PAGE]
    rows = linked(page, request)
    totals = totals_of(found)
    total, shown = sum(each["count"] for each in totals), after + len(rows)
    context = {
        "rows": rows, "visible": _visible_accounts(rows, request.viewer), "shown": shown, "total": total,
        "more": address(asked, after=shown) if shown < total else "",
    }  # fmt: skip
    if wants_fragment(request) and after:
        return render(request, "deals/lines.html", context)
    context |= _frame(request, asked) | {"totals": totals}
    if not wants_fragment(request):
        return render(request, "deals/list.html", context)
    response = render(request, "deals/list.html#deals", context)
    response["HX-Push-Url"] = request.path + address(asked).removesuffix("?")
    return response


def _visible_accounts(rows: list[dict[str, Any]], viewer: Member) -> set[UUID]:
    """A deal of mine may be at an account that is not: then the account is not told."""
    wanted = {row["deal"].account_id for row in rows if row["deal"].account_id}
    return set(Account.objects.visible_to(viewer).filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()


def totals_of(deals: QuerySet[Deal]) -> list[dict[str, Any]]:
    """Over all that the filters leave, one line for each currency: unlike currencies are never added."""
    found = deals.order_by().values("currency").annotate(count=Count("pk"), known=Count("amount"), total=Sum("amount"))
    lines = [
        {"currency": each["currency"], "count": each["count"], "unknown": each["count"] - each["known"],
         "total": Money(each["total"], each["currency"]) if each["known"] else None}
        for each in found
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (-line["count"], line["currency"]))


def _frame(request: WorkspaceRequest, asked: dict[str, str]) -> dict[str, Any]:
    viewer = request.viewer
    people = [(str(pk), name) for pk, name in Member.objects.visible_to(viewer).order_by("name").values_list("pk", "name")]
    stages = [(str(stage.pk), stage.name) for stage in Stage.objects.visible_to(viewer)]
    made = [
        ("status", _("Status"), [(value, str(label)) for value, label in DealStatus.choices]),
        ("stage", _("Stage"), [*stages, ("none", _("none"))]),
        ("owner", _("Owner"), [("me", _("me")), ("nobody", _("nobody")), *people]),
        ("unlinked", _("Counts in no plan"), [("any", _("for any reason")), *((v, str(label)) for v, label in Unlinked.choices)]),
    ]
    return {
        "crumbs": [{"label": _("Deals"), "url": ""}],
        "asked": asked,
        "filters": [
            {"name": name, "label": label, "value": asked[name], "choices": choices, "clear": address(asked, **{name: ""}),
             "words": dict(choices).get(asked[name], asked[name])}
            for name, label, choices in made
        ],
        "named": _named(asked, viewer),
        "from_day": asked["from"], "to_day": asked["to"],
        "days_clear": address(asked, **{"from": "", "to": ""}),
        "heads": [_head(*head, asked) for head in _HEADS],
        "is_filtered": any(asked[name] for name in FILTERS),
        "unlinked": Deal.objects.visible_to(viewer).exclude(unlinked_reason="").count(),
        "unlinked_url": address({"unlinked": "any"}),
        "export": address(asked).removeprefix("?"),
        "may_create": may(viewer, "deal.create"),
        "imports": way("imports:list", request.workspace),
    }  # fmt: skip


def _named(asked: Mapping[str, str], viewer: Member) -> list[dict[str, Any]]:
    """The filters that hold a name (or, from a link, a key)."""
    made = []
    for name, label, model in (("account", _("Account"), Account), ("product", _("Product"), Product)):
        words = asked[name]
        try:
            record = model._default_manager.visible_to(viewer).filter(pk=UUID(words)).first()
            words = record.name if record else words
        except ValueError:
            words = _("none") if words == "none" else words
        made.append({"name": name, "label": label, "value": asked[name], "words": words, "clear": address(asked, **{name: ""})})
    return made


def _head(name: str, label: Any, classes: str, asked: Mapping[str, str]) -> dict[str, Any]:
    order = asked["order"] or "-close_date"
    is_here = order.removeprefix("-") == name
    starts = f"-{name}" if name in ("close_date", "amount") else name
    turned = order.removeprefix("-") if order.startswith("-") else f"-{order}"
    direction = ("desc" if order.startswith("-") else "asc") if is_here else ""
    url = address(asked, order=turned if is_here else starts) if name else ""
    return {"label": label, "url": url, "direction": direction, "classes": classes}
