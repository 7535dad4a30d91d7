"""Which known value a text may mean: "GTXPro" is "GTX Pro", "ACME Inc" is perhaps "Acme Corporation".

Likeness is a number from 0 to 1 that ignores case, accents, spacing, punctuation and legal forms, in that
order of harmlessness. Numbers inside names are never alike: "GTK 500" and "GTK 50" are two products.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from keystead.base.words import fold

SURE = 0.94  # from here on one click confirms, even where others are nearly as alike
LIKELY = 0.9  # above it a value is proposed where no other is as alike; below, a person looks
OFFERED = 0.55
_CANDIDATES = 60

_LEGAL_FORMS = frozenset(
    re.findall(
        r"\w+",
        """inc incorporated ltd limited llc llp lp corp corporation co company plc sa sl slu sas srl spa ltda
        limitada me
    epp eireli ss cia companhia compania s a gmbh ag kg ohg se ug nv bv vof oy oyj ab as asa aps kft zrt doo
    sro pte pty sapi cv de sab scrl sarl eurl the group grupo holding holdings""",
    )
)

# Long ones with a slip of the finger in them ("Corporatoin", "Corporaton"), by their letters in order.
_LONG = [form for form in _LEGAL_FORMS if len(form) >= 8]
_SLIPPED = frozenset("".join(sorted(form[:i] + form[i + 1 :])) for form in _LONG for i in range(len(form))) | frozenset(
    "".join(sorted(form)) for form in _LONG
)
_CONNECTING = frozenset({"and", "e", "y", "et", "und"})  # "&" itself is punctuation

type Why = Literal["learnt", "same", "spelling", "legal_form", "likeness"]


@dataclass(frozen=True, slots=True)
class Offer:
    """A known value that may be meant. `sure`: so alike, and so much more than any other, that it may be
    preselected.
    """

    value: str
    likeness: float
    why: Why
    sure: bool = False


@dataclass(frozen=True, slots=True)
class _Shape:
    """A text as it is compared: `tight` without spaces, `bare` also without legal forms, `digits` its
    numbers.
    """

    folded: str
    tight: str
    bare: str
    words: frozenset[str]
    digits: tuple[str, ...]


@lru_cache(maxsize=65_536)
def _shape(text: str) -> _Shape:
    folded = fold(text)
    words = re.sub(r"[\W_]+", " ", re.sub(r"(?<=\b\w)\.(?=\w\b)|['’]", "", folded)).split()
    words = [word for word in words if word not in _CONNECTING] or words
    kept = [word for word in words if not _is_legal_form(word)] or words
    return _Shape(
        " ".join(folded.split()),
        "".join(words),
        "".join(kept),
        frozenset(kept),
        tuple(re.findall(r"\d+", folded)),
    )


def _is_legal_form(word: str) -> bool:
    return word in _LEGAL_FORMS or (len(word) >= 7 and "".join(sorted(word)) in _SLIPPED)


def bare_words(text: str) -> tuple[str, frozenset[str], tuple[str, ...]]:
    """A name without its legal form: joined, as words, and its numbers."""
    shape = _shape(text)
    return shape.bare, shape.words, shape.digits


def likeness(left: str, right: str) -> float:
    """How alike two names are, from 0 to 1; 1 only for texts that fold to the same."""
    return _compared(_shape(left), _shape(right))[0]


def _compared(left: _Shape, right: _Shape) -> tuple[float, Why]:
    if left.folded == right.folded:
        return 1.0, "same"
    if not left.tight or not right.tight:
        return 0.0, "likeness"
    if left.tight == right.tight:
        return 0.99, "spelling"
    if left.bare == right.bare:
        # One of them leaves the legal form out; two different forms may be two companies.
        shorter = left.tight == left.bare or right.tight == right.bare
        return (0.96 if shorter else 0.9), "legal_form"
    alike = SequenceMatcher(None, left.bare, right.bare, autojunk=False).ratio()
    shared = len(left.words & right.words) / max(len(left.words), len(right.words))
    same_words = 0.95 if shared == 1 else 0.85 * shared
    score = max(alike * 0.97, same_words)
    if left.digits != right.digits:
        score = min(score, 0.6) * 0.9
    return round(min(score, 0.95), 4), "likeness"


class KnownValues:
    """Many known values, ready to be asked again and again. Asking costs little even among tens of
    thousands.
    """

    def __init__(self, values: Iterable[str], learnt: Mapping[str, str] | None = None) -> None:
        self.values = list(dict.fromkeys(values))
        self.learnt = {fold(text): meant for text, meant in (learnt or {}).items()}
        self._by_gram: dict[str, list[int]] = defaultdict(list)
        for index, value in enumerate(self.values):
            for gram in _grams(_shape(value).bare):
                self._by_gram[gram].append(index)

    def offer(self, text: str, limit: int = 5) -> list[Offer]:
        """The known values that may be meant, the likeliest first. What was learnt comes first, and is
        sure.
        """
        shape = _shape(text)
        meant = self.learnt.get(fold(text))
        scored = [
            (*_compared(shape, _shape(self.values[i])), self.values[i])
            for i in self._candidates(shape.bare)
            if self.values[i] != meant
        ]
        best = sorted((s for s in scored if s[0] >= OFFERED), key=lambda s: (-s[0], s[2]))[:limit]
        offers = [Offer(value, score, why, _is_sure(best, place)) for place, (score, why, value) in enumerate(best)]
        if meant is None:
            return offers
        first = Offer(meant, 1.0, "learnt", sure=True)
        return [first, *(Offer(o.value, o.likeness, o.why) for o in offers)][:limit]

    def _candidates(self, bare: str) -> list[int]:
        """The values that share most three-letter pieces with the text; rare pieces say more."""
        votes: Counter[int] = Counter()
        for gram in _grams(bare):
            holders = self._by_gram.get(gram, ())
            for index in holders:
                votes[index] += 1000 // (len(holders) + 9)
        return [index for index, _votes in votes.most_common(_CANDIDATES)]


def offer(text: str, known: Iterable[str], *, learnt: Mapping[str, str] | None = None, limit: int = 5) -> list[Offer]:
    """The likeliest of a few known values. For many texts or many values make one KnownValues and ask it."""
    return KnownValues(known, learnt).offer(text, limit)


def _grams(bare: str) -> set[str]:
    padded = f"^{bare}$"
    return {padded[i : i + 3] for i in range(max(len(padded) - 2, 1))}


def _is_sure(best: list[tuple[float, Why, str]], place: int) -> bool:
    if place or best[0][0] <= LIKELY:
        return False
    if best[0][0] < SURE:
        return len(best) == 1 or best[1][0] <= LIKELY
    return len(best) == 1 or best[0][0] - best[1][0] >= 0.01 or best[0][0] == 1.0
