"""By what a row finds the record that it means: keys of one field or of several, asked one after the other.

A key of which a row says nothing is passed over, and so is one that no record has. An external id that nobody has is the
exception: it is another record's, unless somebody says otherwise (adopting).
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from keystead.base.words import fold, host

type Key = tuple[str, ...]
type Keys = tuple[Key, ...]

EXTERNAL: Key = ("external_id",)
MOST_KEYS = 6
SPARE = "\x1d"  # stands before the text of a key as often as there are keys before it
# Beside a row's values: its further keys {place: text}, and the fields by which its record was found by one of them.
FURTHER, FOUND_BY = "_further", "_by"
_BESIDE = "\x1f"

# The strongest first: of these, the first that is mapped is taken when nobody chooses, and beside an external id the next one.
_USUAL: dict[str, Keys] = {
    "accounts": (EXTERNAL, ("name",)),
    "contacts": (EXTERNAL, ("email",), ("full_name", "account"), ("full_name",)),
    "products": (EXTERNAL, ("name",)),
    "deals": (EXTERNAL, ("name", "account"), ("name",)),
    "orders": (EXTERNAL, ("number", "kind"), ("number",)),
    "members": (EXTERNAL, ("email",), ("name",)),
    "rates": (EXTERNAL, ("base", "quote", "date")),
}
_MORE: dict[str, Keys] = {
    "accounts": (("website",), ("name", "country"), ("name", "owner"), ("website", "country"), ("name", "website")),
    "contacts": (("email", "account"), ("phone",), ("full_name", "phone"), ("full_name", "title", "account")),
    "deals": (
        ("name", "account", "close_date"), ("name", "account", "amount", "currency"), ("name", "account", "product"),
        ("account", "product", "close_date"), ("name", "owner"),
    ),
    "orders": (("number", "account"), ("number", "account", "kind"), ("number", "product"), ("number", "order_date")),
    "members": (("name", "team"), ("name", "region")),
    "rates": (("base", "quote", "date", "source"),),
}  # fmt: skip
# The name of a person is one, in however many columns it stands.
_WHOLE = {"contacts": "full_name", "members": "name"}


def is_mapped(kind: str, key: Key, mapped: Iterable[str]) -> bool:
    """Whether a file with these fields says something of all of a key."""
    return _there(kind, mapped).issuperset(key)


def offered_keys(kind: str, mapped: Iterable[str]) -> list[Key]:
    """The keys that a file with these fields can be matched by; others may be put together of their fields."""
    there = _there(kind, mapped)
    return [key for key in (*_USUAL[kind], *_MORE.get(kind, ())) if there.issuperset(key)]


def key_fields(kind: str) -> frozenset[str]:
    """The fields by which rows of a kind may be found, alone or together."""
    return frozenset(name for key in (*_USUAL[kind], *_MORE.get(kind, ())) for name in key)


def usual_keys(kind: str, mapped: Iterable[str]) -> Keys:
    """By what rows are found when nobody chooses: the strongest key that is mapped, and beside an external id the next one for
    the rows that have none. Empty when none is mapped: every row is then a new one."""
    there = _there(kind, mapped)
    found = [key for key in _USUAL[kind] if there.issuperset(key)]
    return tuple(found[: 2 if found[:1] == [EXTERNAL] else 1])


def keys_in_use(kind: str, mapped: Iterable[str], chosen: Iterable[Sequence[str]]) -> Keys:
    """Those of the chosen keys that are mapped, in their order; the usual ones when none is."""
    there = _there(kind, mapped)
    return tuple(dict.fromkeys(tuple(key) for key in chosen if there.issuperset(key))) or usual_keys(kind, mapped)


def row_keys(keys: Keys, values: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The first key of which a row says something, marked with its place ("" for none), and the further ones {place: text}. What
    comes after an external id of its own is not asked."""
    first, further = "", {}
    for place, key in enumerate(keys):
        text = key_text(key, values)
        if text and not first:
            first = f"{SPARE * place}{text}"
        elif text:
            further[str(place)] = text
        if text and key == EXTERNAL:
            break
    return first, further


def key_text(key: Key, values: Mapping[str, Any]) -> str:
    """What a staged row says of a key, folded; "" when it says nothing of its first field."""
    return joined_key(key, [_staged(name, values) for name in key])


def joined_key(key: Key, values: Iterable[Any]) -> str:
    """The text of a key from the values of its fields, of a row or of a record."""
    parts = [_folded(name, value) for name, value in zip(key, values, strict=True)]
    return _BESIDE.join(parts) if parts[0] else ""


def first_place(marked: str) -> int:
    """The place of the key that `row_keys` marked."""
    return len(marked) - len(marked.lstrip(SPARE))


def _there(kind: str, mapped: Iterable[str]) -> set[str]:
    fields = set(mapped)
    if "amount" in fields:  # its currency is known without a column of its own
        fields.add("currency")
    return fields | {_WHOLE[kind]} if kind in _WHOLE and {"first_name", "last_name"} & fields else fields


def _staged(name: str, values: Mapping[str, Any]) -> Any:
    if name == "full_name":  # parsing has parted it
        return " ".join(str(part) for field in ("first_name", "last_name") if (part := values.get(field)))
    if name == "name":
        return values.get("name") or values.get("_name")
    return values[f"{name}_id"] if f"{name}_id" in values else values.get(name)


def _folded(name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if name == "external_id":
        return str(value)
    if name == "website":
        return host(str(value))
    if name == "amount":
        return f"{Decimal(str(value)).normalize():f}"
    return fold(str(value))
