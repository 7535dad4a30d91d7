"""Counting rows of several kinds with one question."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def counts_of(kinds: Mapping[str, QuerySet[Any, Any]]) -> dict[str, int]:
    """How many rows each has, by its name. One query, which Django's annotations would take twice as long to write."""
    parts: list[str] = []
    values: list[Any] = []
    for rows in kinds.values():
        try:
            text, given = rows.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            text, given = "SELECT WHERE false", ()
        parts.append(f"(SELECT count(*) FROM ({text}) found)")
        values += given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        return dict(zip(kinds, cursor.fetchone(), strict=True))
