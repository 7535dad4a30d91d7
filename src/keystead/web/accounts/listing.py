"""All accounts that the viewer may see: find, filter, sort, export. The state stands in the address."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Lower, NullIf
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from keystead.data.accounts.models import TARGET_SEGMENTS, Account, Segment
from keystead.data.deals.models import Deal
from keystead.data.plans.models import Plan
from keystead.data.workspace.models import Member
from keystead.documents.sheets import Cell, Sheet, SheetColumn, csv_bytes, xlsx_bytes
from keystead.domain.accounts.finding import with_words
from keystead.domain.workspace.permissions import may
from keystead.web.portfolio.cells import short_segment
from keystead.web.requests import WorkspaceRequest, wants_fragment
from keystead.web.shell import way

PAGE = 50
FILTERS = ("q", "owner", "industry", "country", "segment", "segment_target", "is_key", "former")
# What each column sorts by.
_ORDERS: dict[str, Any] = {
    "name": Lower("name"), "parent": Lower("parent__name"), "industry": NullIf(F("industry"), Value("")),
    "country": NullIf(F("country"), Value("")), "owner": Lower("owner__name"), "employees": F("employees"),
    "deals": F("deals_count"), "plans": F("plans_count"),
}  # fmt: skip
_HEADS = (
    ("name", gettext_lazy("Account"), ""),
    ("parent", gettext_lazy("Part of"), "only-wide"),
    ("owner", gettext_lazy("Owner"), "only-wide"),
    ("", gettext_lazy("Segment, now → target"), "only-wide"),
    ("employees", gettext_lazy("Employees"), "only-wide end"),
    ("deals", gettext_lazy("Deals"), "end"),
    ("plans", gettext_lazy("Plans"), "end"),
)


@require_GET
def account_list(request: WorkspaceRequest) -> HttpResponse:
    asked = _asked(request)
    order = asked["order"]
    every = Account.objects.visible_to(request.viewer)
    found = filtered(every, asked, request.viewer)
    after = int(request.GET["after"]) if request.GET.get("after", "").isdecimal() and len(request.GET["after"]) < 9 else 0
    page = list(_ordered(_counted(found, request.viewer), order)[after : after + PAGE])
    total = found.count()
    shown = after + len(page)
    parents = parents_of(page, request.viewer)
    context = {
        "rows": [_row(account, parents) for account in page],
        "more": _to(asked, after=shown) if shown < total else "",
        "shown": shown,
        "total": total,
    }
    if wants_fragment(request) and after:
        return render(request, "accounts/lines.html", context)
    context |= _frame(request, asked, every, found)
    if not wants_fragment(request):
        return render(request, "accounts/list.html", context)
    response = render(request, "accounts/list.html#accounts", context)
    response["HX-Push-Url"] = request.path + _to(asked).removesuffix("?")
    return response


def _asked(request: WorkspaceRequest) -> dict[str, str]:
    asked = {name: request.GET.get(name, "").replace("\x00", "").strip()[:200] for name in FILTERS}
    order = request.GET.get("order", "")
    return asked | {"order": order if order.removeprefix("-") in _ORDERS else ""}


def _to(asked: Mapping[str, str], **changes: object) -> str:
    values = {**asked, **{name: str(value) for name, value in changes.items()}}
    return "?" + urlencode({name: value for name, value in values.items() if value})


def filtered(accounts: QuerySet[Account], asked: Mapping[str, str], viewer: Member) -> QuerySet[Account]:
    """What is not understood leaves nothing, so that a mistyped address is not taken for "all"."""
    found = with_words(accounts, asked["q"])
    for name in ("industry", "country"):
        if asked[name]:
            found = found.filter(**{name: asked[name]})
    for name, field in (("segment", "segment_current"), ("segment_target", "segment_target")):
        if asked[name]:
            found = found.filter(**{field: "" if asked[name] == "none" else asked[name]})
    if asked["owner"]:
        found = found.filter(_owner(asked["owner"], viewer))
    for name, field in (("is_key", "is_key"), ("former", "former")):
        if asked[name]:
            found = found.filter(**{field: asked[name] == "1"})
    return found


def _owner(text: str, viewer: Member) -> Q:
    if text == "nobody":
        return Q(owner=None)
    try:
        return Q(owner=viewer.pk if text == "me" else UUID(text))
    except ValueError:
        return Q(pk__in=[])


def _counted(accounts: QuerySet[Account], viewer: Member) -> QuerySet[Any]:
    """With the number of the account's own deals and plans, as far as the viewer may see them."""
    counts = {}
    for name, model in (("deals_count", Deal), ("plans_count", Plan)):
        own = model.objects.visible_to(viewer).filter(account=OuterRef("pk")).order_by().values("account")
        counts[name] = Coalesce(Subquery(own.annotate(n=Count("pk")).values("n")), 0, output_field=IntegerField())
    return accounts.select_related("owner").annotate(**counts)


def _ordered(accounts: QuerySet[Any], order: str) -> QuerySet[Any]:
    column = _ORDERS[order.removeprefix("-") or "name"]
    first = column.desc(nulls_last=True) if order.startswith("-") else column.asc(nulls_last=True)
    return accounts.order_by(first, "name", "pk")


def parents_of(accounts: Iterable[Account], viewer: Member) -> dict[UUID, Account]:
    """Those parents that the viewer may see: of the others not even the name is told."""
    wanted = {account.parent_id for account in accounts if account.parent_id}
    return {parent.pk: parent for parent in Account.objects.visible_to(viewer).filter(pk__in=wanted)} if wanted else {}


def _row(account: Any, parents: Mapping[UUID, Account]) -> dict[str, Any]:
    return {
        "account": account,
        "parent": parents.get(account.parent_id),
        "place": " · ".join(filter(None, (account.industry, account.country))),
        "segment_current": short_segment(account.segment_current),
        "segment_target": short_segment(account.segment_target),
    }


def _frame(
    request: WorkspaceRequest, asked: dict[str, str], every: QuerySet[Account], found: QuerySet[Account]
) -> dict[str, Any]:
    people = Member.objects.visible_to(request.viewer).order_by("name").values_list("pk", "name")
    owners = [("me", _("me")), ("nobody", _("nobody")), *((str(pk), name) for pk, name in people)]
    segments = [*((segment.value, short_segment(segment.value)) for segment in Segment), ("none", _("none"))]
    targets = [*((value, short_segment(value)) for value, _label in TARGET_SEGMENTS), ("none", _("none"))]
    made = [
        ("owner", _("Owner"), owners), ("industry", _("Industry"), _values(every, "industry")),
        ("country", _("Country"), _values(every, "country")), ("segment", _("Segment"), segments),
        ("segment_target", _("Target segment"), targets), ("is_key", _("Key account"), [("1", _("yes")), ("0", _("no"))]),
        ("former", _("Former customer"), [("1", _("yes")), ("0", _("no"))]),
    ]  # fmt: skip
    within = found.order_by().values("pk")
    return {
        "crumbs": [{"label": _("Accounts"), "url": ""}],
        "asked": asked,
        "filters": [
            {"name": name, "label": label, "value": asked[name], "choices": choices, "clear": _to(asked, **{name: ""}),
             "words": dict(choices).get(asked[name], asked[name])}
            for name, label, choices in made
        ],
        "heads": [_head(*head, asked) for head in _HEADS],
        "is_filtered": any(asked[name] for name in FILTERS),
        "export": _to(asked).removeprefix("?"),
        "deals_total": Deal.objects.visible_to(request.viewer).filter(account__in=within).count(),
        "plans_total": Plan.objects.visible_to(request.viewer).filter(account__in=within).count(),
        "may_create": may(request.viewer, "account.create"),
        "imports": way("imports:list", request.workspace),
    }  # fmt: skip


def _values(accounts: QuerySet[Account], field: str) -> list[tuple[str, str]]:
    found = accounts.exclude(**{field: ""}).order_by(field).values_list(field, flat=True).distinct()[:500]
    return [(value, value) for value in found]


def _head(name: str, label: Any, classes: str, asked: Mapping[str, str]) -> dict[str, Any]:
    order = asked["order"] or "name"
    is_here = order.removeprefix("-") == name
    starts = f"-{name}" if name in ("employees", "deals", "plans") else name
    turned = order.removeprefix("-") if order.startswith("-") else f"-{order}"
    direction = ("desc" if order.startswith("-") else "asc") if is_here else ""
    return {"label": label, "url": _to(asked, order=turned if is_here else starts) if name else "", "direction": direction,
            "classes": classes}  # fmt: skip


@require_GET
def export_csv(request: WorkspaceRequest) -> HttpResponse:
    headers = {"Content-Disposition": 'attachment; filename="accounts.csv"'}
    return HttpResponse(csv_bytes(_sheet(request)), "text/csv; charset=utf-8", headers=headers)


@require_GET
def export_xlsx(request: WorkspaceRequest) -> HttpResponse:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    headers = {"Content-Disposition": 'attachment; filename="accounts.xlsx"'}
    return HttpResponse(xlsx_bytes([_sheet(request)]), kind, headers=headers)


def _sheet(request: WorkspaceRequest) -> Sheet:
    """Everything that the filters leave, in the order on the page."""
    asked = _asked(request)
    within = filtered(Account.objects.visible_to(request.viewer), asked, request.viewer)
    found = list(_ordered(_counted(within, request.viewer), asked["order"]))
    parents = {pk: parent.name for pk, parent in parents_of(found, request.viewer).items()}
    names = (
        _("Account"), _("Part of"), _("Industry"), _("Country"), _("Website"), _("Status"), _("Segment now"), _("Target segment"),
        _("Owner"), _("Key in the source system"),
    )  # fmt: skip
    columns = [SheetColumn(name, "text", 24) for name in names]
    columns += [SheetColumn(name, "count") for name in (_("Employees"), _("Deals"), _("Plans"))]
    rows: list[list[Cell]] = [
        [
            account.name, parents.get(account.parent_id, ""), account.industry, account.country, account.website,
            account.status, short_segment(account.segment_current), short_segment(account.segment_target),
            account.owner.name if account.owner else "", account.external_id or "",
            account.employees, account.deals_count, account.plans_count,
        ]
        for account in found
    ]  # fmt: skip
    return Sheet(_("Accounts"), columns, rows)
