"""Making, changing and deleting deals, orders, products, stages and exchange rates. Links to plans follow every change."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from keystead.base.money import known_currencies
from keystead.base.turns import LINKS, PRODUCT_TREE, join_in, take_turns
from keystead.data.accounts.models import Account
from keystead.data.deals.models import Deal, Order, Product, Stage
from keystead.data.permissions import Reach, people, reach
from keystead.data.workspace.models import Member, Rate
from keystead.domain.plans.linking import relink
from keystead.domain.workspace.permissions import NotAllowed, require
from keystead.domain.writing import Invalid, hold, write

_AGREE = {"stage", "status"}
_DECIDES_LINKS = {"account", "owner", "close_date", "order_date", "team_key"}


def create_deal(*, viewer: Member, fields: Mapping[str, Any]) -> Deal:
    """A new deal, linked at once to the plans that it fits. Raises `NotAllowed`, `Invalid`.

    Whoever does not reach every account must own the deal or reach its account. Its currency defaults to the workspace's.
    """
    require(viewer, "deal.create")
    values = _deal(Deal(currency=viewer.workspace.currency), fields)
    values.setdefault("currency", viewer.workspace.currency)
    if reach(viewer, "deal.create") is not Reach.ALL:
        values["owner"] = values.get("owner") or viewer
        if values.get("account") is None and values["owner"].pk not in people(viewer, reach(viewer, "deal.create")):
            raise NotAllowed("deal.create")
    _require_account(viewer, "deal.create", values.get("account"))
    with transaction.atomic():
        join_in(LINKS)
        return _link(write(Deal(), values))


def change_deal(*, deal: Deal, viewer: Member, fields: Mapping[str, Any], seen: int | None = None) -> Deal:
    """Changes a deal and makes its links right. Raises `NotAllowed`, `Invalid`, `Stale`.

    A new stage brings its status and, when none is given, its probability; a new status without a stage keeps the stage only
    when they agree.
    """
    require(viewer, "deal.edit", deal)
    if fields.get("account") and fields["account"].pk != deal.account_id:
        _require_account(viewer, "deal.edit", fields["account"])
    with transaction.atomic():
        if _DECIDES_LINKS & set(fields):
            join_in(LINKS)
        if _AGREE & set(fields):
            deal = hold(deal, seen)  # whether stage and status agree is judged by the row as it is now
        deal = write(deal, values := _deal(deal, fields), seen=seen)
        return _link(deal) if _DECIDES_LINKS & set(values) else deal


def _link[Row: (Deal, Order)](row: Row) -> Row:
    """Makes the row's links right, and the reason that it carries when it counts in no plan."""
    if relink(deals=[row.pk]) if isinstance(row, Deal) else relink(orders=[row.pk]):
        row.refresh_from_db(fields=["unlinked_reason"])
    return row


def delete_deal(*, deal: Deal, viewer: Member, seen: int | None = None) -> None:
    require(viewer, "deal.delete", deal)
    with transaction.atomic():
        join_in(LINKS)  # somebody may just be linking it
        hold(deal, seen).delete()


def _deal(deal: Deal, fields: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(fields)
    _known_currency(values)
    stage: Stage | None = values.get("stage")
    if stage is not None and (stage.pk != deal.stage_id or deal._state.adding):
        if values.setdefault("status", stage.status) != stage.status:
            message = _("The stage %(stage)s says another status.") % {"stage": stage.name}
            raise Invalid.one("status", "stage_contradicts_status", message)
        values.setdefault("probability", stage.probability)
    elif "status" in values and "stage" not in values and deal.stage and deal.stage.status != values["status"]:
        values["stage"] = Stage.objects.filter(status=values["status"]).order_by("position").first()
        if values["status"] != "open":
            values.setdefault("probability", 100 if values["status"] == "won" else 0)
    return values


def create_order(*, viewer: Member, fields: Mapping[str, Any]) -> Order:
    """A new order, invoice or scheduled line, linked at once. Raises `NotAllowed`, `Invalid`.

    Whoever does not reach every account must name one within reach: an order has no owner by whom it would be hers.
    """
    require(viewer, "order.create")
    values = dict(fields)
    if values.get("account") is None and reach(viewer, "order.create") is not Reach.ALL:
        raise NotAllowed("order.create")
    _known_currency(values)
    _require_account(viewer, "order.create", values.get("account"))
    with transaction.atomic():
        join_in(LINKS)
        return _link(write(Order(), values))


def change_order(*, order: Order, viewer: Member, fields: Mapping[str, Any], seen: int | None = None) -> Order:
    require(viewer, "order.edit", order)
    values = dict(fields)
    _known_currency(values)
    if values.get("account") and values["account"].pk != order.account_id:
        _require_account(viewer, "order.edit", values["account"])
    with transaction.atomic():
        if _DECIDES_LINKS & set(values):
            join_in(LINKS)
        order = write(order, values, seen=seen)
        return _link(order) if _DECIDES_LINKS & set(values) else order


def delete_order(*, order: Order, viewer: Member, seen: int | None = None) -> None:
    require(viewer, "order.delete", order)
    with transaction.atomic():
        join_in(LINKS)
        hold(order, seen).delete()


def save_product(
    *, viewer: Member, fields: Mapping[str, Any], product: Product | None = None, seen: int | None = None
) -> Product:
    """Makes or changes a product. Raises `NotAllowed`, `Invalid` (product_cycle names the path), `Stale`."""
    require(viewer, "product.edit")
    record = product or Product()
    _known_currency(fields, "list_price_currency")
    with transaction.atomic():
        if product is not None and fields.get("parent"):
            take_turns(PRODUCT_TREE)
            _refuse_product_cycle(product, fields["parent"])
        if fields.get("list_price") is not None:
            join_in(LINKS)  # a price is money, and it may be the workspace's first
        return write(record, fields, seen=seen)


def _refuse_product_cycle(product: Product, parent: Product) -> None:
    """By the database: what was read before one's turn came may be out of date."""
    path, passed = [product.name], {product.pk}
    above: UUID | None = parent.pk
    while above is not None and (line := Product.objects.filter(pk=above).first()) is not None:
        path.append(line.name)
        if line.pk in passed:
            message = _("A product line cannot stand below itself: %(path)s.") % {"path": " > ".join(path)}
            raise Invalid.one("parent", "product_cycle", message)
        passed.add(line.pk)
        above = line.parent_id


def delete_product(*, product: Product, viewer: Member, seen: int | None = None) -> None:
    require(viewer, "product.edit")
    with transaction.atomic():
        hold(product, seen).delete()


def save_rate(*, viewer: Member, fields: Mapping[str, Any], rate: Rate | None = None, seen: int | None = None) -> Rate:
    """Makes or changes a dated exchange rate; figures follow at once, frozen plan rates do not."""
    require(viewer, "rate.edit")
    values = dict(fields)
    for side in ("base", "quote"):
        _known_currency(values, side)
    base, quote = (values.get(side, getattr(rate, side, None)) for side in ("base", "quote"))
    if base and base == quote:
        raise Invalid.one("quote", "same_currency", _("A rate needs two different currencies."))
    return write(rate or Rate(), values, seen=seen)


def delete_rate(*, rate: Rate, viewer: Member, seen: int | None = None) -> None:
    require(viewer, "rate.edit")
    with transaction.atomic():
        hold(rate, seen).delete()


def _known_currency(values: Mapping[str, Any], field: str = "currency") -> None:
    code = values.get(field)
    if code and code not in known_currencies():
        raise Invalid.one(field, "unknown_currency", _("%(code)s is not a currency code (ISO 4217).") % {"code": code})


def _require_account(viewer: Member, action: str, account: Account | None) -> None:
    if reach(viewer, action) is Reach.ALL or account is None:
        return
    if not Account.objects.visible_to(viewer).filter(pk=account.pk).exists():
        raise NotAllowed(action)
