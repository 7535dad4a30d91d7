"""The search box of a long list: what it may be about is looked up among find's terms, instead of folding every name.

Terms are found by their beginning. A word of letters is found by any part of it, through the words that the workspace has; one
with digits in it ("KX2000") by its beginning alone, unless what is typed is so common that every name is looked at.
"""

from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from keystead.base.scope import current_workspace
from keystead.data.find.sources import SOURCES
from keystead.domain.find.asking import words_of

SHORTEST = 3  # letters; what is shorter stands in most names
MOST_WORDS, MOST_ROWS = 100, 5_000  # when more fit, a list's next rows are near in any order
_BEYOND = "\U0010ffff"  # sorts behind every letter
_WORDS = "SELECT word FROM keystead_findword WHERE workspace_id = %s AND strpos(word, %s) > 0 ORDER BY word LIMIT %s"
# A name may stand here twice. Each range is read in order and no further than is wanted.
_KEYS = """
SELECT CASE WHEN count(*) <= %(most)s THEN coalesce(array_agg(object_id::text), '{{}}') END
FROM (SELECT object_id FROM ({ranges}) every LIMIT %(most)s + 1) found
"""
_RANGE = """
SELECT object_id FROM keystead_findterm
WHERE workspace_id = %(workspace)s AND kind = %(kind)s AND word >= %(from{at})s AND word < %(to{at})s
"""


def among_terms[Q: QuerySet[Any]](rows: Q, text: str, kind: str) -> Q:
    """The rows that may hold all words of the text: no fewer than those that do, and all when too many may."""
    for word in sorted(set(words_of(text)), key=len, reverse=True)[:2]:
        if len(word) >= SHORTEST and (keys := _keys(word, kind)) is not None:
            found: Q = rows.filter(pk__in=RawSQL("SELECT unnest(%s::uuid[])", (keys,)))
            return found
    return rows


def _keys(word: str, kind: str) -> list[str] | None:
    """Of the records with a term that holds the word; None when they are too many."""
    starts = _starts(word)
    if starts is None:
        return None
    values: dict[str, Any] = {"workspace": current_workspace(), "kind": SOURCES[kind].number, "most": MOST_ROWS}
    ranges = []
    for at, start in enumerate(mark + each for each in starts for mark in ("^", "")):
        ranges.append(_RANGE.format(at=at))
        values |= {f"from{at}": start, f"to{at}": start + _BEYOND}
    with connection.cursor() as cursor:
        cursor.execute(_KEYS.format(ranges=" UNION ALL ".join(ranges)), values)
        row = cursor.fetchone()
    return row[0] if row else None


def _starts(word: str) -> list[str] | None:
    """The shortest beginnings of words that hold it; None when they are too many."""
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, [current_workspace(), word, MOST_WORDS + 1])
        listed = [row[0] for row in cursor.fetchall()]
    if len(listed) > MOST_WORDS:
        return None
    found = [word]
    for each in listed:  # in order: what begins with another comes behind it
        if not each.startswith((word, found[-1])):
            found.append(each)
    return found
