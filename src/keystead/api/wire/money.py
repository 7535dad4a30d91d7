"""Money on the wire: {"amount": "1234.50", "currency": "EUR"}. Text or whole numbers come in, text goes out.

A JSON number with a fraction is refused: most JSON libraries have held it as a binary float, so 0.1 + 0.2 would arrive as
0.30000000000000004 and nobody would see where the cent went.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from keystead.api.wire.fields import Field, Filter, First, OrderColumn, Plain, Schema, or_null, split, truth
from keystead.api.wire.numbers import decimal, fitting, plain
from keystead.api.wire.problems import Fault, refused, refused_one
from keystead.base.money import known_currencies, minor_units
from keystead.data.workspace.models import Member


def money_out(amount: Decimal | None, currency: str) -> dict[str, str] | None:
    """At least the currency's minor units, more digits when there are more."""
    if amount is None:
        return None
    return {"amount": plain(amount, minor_units(currency) if currency else 0), "currency": currency}


def money_in(value: Any, pointer: str, *, digits: int = 20, places: int = 4) -> tuple[Decimal, str]:
    """(amount, currency). Raises `Problem` naming everything that is wrong with it."""
    if not isinstance(value, dict) or value.keys() != {"amount", "currency"}:
        message = _('Money is written as {"amount": "1234.50", "currency": "EUR"}.')
        raise refused_one(pointer, "money_malformed", message)
    code = value["currency"]
    faults = _currency_faults(code, f"{pointer}/currency")
    if isinstance(value["amount"], Decimal):
        message = _("Write the amount as text: a number with a fraction is rounded by many programs before it gets here.")
        faults.append(Fault(f"{pointer}/amount", "float_money", message))
    if faults:
        raise refused(faults)
    amount = decimal(value["amount"], f"{pointer}/amount")
    return fitting(amount, digits, places, f"{pointer}/amount"), code


def _currency_faults(code: Any, pointer: str) -> list[Fault]:
    if isinstance(code, str) and code in known_currencies():
        return []
    shown = code if isinstance(code, str) and len(code) < 20 and code.isprintable() else "?"
    return [Fault(pointer, "unknown_currency", _("%(code)s is not a currency code (ISO 4217).") % {"code": shown})]


@dataclass(frozen=True, kw_only=True)
class MoneyField(Field):
    """An amount and its currency, in two columns. `currency_into`: the name under which the verb gets the currency.

    `first`: as of `OrderColumn`.
    """

    currency_column: str = "currency"
    currency_into: str = ""
    first: First | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.source, self.currency_column)

    @property
    def targets(self) -> dict[str, str]:
        return {self.source: f"/{self.name}/amount", self.currency_into or self.currency_column: f"/{self.name}/currency"}

    def show(self, value: tuple[Decimal | None, str]) -> Any:
        return money_out(*value)

    def accept(self, value: Any, pointer: str, viewer: Member) -> dict[str, Any]:  # noqa: ARG002 - as every field
        if value is None and self.nullable:
            return {self.source: None}  # the currency stays as it is
        amount, currency = money_in(value, pointer)
        return {self.source: amount, self.currency_into or self.currency_column: currency}

    def filters(self) -> Iterator[Filter]:
        name, path = self.name, self.source
        for lookup in ("", "__gte", "__lte", "__gt", "__lt"):
            yield Filter(f"{name}{lookup}", self._amount(f"{path}{lookup}"), {"type": "number"})
        if self.nullable:
            yield Filter(f"{name}__isnull", lambda text: self.is_null(truth(text)), {"type": "boolean"})
        at = self.currency_column
        yield Filter(f"{name}.currency", lambda text: Q(**{at: currency(text, "")}), {"type": "string"})
        yield Filter(
            f"{name}.currency__in", lambda text: Q(**{f"{at}__in": [currency(part, "") for part in split(text)]}),
            {"type": "string"}, many=True,
        )  # fmt: skip

    def _amount(self, path: str) -> Any:
        return lambda text: Q(**{path: decimal(text, "")})

    @property
    def order(self) -> tuple[OrderColumn, ...]:
        return (OrderColumn(self.source, self.nullable, lambda text: decimal(text, ""), first=self.first),)

    def schema(self) -> Schema:
        return or_null({"$ref": "#/components/schemas/Money"}, self.nullable)

    def schema_in(self) -> Schema:
        return or_null({"$ref": "#/components/schemas/MoneyWritten"}, self.nullable)


def currency(value: Any, pointer: str) -> str:
    faults = _currency_faults(value, pointer)
    if faults:
        raise refused(faults)
    code: str = value
    return code


@dataclass(frozen=True, kw_only=True)
class CurrencyField(Plain):
    """A currency code of its own: a plan's, or one side of a rate."""

    comparisons: Sequence[str] = ()

    def parse(self, value: Any, pointer: str) -> str:
        return currency(value, pointer)

    def schema(self) -> Schema:
        return {"type": "string", "pattern": "^[A-Z]{3}$"}
