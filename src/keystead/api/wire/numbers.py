"""Numbers on the wire, exact in both directions."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from keystead.api.wire.fields import Plain, Schema, or_null
from keystead.api.wire.problems import refused_one

_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")


def decimal(value: Any, pointer: str) -> Decimal:
    """A decimal number: a JSON number as it was written, or text in plain digits."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise refused_one(pointer, "not_a_number", _("A number is expected here."))
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise refused_one(pointer, "not_a_number", _("A number in plain digits is expected here."))
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise refused_one(pointer, "not_a_number", _("A number is expected here.")) from error
    if not number.is_finite() or number.adjusted() > 30 or int(number.as_tuple().exponent) < -30:
        raise refused_one(pointer, "out_of_range", _("The number is outside of what can be stored."))
    return number


def plain(number: Decimal, places: int = 0) -> str:
    """A decimal as text: no exponent, no zeros at the end beyond `places`, no negative zero."""
    text = f"{abs(number) if number.is_zero() else number:f}"
    whole, _point, rest = text.partition(".")
    rest = rest.rstrip("0").ljust(places, "0")
    return f"{whole}.{rest}" if rest else whole


def fitting(number: Decimal, digits: int, places: int, pointer: str) -> Decimal:
    """The number, when the column holds it exactly. Raises `Problem`: too_many_decimals, out_of_range."""
    number = number.normalize() if number else Decimal(0)
    if -int(number.as_tuple().exponent) > places:
        message = _("At most %(places)s decimals can be kept.") % {"places": places}
        raise refused_one(pointer, "too_many_decimals", message)
    if number.adjusted() >= digits - places:
        raise refused_one(pointer, "out_of_range", _("The number is larger than can be stored."))
    return number


@dataclass(frozen=True, kw_only=True)
class Whole(Plain):
    """A whole number as a JSON number."""

    least: int = 0
    most: int = 2_147_483_647

    def parse(self, value: Any, pointer: str) -> int:
        number = decimal(value if isinstance(value, int | Decimal) else None, pointer)
        if number != number.to_integral_value():
            raise refused_one(pointer, "not_a_whole_number", _("A whole number is expected here."))
        if not self.least <= number <= self.most:
            message = _("The number must lie between %(least)s and %(most)s.") % {"least": self.least, "most": self.most}
            raise refused_one(pointer, "out_of_range", message)
        return int(number)

    def from_query(self, text: str) -> int:
        number = decimal(text, "")
        if number != number.to_integral_value():
            raise refused_one("", "not_a_whole_number", _("A whole number is expected here."))
        return max(-(2**63), min(int(number), 2**63 - 1))  # comparing with more than a column can hold means the same

    def schema(self) -> Schema:
        return or_null({"type": "integer"}, self.nullable)

    def schema_in(self) -> Schema:
        return or_null({"type": "integer", "minimum": self.least, "maximum": self.most}, self.nullable)

    def schema_of_filter(self) -> Schema:
        return {"type": "integer"}


@dataclass(frozen=True, kw_only=True)
class Number(Plain):
    """A decimal number: reads as text ("1.0825"), or as a JSON number with `as_text=False`; written as either."""

    least: Decimal | None = None
    most: Decimal | None = None
    digits: int = 20
    places: int = 4
    above_zero: bool = False
    as_text: bool = True

    def show(self, value: Decimal | None) -> Any:
        if value is None:
            return None
        if self.as_text:
            return plain(value)
        return int(value) if value == value.to_integral_value() else float(value)

    def parse(self, value: Any, pointer: str) -> Decimal:
        number = decimal(value, pointer)
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            message = _("The number must lie between %(least)s and %(most)s.") % {"least": self.least, "most": self.most}
            raise refused_one(pointer, "out_of_range", message)
        if self.above_zero and number <= 0:
            raise refused_one(pointer, "out_of_range", _("The number must be above zero."))
        return fitting(number, self.digits, self.places, pointer)

    def from_query(self, text: str) -> Decimal:
        return decimal(text, "")

    def schema(self) -> Schema:
        shown: Schema = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"} if self.as_text else {"type": "number"}
        return or_null(shown, self.nullable)

    def schema_in(self) -> Schema:
        number: Schema = {"type": "number"}
        if self.least is not None and self.most is not None:
            number |= {"minimum": int(self.least), "maximum": int(self.most)}
        text = {"type": "string", "pattern": r"^-?[0-9]{1,30}(\.[0-9]{1,30})?$"}
        return {"anyOf": [number, text, *([{"type": "null"}] if self.nullable else [])]}

    def schema_of_filter(self) -> Schema:
        return {"type": "number"}
