"""Querysets inside of SQL that is written by hand."""

import re
from collections.abc import MutableMapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from keystead.data.permissions import READ_ACTION, Reach, reach
from keystead.data.workspace.models import Member


def named(queryset: QuerySet[Any, Any], prefix: str, parameters: MutableMapping[str, Any]) -> str:
    """The queryset's SQL with named parameters, which are added to the others: `prefix` and a number."""
    try:
        text, values = queryset.query.sql_with_params()
    except EmptyResultSet:
        return "SELECT NULL::uuid WHERE false"
    names = iter(range(len(values)))
    parameters.update({f"{prefix}{number}": value for number, value in enumerate(values)})
    return re.sub("%%|%s", lambda found: found[0] if found[0] == "%%" else f"%({prefix}{next(names)})s", text)


def seen(viewer: Member, rows: Any, alias: str, parameters: MutableMapping[str, Any]) -> str:
    """SQL that says whether the viewer may open the row `alias`: the permission table's own filter, as a subquery over `rows`."""
    if reach(viewer, READ_ACTION[rows.model.__name__]) is Reach.ALL:
        return "true"
    prefix = f"seen_{alias}{len(parameters)}_"
    return f"{alias}.id IN ({named(rows.visible_to(viewer).order_by().values('pk'), prefix, parameters)})"
