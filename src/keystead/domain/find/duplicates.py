"""Which of a viewer's accounts, or contacts, are likely the same one: pairs with their likeness and what speaks for it.

Only records that share something are compared: a word that few others have, the beginning of the name, a site, an address of
mail, a telephone number. 10,000 names are 50 million pairs, and a few thousand of them share anything.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations
from typing import Any, Literal
from uuid import UUID

from keystead.base.words import fold
from keystead.data.accounts.distinct import DistinctAccounts, DistinctContacts
from keystead.data.accounts.models import Account, Contact
from keystead.data.workspace.models import Member
from keystead.domain.exchange.guessing_values import bare_words, likeness

type Reason = Literal["name", "legal_form", "alike", "site", "email", "phone", "same_account"]

LIKELY = 0.85  # below, two names are two records more often than not
MOST_SHARING = 12  # what more records share says nothing about any two of them
MOST_SHOWN = 500
_HOST = re.compile(r"^(?:[a-z]+://)?(?:www\.)?([^/:?#]+)", re.IGNORECASE)
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


def duplicate_accounts(*, viewer: Member) -> list[Pair]:
    """The likeliest first, no more than `MOST_SHOWN`; of the accounts that the viewer may see, without what is known as two."""
    rows = list(Account.objects.visible_to(viewer).order_by().values_list("pk", "name", "website", "country"))
    known = {row[0]: row[1:] for row in rows}
    blocks = _blocks((key, _account_keys(*row)) for key, row in known.items())
    names = sorted((bare_words(name)[0], key) for key, (name, _site, _country) in known.items())
    return _ranked(_pairs(blocks) | _neighbours(names), known, _account_pair, DistinctAccounts)


def duplicate_contacts(*, viewer: Member) -> list[Pair]:
    """The same for people: an address or a number that two share, or the same name at one account."""
    columns = ("pk", "first_name", "last_name", "email", "phone", "account_id")
    known = {row[0]: row[1:] for row in Contact.objects.visible_to(viewer).order_by().values_list(*columns)}
    blocks = _blocks((key, _contact_keys(*row)) for key, row in known.items())
    return _ranked(_pairs(blocks), known, _contact_pair, DistinctContacts)


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


def host(website: str) -> str:
    """The site without what stands before and after its host: `"https://www.Acme.com/en"` is `"acme.com"`."""
    found = _HOST.match(website.strip())
    return found[1].lower().rstrip(".") if found else ""


def digits(phone: str) -> str:
    """The last nine figures of a number, so that a country's code or a leading zero makes no difference; "" when too short."""
    if not phone:
        return ""
    found = _NO_DIGITS.sub("", _EXTENSION.split(phone, 1)[0])
    return found[-9:] if len(found) >= _SHORTEST_PHONE else ""


def _blocks(keyed: Iterable[tuple[UUID, Iterable[Hashable]]]) -> Iterable[list[UUID]]:
    blocks: dict[Hashable, list[UUID]] = defaultdict(list)
    for key, shares in keyed:
        for share in shares:
            blocks[share].append(key)
    return blocks.values()


def _pairs(blocks: Iterable[list[UUID]]) -> set[tuple[UUID, UUID]]:
    return {
        (one, other) if one < other else (other, one)
        for block in blocks
        if 1 < len(block) <= MOST_SHARING
        for one, other in combinations(block, 2)
    }


def _neighbours(names: list[tuple[str, UUID]]) -> set[tuple[UUID, UUID]]:
    """In the order of the names, equal or nearly equal ones stand side by side, also where many share a word."""
    return {
        (one, other) if one < other else (other, one)
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


def _ranked(pairs: set[tuple[UUID, UUID]], known: dict[UUID, Any], compare: Any, distinct: Any) -> list[Pair]:
    told = set(distinct.objects.values_list("first_id", "second_id")) if pairs else set()
    found = []
    for one, other in pairs:
        how, reasons = compare(known[one], known[other])
        if how >= LIKELY and reasons and (one, other) not in told:
            found.append(Pair(one, other, min(how, 0.99 if reasons != ("name",) else 1.0), reasons))
    return sorted(found, key=lambda pair: (-pair.likeness, pair.first, pair.second))[:MOST_SHOWN]
