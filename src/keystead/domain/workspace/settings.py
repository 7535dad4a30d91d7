"""Changing a workspace's settings."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from keystead.base.money import known_currencies
from keystead.base.trouble import Trouble, trouble_of
from keystead.base.turns import LINKS, be_alone
from keystead.data.deals.models import Deal, Order, Product
from keystead.data.plans.models import Plan
from keystead.data.workspace.models import Member, Workspace
from keystead.domain.workspace.permissions import require
from keystead.domain.writing import Invalid, write

WORKSPACE_FIELDS = frozenset({
    "name", "currency", "language", "fiscal_start_month", "fiscal_named_by", "fiscal_pattern", "fiscal_week_start",
    "fiscal_week53", "rate_policy", "totals_include_hidden", "second_step",
})  # fmt: skip
_PATIENCE = 2.0  # seconds


def change_workspace(
    *, workspace: Workspace, viewer: Member, fields: Mapping[str, Any], seen_version: int | None = None
) -> Workspace:
    """Changes the settings. Figures are computed when they are read, so all pages follow at once; plans keep their own days and
    rate policies.

    Raises `NotAllowed`, `Stale`, `Invalid`: has_facts (the currency, once money is recorded), unknown_currency, unknown_language.
    """
    require(viewer, "workspace.edit")
    values = {name: value for name, value in fields.items() if name in WORKSPACE_FIELDS}
    with transaction.atomic():
        return _change(workspace, values, seen_version)


def _change(workspace: Workspace, values: dict[str, Any], seen_version: int | None) -> Workspace:
    if "currency" in values:
        values["currency"] = str(values["currency"]).upper()
        _check_currency(workspace, values["currency"])
    if values.get("language", workspace.language) not in dict(settings.LANGUAGES):
        raise Invalid.one("language", "unknown_language", _("Keystead does not speak this language."))
    if values.get("fiscal_week_start", 0) not in range(7):
        raise Invalid.one("fiscal_week_start", "calendar_week_start", _("A week starts on one of seven days."))
    return write(workspace, values, seen=seen_version)


def _check_currency(workspace: Workspace, currency: str) -> None:
    if currency == workspace.currency:
        return
    if currency not in known_currencies():
        unknown = _("%(code)s is not a currency code (ISO 4217).") % {"code": currency}
        raise Invalid.one("currency", "unknown_currency", unknown)
    try:
        wait_for_money()
    except OperationalError as error:
        if trouble_of(error) is not Trouble.BUSY:
            raise
        raise Invalid.one("currency", "busy", Trouble.BUSY.sentence) from error
    if has_money():
        message = _(
            "Deals, orders, plans or prices are recorded already, and their totals would change their meaning. "
            "Import into a new workspace instead."
        )
        raise Invalid.one("currency", "has_facts", message)


def wait_for_money() -> None:
    """Before the currency of a workspace without money changes: `has_money` tells of what others were writing just now as well,
    and what comes later is written after this transaction. So whoever writes money need not ask about the currency.

    Raises `OperationalError` when those who write do not come to an end soon (a large import).
    """
    if not has_money():
        be_alone(LINKS, patience=_PATIENCE)


def has_money() -> bool:
    """Whether the open workspace has anything with an amount in it."""
    priced = Product.objects.filter(list_price__isnull=False)
    return any(rows.exists() for rows in (Deal.objects.all(), Order.objects.all(), Plan.objects.all(), priced))
