"""Kept answers: what a list of the portfolio was found to be, for readers who see everything, until something of it is marked.

An answer holds the accounts in their order, the groups with the places where they begin, and the totals; a page is cut out of it,
and its lines are looked up one by one. So page 1 and page 400 of the largest portfolio cost the same, in any order, by any group.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from keystead.base.ids import uuid7
from keystead.base.scope import current_workspace
from keystead.data.workspace.models import Member
from keystead.domain.accounts.portfolio.chain_sql import sees_all, statement, wanted_of
from keystead.domain.accounts.portfolio.keeping import forget_answers, fresh_period, lock_kept
from keystead.domain.accounts.portfolio.query import PortfolioQuery
from keystead.domain.accounts.portfolio.totals import LINE, keeping

MOST_ANSWERS = 60  # of a workspace; the oldest goes when one more is kept
_TRIES = 3  # an answer may be forgotten between two statements

_FIND = """
SELECT id, lines, foot::text, missing::text, total::text, substr(places, 1 + 16 * %(offset)s, 16 * %(limit)s)
FROM keystead_keptanswer WHERE workspace_id = %(workspace)s AND period_id = %(kept)s AND question = %(question)s
"""
# Groups of a depth lie one behind another: from the one that holds the page's first line to the one that holds its last.
_GROUPS_OF_PAGE = """
SELECT g.first, g.lines, g.path, g.told::text FROM (VALUES (1::smallint), (2::smallint)) AS d(depth), keystead_keptgroup g
WHERE g.workspace_id = %(workspace)s AND g.answer_id = %(answer)s AND g.depth = d.depth AND g.first < %(offset)s + %(limit)s
  AND g.first >= (
    SELECT max(b.first) FROM keystead_keptgroup b
    WHERE b.workspace_id = %(workspace)s AND b.answer_id = %(answer)s AND b.depth = d.depth AND b.first <= %(offset)s)
ORDER BY g.first, g.depth
"""
_GROUPS = """
SELECT first, lines, path, told::text FROM keystead_keptgroup WHERE workspace_id = %(workspace)s AND answer_id = %(answer)s
  AND (%(keys)s::text[] IS NULL OR path IN (to_jsonb(%(keys)s::text[])::text, to_jsonb((%(keys)s::text[])[1:1])::text))
ORDER BY first, depth
"""
_LINES = """
SELECT EXISTS (SELECT FROM keystead_keptanswer WHERE workspace_id = %(workspace)s AND id = %(answer)s),
  (SELECT jsonb_agg(to_jsonb(l) - 'turn' ORDER BY turn)::text FROM (
    SELECT {line}, at.turn
    FROM unnest(%(ids)s::uuid[], %(paths)s::text[]) WITH ORDINALITY AS at(id_there, path, turn)
    JOIN figured ON figured.id = at.id_there AND to_jsonb(figured.key)::text = at.path) l)
"""
_OLD = """
SELECT id FROM keystead_keptanswer WHERE workspace_id = %s ORDER BY kept_at DESC, id OFFSET %s
"""


@dataclass(frozen=True, slots=True)
class _Cut:
    """What is asked of an answer. `keys`: one group alone instead of those of the page."""

    limit: int
    offset: int
    groups_of_page: bool
    keys: Sequence[str] | None


def kept_page(
    query: PortfolioQuery,
    *,
    viewer: Member,
    today: date,
    limit: int | None,
    offset: int,
    groups_of_page: bool,
    keys: Sequence[str] | None = None,
) -> Any:
    """Groups, rows, lines, foot, missing rates and total as the whole chain would give them; None when it has to be asked."""
    if limit is None or not can_be_kept(query, viewer):
        return None
    cut = _Cut(limit, offset, groups_of_page, keys)
    for _ in range(_TRIES):
        kept = fresh_period(wanted_of(query, viewer, today)).id
        found = _read(query, kept, cut, viewer, today)
        if found is not None:
            return found
        _keep(query, viewer, today)
    return None


def can_be_kept(query: PortfolioQuery, viewer: Member) -> bool:
    """What many ask for, and ask again. What leaves few accounts is quick by itself, and of words there is no end."""
    is_for_all = not (query.text or query.owner or query.accounts is not None)
    return is_for_all and query.covers == "plan" and sees_all(viewer)


def narrowing(query: PortfolioQuery) -> list[Any]:
    """What leaves accounts out of an answer that can be kept."""
    return [query.segment, query.segment_target, query.industry, query.country, query.is_key, query.plan, str(query.below)]


def _question(query: PortfolioQuery) -> str:
    return json.dumps([query.group, [sort.key for sort in query.order], narrowing(query), sorted(query.foot.items())])


def _read(query: PortfolioQuery, kept: UUID, cut: _Cut, viewer: Member, today: date) -> Any:
    """The page as the kept answer has it; None when there is none (any more)."""
    asked: dict[str, Any] = {
        "workspace": current_workspace(), "kept": kept, "question": _question(query), "limit": cut.limit, "offset": cut.offset,
        "keys": list(cut.keys) if cut.keys is not None else None,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FIND, asked)
        found = cursor.fetchone()
        if found is None:
            return None
        asked["answer"], lines, foot, missing, total, places = found
        groups: list[Any] = []
        if query.group:
            cursor.execute(_GROUPS_OF_PAGE if cut.groups_of_page and cut.keys is None else _GROUPS, asked)
            groups = cursor.fetchall()
    rows: str | None = "[]"
    if places:
        rows = _rows(query, _ids(places), groups, kept, asked, viewer, today)
    told = f"[{','.join(each[3] for each in groups)}]" if query.group else None
    return None if rows is None else (told, rows, lines, foot, missing, total)


def _ids(places: bytes) -> list[UUID]:
    data = bytes(places)
    return [UUID(bytes=data[at : at + 16]) for at in range(0, len(data), 16)]


def _rows(
    query: PortfolioQuery, ids: list[UUID], groups: list[Any], kept: UUID, asked: dict[str, Any], viewer: Member, today: date
) -> str | None:
    """The lines at these places as JSON, in their order; None when the answer has been forgotten meanwhile."""
    plain = PortfolioQuery(period=query.period, group=query.group, order=query.order)
    answer = asked["answer"]
    trees = None if query.is_of_deals else answer
    steps, parameters = statement(plain, viewer=viewer, today=today, page="a.id = ANY(%(ids)s)", kept=kept, answer=trees)
    parameters |= {"ids": ids, "answer": answer, "paths": _paths(query, len(ids), groups, asked["offset"])}
    with connection.cursor() as cursor:
        cursor.execute(steps + _LINES.format(line=LINE.format(target="target")), parameters)
        is_there, rows = cursor.fetchone()
    return (rows or "[]") if is_there else None


def _paths(query: PortfolioQuery, count: int, groups: list[Any], offset: int) -> list[str]:
    """In which group each line of the page stands."""
    if not query.group:
        return ["[]"] * count
    depth = len(query.groupings)
    paths = [""] * count
    for first, lines, path, _told in groups:
        if len(json.loads(path)) == depth:
            for place in range(max(first, offset), min(first + lines, offset + count)):
                paths[place - offset] = path
    return paths


def _keep(query: PortfolioQuery, viewer: Member, today: date) -> None:
    """Has the whole chain find the answer, once for all who wait for it."""
    with transaction.atomic():
        lock_kept()
        kept = fresh_period(wanted_of(query, viewer, today)).id
        question: dict[str, Any] = {
            "workspace": current_workspace(),
            "kept": kept,
            "question": _question(query),
            "limit": 0,
            "offset": 0,
        }
        with connection.cursor() as cursor:
            cursor.execute(_FIND, question)
            if cursor.fetchone():
                return
            cursor.execute(_OLD, [current_workspace(), MOST_ANSWERS - 1])
            forget_answers([row[0] for row in cursor.fetchall()])
            steps, parameters = statement(query, viewer=viewer, today=today, kept=kept)
            cursor.execute(steps + keeping(query, is_of_kept=not query.is_filtered), parameters | question | {"answer": uuid7()})
