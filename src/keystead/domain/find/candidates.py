"""Which records may be what was asked for: ranges of the ordered terms, best first, a limited number of each kind.

This is where the permission table is asked, for every way by which a record can come in: words, numbers, what was opened lately.
What a viewer may not see is no candidate, so it takes no place away and is named nowhere afterwards.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Self
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models.expressions import RawSQL

from keystead.base.scope import current_workspace
from keystead.data.find.sources import SOURCES
from keystead.data.permissions import READ_ACTION, Reach, accounts_called, accounts_within, known_accounts, only_reads, reach
from keystead.data.workspace.models import Member
from keystead.domain.accounts.merged_keys import KEYS
from keystead.domain.find.asking import Asked, Chunk, Word
from keystead.domain.find.kinds import MODELS

CAP = 30  # of each way in which a record of a kind may fit: what is ranked in Python
_BEYOND = "\U0010ffff"
_SHORT = 2  # a single letter leads to too many rows when a longer word is there
# Visible by their account and nothing else. Said so, the keys are hashed once, and not read again for each candidate.
_BY_ACCOUNT_ALONE = {
    "account": "WHERE object_id",
    "contact": ", LATERAL (SELECT account_id FROM keystead_contact c WHERE c.id = object_id OFFSET 0) c WHERE c.account_id",
}
_KINDS = {source.number: kind for kind, source in SOURCES.items()}


class SQL(NamedTuple):
    """A piece of SQL and its values, in the order in which they stand there."""

    text: str
    values: tuple[Any, ...] = ()

    @classmethod
    def join(cls, glue: str, pieces: Sequence[Self]) -> "SQL":
        return SQL(glue.join(piece.text for piece in pieces), tuple(value for piece in pieces for value in piece.values))

    def within(self, template: str, *more: Any) -> "SQL":
        """The piece in the place of {}; `more` values stand after it."""
        return SQL(template.replace("{}", self.text), (*self.values, *more))


def candidates(
    *, viewer: Member, asked: Asked, kinds: Sequence[str], lately: Sequence[tuple[str, UUID]]
) -> dict[str, list[UUID]]:
    """Kind -> keys, in one query for all kinds; those that the viewer may see, no more than a few hundred of each."""
    only_reads(viewer)
    parts = []
    with _reached(viewer) as reached:
        for kind in kinds:
            ways = _ways(kind, asked, viewer, [key for each, key in lately if each == kind])
            if (part := _seen(kind, ways, viewer, is_reached=reached is not None)) is not None:
                parts.append(part)
    found: dict[str, list[UUID]] = {kind: [] for kind in kinds}
    if parts:
        every = SQL.join(" UNION ALL ", parts)
        every = SQL.join("", [reached, every]) if reached else every
        with connection.cursor() as cursor:
            cursor.execute(every.text, every.values)
            for number, key in cursor.fetchall():
                found[_KINDS[number]].append(key)
    return found


@contextmanager
def _reached(viewer: Member) -> Iterator[SQL | None]:
    """For a viewer with many accounts: they are named once, before the query, and every kind is held against that name."""
    how_far = reach(viewer, "account.read")
    if how_far not in (Reach.MINE, Reach.REPORTS) or known_accounts(viewer, how_far) is not None:
        yield None
        return
    accounts = accounts_within(viewer, how_far)
    with accounts_called(viewer, how_far, RawSQL("SELECT id FROM reached", ())):
        yield SQL(*accounts.query.sql_with_params()).within("WITH reached(id) AS MATERIALIZED ({}) ")


def _seen(kind: str, ways: Sequence[SQL], viewer: Member, *, is_reached: bool) -> SQL | None:
    """The ways appended, without what the viewer may not see; None when that is all of it.

    When everything is visible, each way stops at its own limit. A viewer with few accounts has few records: they are read first
    and each way is held against them. For one with many accounts, the candidates are looked up one by one until enough are found.
    """
    model = MODELS[kind]
    number, limit = SOURCES[kind].number, 2 * CAP
    if reach(viewer, READ_ACTION[model.__name__]) is Reach.ALL:
        limited = [way.within("({} LIMIT %s)", CAP) for way in ways]
        return SQL.join(" UNION ALL ", limited).within(f"(SELECT {number} AS kind, object_id FROM ({{}}) w LIMIT %s)", limit)
    try:
        visible = model.objects.visible_to(viewer).order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    every = SQL.join(" UNION ALL ", [way.within("({})") for way in ways])
    if not is_reached:
        first = SQL(*visible).within("(WITH seen(key) AS MATERIALIZED ({})")
        held = f" SELECT {number} AS kind, object_id FROM ({{}}) w WHERE object_id IN (SELECT key FROM seen) LIMIT %s)"
        return SQL.join("", [first, every.within(held, limit)])
    if kind in _BY_ACCOUNT_ALONE:
        held = f"{_BY_ACCOUNT_ALONE[kind]} IN (SELECT id FROM reached) LIMIT %s)"
        return every.within(f"(SELECT {number} AS kind, object_id FROM ({{}}) w {held}", limit)
    looked_up = every.within(f"(SELECT {number} AS kind, object_id FROM ({{}}) w")
    # OFFSET 0 keeps the planner from turning the look-up of a few into a reading of all.
    one_by_one = SQL(*visible).within(
        " WHERE EXISTS (SELECT FROM ({}) seen(key) WHERE key = object_id OFFSET 0) LIMIT %s)", limit
    )
    return SQL.join("", [looked_up, one_by_one])


def _ways(kind: str, asked: Asked, viewer: Member, lately: list[UUID]) -> list[SQL]:
    """Opened lately, numbered so (or one merged into it was), called exactly so, one's own, then the beginning of the name,
    initials, all words.

    Each is one range wherever it can be, so that it is read in order and stops at its limit, however many rows there are.
    """
    source = SOURCES[kind]
    mine = "workspace_id = keystead_workspace()"
    ways = [SQL("SELECT unnest(%s::uuid[]) AS object_id", (lately,))]
    if source.has_external_id:
        spellings = [asked.typed, asked.typed.upper(), asked.typed.lower()]
        ways.append(SQL(f"SELECT id FROM {source.table} WHERE {mine} AND external_id = ANY(%s)", (spellings,)))
        if keys := KEYS.get(MODELS[kind]):
            own = f"EXISTS (SELECT FROM {source.table} o WHERE o.{mine} AND o.external_id = k.key)"
            merged = f"SELECT record_id FROM {keys._meta.db_table} k WHERE {mine} AND key = ANY(%s) AND NOT {own}"
            ways.append(SQL(merged, (spellings,)))
    ways.append(_terms(kind, SQL("word = %s", ("^" + asked.phrase,))))
    every = _all_words(kind, asked)
    if kind == "account":
        ways.append(every.within(f"({{}}) INTERSECT SELECT id FROM keystead_account WHERE {mine} AND owner_id = %s", viewer.pk))
    ways.append(_terms(kind, _begins("^" + asked.phrase)))
    if len(asked.chunks) == 1 and len(asked.phrase) > 1:
        ways.append(_terms(kind, _begins("#" + asked.chunks[0].joined.typed)))
    if len(asked.words) == 1:
        ways += [_terms(kind, _begins(start)) for start in _starts(asked.words[0]) if start != "^" + asked.phrase]
    else:
        ways.append(every)
    return ways


def _terms(kind: str, condition: SQL) -> SQL:
    scope = f"workspace_id = '{current_workspace()}' AND kind = {SOURCES[kind].number}"
    return condition.within(f"SELECT object_id FROM keystead_findterm WHERE {scope} AND ({{}})")


def _begins(start: str) -> SQL:
    return SQL("word >= %s AND word < %s", (start, start + _BEYOND))


def _starts(word: Word) -> list[str]:
    """Where a word may stand: at the beginning of a name, or as one of its other words."""
    return [mark + spelling for spelling in word.spellings for mark in ("^", "")]


def _all_words(kind: str, asked: Asked) -> SQL:
    """Each chunk somewhere in the record. A single letter is left to the ranking when there are longer words to go by."""
    long = [chunk for chunk in asked.chunks if len(chunk.joined.typed) >= _SHORT]
    chunks = long or [max(asked.chunks, key=lambda chunk: len(chunk.joined.typed))]
    return _all([_chunk(kind, chunk) for chunk in chunks])


def _chunk(kind: str, chunk: Chunk) -> SQL:
    joined = _word(kind, chunk.joined)
    if len(chunk.parts) < 2:
        return joined
    longest = max(len(part.typed) for part in chunk.parts)
    parts = [_word(kind, part) for part in chunk.parts if len(part.typed) >= min(_SHORT, longest)]
    return SQL.join(" UNION ALL ", [joined, _all(parts).within("({})")])


def _word(kind: str, word: Word) -> SQL:
    return SQL.join(" UNION ALL ", [_terms(kind, _begins(start)) for start in _starts(word)])


def _all(pieces: Sequence[SQL]) -> SQL:
    """In all of them. As a set operation it costs no more than reading each once, whatever the planner believes."""
    return pieces[0] if len(pieces) == 1 else SQL.join(" INTERSECT ", [piece.within("({})") for piece in pieces])
