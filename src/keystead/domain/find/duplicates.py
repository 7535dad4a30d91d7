"""Which accounts, or contacts, are likely the same one: pairs with their likeness and what speaks for it.

Only records that share something are compared: a word that few others have, the beginning of the name, a site, an address of
mail, a telephone number. 10,000 names are 50 million pairs, and a few thousand of them share anything.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from heapq import nsmallest
from itertools import combinations
from typing import Any, Literal
from uuid import UUID

from django.db.models import QuerySet

from keystead.base.words import fold, host
from keystead.data.accounts.distinct import DistinctAccounts, DistinctContacts
from keystead.data.accounts.models import Account, Contact
from keystead.data.workspace.models import Member
from keystead.domain.exchange.recognising.values import bare_words, likeness

type Reason = Literal["name", "legal_form", "alike", "site", "email", "phone", "same_account"]
type Row = tuple[Any, ...]  # the key, then the columns of its kind

LIKELY = 0.85  # below, two names are two records more often than not
MOST_SHARING = 12  # what more records share says nothing about any two of them
MOST_SHOWN = 500
_SHORTEST_PHONE = 7  # digits
_EXTENSION = re.compile(r"(?i)ext|ramal|[x#]")
_NO_DIGITS = re.compile(r"\D")
_fold = lru_cache(maxsize=16_384)(fold)  # first and last names are few


@dataclass(frozen=True, slots=True)
class Pair:
    """Two keys (the smaller first), how alike they are from 0 to 1, and why."""

    first: UUID
    second: UUID
    likeness: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is read of a kind of record, what two of them may share, and how alike two are by these columns."""

    model: Any
    distinct: Any
    columns: tuple[str, ...]
    shares: Callable[..., Iterator[Hashable]]
    compare: Callable[[Row, Row], tuple[float, tuple[Reason, ...]]]


def duplicates(kind: str, *, viewer: Member) -> list[Pair]:
    """The likeliest first, no more than `MOST_SHOWN`; of the records that the viewer may see, without what is known as two.

    Reads and compares all of them: for a few thousand (domain/find/kept_duplicates.py).
    """
    told = set(KINDS[kind].distinct.objects.values_list("first_id", "second_id"))
    return likeliest(kind, KINDS[kind].model.objects.visible_to(viewer), most=MOST_SHOWN, told=told)


def likeliest(kind: str, records: QuerySet, *, most: int, told: AbstractSet[tuple[UUID, UUID]] = frozenset()) -> list[Pair]:
    """The likeliest pairs of these records, without those that were `told` apart. Memory: about 1 KB for each record."""
    of = KINDS[kind]
    rows: list[Row] = list(records.order_by("pk").values_list("pk", *of.columns).iterator(chunk_size=5_000))
    places = _sharing(rows, of.shares)
    if kind == "account":
        places |= _neighbours(rows)
    found = judged(kind, ((rows[pair // len(rows)], rows[pair % len(rows)]) for pair in places))
    return nsmallest(most, (pair for pair in found if (pair.first, pair.second) not in told), key=in_order)


def judged(kind: str, couples: Iterable[tuple[Row, Row]]) -> Iterator[Pair]:
    """Those of the couples that are likely the same; each has the smaller key first."""
    compare = KINDS[kind].compare
    for one, other in couples:
        how, reasons = compare(one[1:], other[1:])
        if how >= LIKELY and reasons:
            yield Pair(one[0], other[0], min(how, 0.99 if reasons != ("name",) else 1.0), reasons)


def in_order(pair: Pair) -> tuple[float, UUID, UUID]:
    return -pair.likeness, pair.first, pair.second


# What a record shares with others


def _account_keys(name: str, website: str, _country: str) -> Iterator[Hashable]:
    bare, words, _digits = bare_words(name)
    yield "name", bare
    yield "begins", bare[:8]
    for word in words:
        if len(word) > 2 and not word.isdigit():
            yield "word", word
    if site := host(website):
        yield "site", site


def _contact_keys(first: str, last: str, email: str, phone: str, account: UUID | None) -> Iterator[Hashable]:
    if email:
        yield "email", email.strip().lower()
    if number := digits(phone):
        yield "phone", number
    if last:
        yield "at", account, _fold(last)
        if first:
            yield "name", _fold(first), _fold(last)


def digits(phone: str) -> str:
    """The last nine figures of a number, so that a country's code or a leading zero makes no difference; "" when too short."""
    if not phone:
        return ""
    found = _NO_DIGITS.sub("", _EXTENSION.split(phone, 1)[0])
    return found[-9:] if len(found) >= _SHORTEST_PHONE else ""


def _sharing(rows: Sequence[Row], shares: Callable[..., Iterator[Hashable]]) -> set[int]:
    """Couples of places that share something, each as one number: the smaller place times all, plus the other.

    What is shared is kept by its hash: two things of one hash only cost a look at records that turn out not to be alike.
    """
    holders: dict[int, int | list[int]] = {}  # one place, several, or none any more: too many
    for place, row in enumerate(rows):
        for share in shares(*row[1:]):
            held = holders.setdefault(hash(share), place)
            if isinstance(held, list):
                if len(held) < MOST_SHARING and held:
                    held.append(place)
                else:
                    held.clear()
            elif held != place:
                holders[hash(share)] = [held, place]
    several = (held for held in holders.values() if isinstance(held, list))
    return {one * len(rows) + other for held in several for one, other in combinations(held, 2)}


def _neighbours(rows: Sequence[Row]) -> set[int]:
    """In the order of the names, equal or nearly equal ones stand side by side, also where many share a word."""
    names = sorted((bare_words(row[1])[0], place) for place, row in enumerate(rows))
    return {
        min(one, other) * len(rows) + max(one, other)
        for step in (1, 2)
        for (_name, one), (_other, other) in zip(names, names[step:], strict=False)
    }


# How alike two of them are


def _account_pair(one: tuple[str, str, str], other: tuple[str, str, str]) -> tuple[float, tuple[Reason, ...]]:
    by_name = _name_likeness(one[0], other[0])
    site = host(one[1])
    is_same_site = bool(site) and site == host(other[1])
    reasons: list[Reason] = []
    if by_name >= 0.97:
        reasons.append("name")
    elif by_name >= 0.9 and bare_words(one[0])[0] == bare_words(other[0])[0]:
        reasons.append("legal_form")
    elif by_name >= 0.7:
        reasons.append("alike")
    found = by_name
    if is_same_site:
        reasons.append("site")
        found = 1 - (1 - by_name) * 0.3
    elif one[2] and other[2] and fold(one[2]) != fold(other[2]):
        found *= 0.88  # two countries, and nothing else that says they are one
    return found, tuple(reasons)


def _name_likeness(one: str, other: str) -> float:
    """`likeness` where it can be enough; what is cheap to tell apart is not compared letter by letter."""
    left, right = bare_words(one), bare_words(other)
    if left[2] != right[2]:
        return 0.3  # other numbers, other things
    if left[0] != right[0]:
        matcher = SequenceMatcher(None, left[0], right[0], autojunk=False)
        if not left[1] & right[1] and (matcher.real_quick_ratio() < LIKELY or matcher.quick_ratio() < LIKELY):
            return 0.3
        if matcher.real_quick_ratio() < 0.6 and left[1] != right[1]:
            return 0.3
    return likeness(one, other)


def _contact_pair(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[float, tuple[Reason, ...]]:
    names = [f"{_fold(each[0])} {_fold(each[1])}".strip() for each in (one, other)]
    is_same_mail = bool(one[2]) and one[2].strip().lower() == other[2].strip().lower()
    number = digits(one[3])
    is_same_phone = bool(number) and number == digits(other[3])
    is_same_account = one[4] is not None and one[4] == other[4]
    by_name = _people_likeness(one, other, names)
    against = 1.0
    reasons: list[Reason] = []
    told: tuple[tuple[bool, float, Reason], ...] = (
        (by_name >= 0.97, 1 - 0.62 * by_name, "name"), (0.75 <= by_name < 0.97, 1 - 0.6 * by_name, "alike"),
        (is_same_mail, 0.12, "email"), (is_same_phone, 0.4, "phone"), (is_same_account and by_name >= 0.75, 0.3, "same_account"),
    )  # fmt: skip
    for is_so, weight, reason in told:
        if is_so:
            against *= weight
            reasons.append(reason)
    if one[2] and other[2] and not is_same_mail and not is_same_phone:
        against = 1 - (1 - against) * 0.93
    return (1 - against) * (0.85 if by_name < 0.5 else 1), tuple(reasons)


def _people_likeness(one: tuple[Any, ...], other: tuple[Any, ...], names: list[str]) -> float:
    if names[0] == names[1]:
        return 1.0 if names[0] else 0.0
    firsts, lasts = [_fold(each[0]) for each in (one, other)], [_fold(each[1]) for each in (one, other)]
    shorter, longer = sorted((first.rstrip(".") for first in firsts), key=len)
    if lasts[0] == lasts[1] and (not shorter or longer.startswith(shorter)):
        return 0.9 if shorter else 0.75  # "J. Silva" may be João, "Silva" may be anybody
    if firsts[0][:1] != firsts[1][:1]:
        return 0.3
    return SequenceMatcher(None, names[0], names[1], autojunk=False).ratio() * 0.96


KINDS = {
    "account": Kind(Account, DistinctAccounts, ("name", "website", "country"), _account_keys, _account_pair),
    "contact": Kind(
        Contact, DistinctContacts, ("first_name", "last_name", "email", "phone", "account_id"), _contact_keys, _contact_pair
    ),
}
