"""How well a name fits what was typed, and which of its letters are to be marked."""

import re
from collections.abc import Iterable
from enum import IntEnum

from keystead.base.words import fold
from keystead.data.find.folding import SEPARATORS
from keystead.domain.find.asking import Asked, Chunk, Word, words_of

Marks = tuple[tuple[int, int], ...]
_WORDS = re.compile(rf"[^\s{re.escape(SEPARATORS)}]+")
_PIECES = re.compile(r"\S+")


class Tier(IntEnum):
    """Lower is better."""

    EXACT = 0
    BEGINNING = 1
    INITIALS = 2
    WORDS = 3
    SLIP = 4


def fit(asked: Asked, name: str, more: str = "", keys: Iterable[str] = ()) -> Tier | None:
    """None when the words are not all there. A record's number counts as its exact name."""
    whole = " ".join(words_of(name))
    if any(fold(key) == fold(asked.typed) for key in keys):
        return Tier.EXACT
    if whole == asked.phrase:
        return Tier.EXACT
    if whole.startswith(asked.phrase):
        return Tier.BEGINNING
    if _is_initials(asked, whole):
        return Tier.INITIALS
    words = _all_words(f"{name} {more}")
    if not all(_chunk_fits(chunk, words, slips=True) for chunk in asked.chunks):
        return None
    return Tier.WORDS if all(_chunk_fits(chunk, words, slips=False) for chunk in asked.chunks) else Tier.SLIP


def _is_initials(asked: Asked, whole: str) -> bool:
    if len(asked.chunks) != 1 or len(asked.phrase) < 2 or " " not in whole:
        return False
    return "".join(word[0] for word in whole.split()[:6]).startswith(asked.chunks[0].joined.typed)


def _all_words(text: str) -> list[str]:
    """The words and the joined forms, as in the terms."""
    joined = ("".join(words_of(piece)) for piece in fold(text).split())
    return [*words_of(text), *(word for word in joined if word)]


def _chunk_fits(chunk: Chunk, words: list[str], *, slips: bool) -> bool:
    return _fits(chunk.joined, words, slips) or all(_fits(part, words, slips) for part in chunk.parts)


def _fits(word: Word, words: list[str], slips: bool) -> bool:
    starts = word.spellings if slips else word.spellings[:1]
    return any(name.startswith(starts) for name in words)


def marks(asked: Asked, name: str, tier: Tier) -> Marks:
    """Places (start, end) in the name as it is written, in order and apart."""
    if tier is Tier.INITIALS:
        count = len(asked.chunks[0].joined.typed)
        return tuple((word.start(), word.start() + 1) for word in list(_WORDS.finditer(name))[:count])
    found = [place for chunk in asked.chunks for place in _chunk_marks(chunk, name)]
    return _apart(found)


def _chunk_marks(chunk: Chunk, name: str) -> list[tuple[int, int]]:
    by_word = [
        (found.start(), found.start() + _letters(found[0], spelling))
        for part in chunk.parts
        for found in _WORDS.finditer(name)
        if (spelling := _spelled(part, fold(found[0])))
    ]
    if by_word:
        return by_word
    return [
        (found.start(), found.start() + _letters(found[0], spelling))
        for found in _PIECES.finditer(name)
        if (spelling := _spelled(chunk.joined, "".join(words_of(found[0]))))
    ]


def _spelled(word: Word, folded: str) -> str:
    return next((spelling for spelling in word.spellings if spelling and folded.startswith(spelling)), "")


def _letters(written: str, folded: str) -> int:
    """How many letters as written make the folded beginning: "Straße" and "stras" give 5."""
    ends = (end for end in range(1, len(written) + 1) if len("".join(words_of(written[:end]))) >= len(folded))
    return next(ends, len(written))


def _apart(places: list[tuple[int, int]]) -> Marks:
    found: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)
