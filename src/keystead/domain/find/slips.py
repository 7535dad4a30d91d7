"""Slips of the finger: one edit in a word of 4 to 7 letters, two from 8 on. Swapping two neighbours is one edit.

What is typed may be the beginning of a word, so the distance is to the nearest beginning. Words with digits have no slips:
another number is another thing.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from keystead.base.scope import current_workspace

MOST_SPELLINGS = 5
_MOST_LOOKED_AT = 2_000

# A cheap sieve before the exact distance: at most `edits` letters of one beginning are missing in the other (FindWord).
_NEAR = """
SELECT DISTINCT word FROM keystead_findword
WHERE workspace_id = %(workspace)s AND length(word) >= %(length)s - %(edits)s
  AND bit_count((first4 & ~%(long)s)::bit(32)) <= %(edits)s AND bit_count((%(short)s & ~first8)::bit(32)) <= %(edits)s
ORDER BY word LIMIT %(most)s
"""


def edits_allowed(word: str) -> int:
    if len(word) < 4 or any(letter.isdigit() for letter in word):
        return 0
    return 1 if len(word) < 8 else 2


def bits(letters: str) -> int:
    """As `keystead_find_bits` counts them."""
    found = 0
    for letter in letters:
        found |= 1 << (ord(letter) % 31)
    return found


def other_spellings(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Word -> known words whose beginning is within its edits, nearest first. Nothing for words that allow none."""
    return {word: found for word in set(words) if (found := _spellings(word))}


def spellings_among(words: Iterable[str], known: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The same, among words that are given: those of pages and actions, which no record holds."""
    known = set(known)
    return {word: found for word in set(words) if (found := _nearest(word, known))}


def _spellings(word: str) -> tuple[str, ...]:
    edits = edits_allowed(word)
    if not edits:
        return ()
    values: dict[str, Any] = {
        "workspace": current_workspace(), "length": len(word), "edits": edits, "most": _MOST_LOOKED_AT,
        "long": bits(word[: 4 + edits]), "short": bits(word[: 8 - edits]),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, values)
        return _nearest(word, [row[0] for row in cursor.fetchall()])


def _nearest(word: str, known: Iterable[str]) -> tuple[str, ...]:
    edits = edits_allowed(word)
    ranked = sorted((distance(word, name, edits), name[:1] != word[:1], abs(len(name) - len(word)), name) for name in known)
    return tuple(name for far, _, _, name in ranked if 0 < far <= edits)[:MOST_SPELLINGS]


def distance(typed: str, word: str, most: int) -> int:
    """Edits between `typed` and the nearest beginning of `word`; any number above `most` when there are more.

    Optimal string alignment (Damerau 1964, without edits inside a swapped pair), smallest value of the last row.
    """
    end = word[: len(typed) + most]
    before: list[int] = []
    row = list(range(len(end) + 1))
    for i, letter in enumerate(typed, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(end, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == end[j - 2] and typed[i - 2] == other:
                best = min(best, older[j - 2] + 1)
            row.append(best)
        if min(row) > most and (not before or min(before) > most):
            return most + 1
    return min(row)
