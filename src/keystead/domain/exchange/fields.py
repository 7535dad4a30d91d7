"""What each kind of file may hold: the fields, what they need, and the names by which files call them.

The fields are those of the API (docs/reference); the catalogue itself stands in fields_catalogue. Beside the
columns of the tables there are a few helpers that exist in files only: `full_name` (parted into first and
last name) and the `currency` that belongs to an amount in another column.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from django.utils.functional import Promise

from keystead.base.words import fold

type Kind = Literal["accounts", "contacts", "products", "deals", "orders", "members", "rates"]
type Type = Literal[
    "text",
    "money",
    "number",
    "day",
    "bool",
    "enum",
    "percent",
    "reference",
    "email",
    "url",
    "integer",
    "currency",
]

KINDS: tuple[Kind, ...] = ("accounts", "contacts", "products", "deals", "orders", "members", "rates")

# One of these must say something in every row; otherwise nobody could tell what the row is about.
KEYS: dict[str, tuple[str, ...]] = {
    "contacts": ("last_name", "first_name", "full_name", "email"),
    "deals": ("name", "external_id"),
    "orders": ("number", "external_id"),
}

# Without any of these, a file does not hold records of the kind, however many of their ids it has: it links them to others.
TELLING: dict[str, frozenset[str]] = {
    "accounts": frozenset({"name"}),
    "contacts": frozenset({"last_name", "first_name", "full_name", "email"}),
    "products": frozenset({"name"}),
    "deals": frozenset({"name", "amount", "stage", "status", "close_date"}),
    "orders": frozenset({"number", "amount", "order_date"}),
    "members": frozenset({"name", "last_name", "first_name", "email"}),
    "rates": frozenset({"rate"}),
}

MAX_WHOLE_DIGITS = 16  # what an amount column holds: numeric(20, 4)

# The columns that an errors file adds. They come back with it and say nothing about the rows.
ROW_COLUMN, PROBLEMS_COLUMN = "_row", "_problems"
IGNORED_COLUMNS = frozenset({ROW_COLUMN, PROBLEMS_COLUMN})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind. `to` is the kind a reference names; `values` maps an enum's value to its words;
    `whole` is how many digits a number may have before its decimals, `places` how many decimals are kept;
    `currency` names the field that holds a money's currency."""

    name: str
    type: Type
    label: Promise
    synonyms: tuple[str, ...] = ()
    required: bool = False
    max_length: int = 0
    to: Kind | Literal["stages"] | None = None
    values: Mapping[str, tuple[str, ...]] | None = None
    whole: int = MAX_WHOLE_DIGITS
    places: int = 4
    currency: str = ""
    positive: bool = False

    def choices(self) -> dict[str, str]:
        """{folded word: value} of an enum, its values included."""
        return _choices(self.name, tuple((v, words) for v, words in (self.values or {}).items()))


@lru_cache(maxsize=64)
def _choices(_name: str, values: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, str]:
    words = {fold(word): value for value, words in values for word in words}
    return words | {value: value for value, _words in values} | {v.replace("_", " "): v for v, _words in values}


def fields_of(kind: str) -> dict[str, Field]:
    """{name: field} of a kind, in the order in which a person expects them. Raises KeyError for an unknown
    kind.
    """
    from keystead.domain.exchange.fields_catalogue import CATALOGUE  # the catalogue is made of Field

    return CATALOGUE[kind]


@lru_cache(maxsize=16_384)
def header_key(header: str) -> str:
    """A header reduced to what it says: "Billing_Country__c", "billingCountry" and "Billing Country" are
    one.
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    words = re.sub(r"[\W_]+", " ", fold(spaced)).split()
    while len(words) > 1 and words[0] in ("property", "properties", "hs", "fields"):
        words = words[1:]
    if len(words) > 1 and words[-1] == "c":  # Salesforce marks custom fields so
        words = words[:-1]
    return " ".join(words)
