"""What a list of deals is asked for: read from the address, turned into a filter and an order."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.functions import Lower

from keystead.data.accounts.models import Account
from keystead.data.deals.models import Deal, DealStatus, Product, Unlinked
from keystead.data.workspace.models import Member
from keystead.domain.accounts.finding import with_words
from keystead.web.accounts.references import named_so
from keystead.web.requests import WorkspaceRequest

FILTERS = ("q", "status", "stage", "owner", "account", "product", "from", "to", "unlinked")
# Unlike currencies have no common order: amounts stand in order within each of them.
ORDERS: dict[str, tuple[Any, ...]] = {
    "name": (Lower("name"),), "account": (Lower("account__name"),), "owner": (Lower("owner__name"),),
    "stage": (F("stage__position"), F("status")), "close_date": (F("close_date"),), "amount": (F("currency"), F("amount")),
}  # fmt: skip
USUAL = "-close_date"


def asked_of(request: WorkspaceRequest) -> dict[str, str]:
    asked = {name: request.GET.get(name, "").replace("\x00", "").strip()[:300] for name in FILTERS}
    order = request.GET.get("order", "")
    return asked | {"order": order if order.removeprefix("-") in ORDERS and order != USUAL else ""}


def address(asked: Mapping[str, str], **changes: object) -> str:
    values = {**asked, **{name: str(value) for name, value in changes.items()}}
    return "?" + urlencode({name: value for name, value in values.items() if value})


def filtered(asked: Mapping[str, str], viewer: Member) -> QuerySet[Deal]:
    """The deals that the viewer may see and that pass every filter; a value that makes no sense leaves nothing."""
    found: QuerySet[Deal] = Deal.objects.visible_to(viewer)
    if asked["status"]:
        found = found.filter(status=asked["status"] if asked["status"] in DealStatus.values else None)
    for name in ("stage", "owner"):
        if asked[name]:
            found = found.filter(_is(name, asked[name], viewer))
    if asked["account"]:
        found = found.filter(_account(asked["account"], viewer))
    if asked["product"]:
        found = found.filter(product__in=named_so(Product.objects.visible_to(viewer), asked["product"]))
    for name, lookup in (("from", "close_date__gte"), ("to", "close_date__lte")):
        if asked[name]:
            found = found.filter(_day(lookup, asked[name]))
    if asked["unlinked"]:
        found = (
            found.filter(unlinked_reason=asked["unlinked"])
            if asked["unlinked"] in Unlinked.values
            else found.exclude(unlinked_reason="")
        )
    return with_words(found, asked["q"])


def _is(name: str, text: str, viewer: Member) -> Q:
    if text in ("nobody", "none"):
        return Q(**{name: None})
    try:
        return Q(**{name: viewer.pk if name == "owner" and text == "me" else UUID(text)})
    except ValueError:
        return Q(pk__in=[])


def _account(text: str, viewer: Member) -> Q:
    if text == "none":
        return Q(account=None)
    return Q(account__in=named_so(Account.objects.visible_to(viewer), text))


def _day(lookup: str, text: str) -> Q:
    try:
        return Q(**{lookup: date.fromisoformat(text)})
    except ValueError:
        return Q(pk__in=[])


def ordered(deals: QuerySet[Deal], order: str) -> QuerySet[Deal]:
    """The usual order is that of an index: the latest close date first, and before them what has none yet."""
    order = order or USUAL
    if order == USUAL:
        return deals.order_by("-close_date", "-pk")
    down = order.startswith("-")
    columns = ORDERS[order.removeprefix("-")]
    by = [OrderBy(column, descending=down, nulls_last=True) for column in columns]
    return deals.order_by(*by, "name", "pk")
