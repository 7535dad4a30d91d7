"""Kept evidence: which rows an explanation of the portfolio lists, in their order, until something of them is marked.

What a figure adds up over a group is known from kept figures, but which of its deals are the largest, and how many are left out
for which reason, is not: for that they are read, once. Every page of the explanation is then cut out of what is kept.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from keystead.base.ids import uuid7
from keystead.domain.accounts.portfolio.keeping import Wanted, forget_evidence, fresh_period, lock_kept

MOST_EVIDENCE = 60  # of a workspace; the oldest goes when one more is kept

_FIND = """
SELECT classes::text, substr(places, 1 + 16 * %(skipped)s, 16 * %(most)s) FROM keystead_keptevidence
WHERE workspace_id = %(workspace)s AND period_id = %(kept)s AND question = %(question)s
"""
_KEEP = """
INSERT INTO keystead_keptevidence (id, workspace_id, period_id, question, classes, places)
SELECT %(evidence)s, %(workspace)s, %(kept)s, %(question)s, found.classes, found.places FROM found
"""
_CUT = "SELECT classes::text, substr(places, 1 + 16 * %(skipped)s, 16 * %(most)s) FROM found"
_OLD = "SELECT id FROM keystead_keptevidence WHERE workspace_id = %(workspace)s ORDER BY kept_at DESC, id OFFSET %(room)s"


@dataclass(frozen=True, slots=True)
class Class:
    """Rows that count ("counts") or are left out for one reason: how many, and the keys of those that are listed."""

    name: str
    together: int
    ids: tuple[UUID, ...]


def kept_classes(steps: str, parameters: dict[str, Any], *, question: str, wanted: Wanted) -> list[Class]:
    """What is kept for the question; found first, by `steps` that end in `found`, when it is not there yet.

    Sets `parameters["kept"]` to the period that it is kept with.
    """
    parameters |= {"question": question, "kept": fresh_period(wanted).id}
    found = _read(parameters)
    if found is None:
        with transaction.atomic():
            lock_kept()
            parameters["kept"] = fresh_period(wanted).id
            found = _read(parameters) or _keep(steps, parameters)  # somebody else may have been first
    return _classes(found, parameters)


def found_classes(steps: str, parameters: Mapping[str, Any]) -> list[Class]:
    """The same for what nobody keeps."""
    with connection.cursor() as cursor:
        cursor.execute(steps + _CUT, parameters)
        return _classes(cursor.fetchone(), parameters)


def _read(parameters: Mapping[str, Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(_FIND, parameters)
        return cursor.fetchone()


def _keep(steps: str, parameters: Mapping[str, Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(_OLD, {**parameters, "room": MOST_EVIDENCE - 1})
        forget_evidence([row[0] for row in cursor.fetchall()])
        cursor.execute(steps + _KEEP, {**parameters, "evidence": uuid7()})
    return _read(parameters)


def _classes(found: tuple[str, bytes], parameters: Mapping[str, Any]) -> list[Class]:
    classes, places = found
    counting = bytes(places)
    ids = tuple(UUID(bytes=counting[at : at + 16]) for at in range(0, len(counting), 16))
    return [
        Class(name, together, ids if name == "counts" else tuple(map(UUID, first[: parameters["most_out"]])))
        for name, (together, *first) in json.loads(classes).items()
    ]
