"""The problems of an import by what they have in common: 1,480 rows that name the same unknown product are one thing to mend."""

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection

from keystead.data.models import Import
from keystead.domain.exchange.problems.codes import Problem

MOST = 50


@dataclass(frozen=True, slots=True)
class Group:
    """`count` rows have the same problem with the same value in the same column; `row` is the first of them."""

    column: str | None
    code: str
    params: dict[str, Any]
    row: int
    count: int

    @property
    def message(self) -> str:
        """The sentence without its place."""
        return Problem(None, None, self.code, self.params).message

    @property
    def value(self) -> str:
        return str(self.params.get("value", ""))


def problem_groups(*, job: Import) -> list[Group]:
    """The most frequent problems first, at most `MOST`. Problems that differ in their value only by row number are one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p ->> 'column', p ->> 'code', (min((p -> 'params')::text))::jsonb::text, min(r.row), count(*)
            FROM keystead_importrow r CROSS JOIN LATERAL jsonb_array_elements(r.problems) p
            WHERE r.job_id = %s AND r.verdict = 'error'
            GROUP BY p ->> 'column', p ->> 'code', p -> 'params' ->> 'value' ORDER BY 5 DESC, 4 LIMIT %s
            """,
            [job.pk, MOST],
        )
        found = cursor.fetchall()
    return [Group(column, code, _json(params), row, count) for column, code, params, row, count in found]


def _json(text: str | None) -> dict[str, Any]:
    loaded = json.loads(text or "{}")
    return loaded if isinstance(loaded, dict) else {}
