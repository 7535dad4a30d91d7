"""Finding rows by what a person types: without case or accents, every word somewhere in the name. And what there is to choose."""

from typing import Any, Literal

from django.db import connection
from django.db.models import BooleanField, CharField, Func, QuerySet, Value
from django.db.models.expressions import Combinable

from keystead.base.scope import current_workspace
from keystead.base.words import fold
from keystead.data.accounts.models import Account
from keystead.data.permissions import Reach, reach
from keystead.data.workspace.models import Member


class Folded(Func):
    """`base.words.fold` in SQL, near enough for finding: accents and case go, stroked letters become plain.

    Most names have plain letters only: for these it costs a few times less.
    """

    template = (
        '(CASE WHEN octet_length(%(expressions)s) = length(%(expressions)s) THEN lower((%(expressions)s) COLLATE "C")'
        " ELSE lower(translate(regexp_replace(normalize(%(expressions)s, NFKD), '[\u0300-\u036f]', '', 'g'),"
        " '\u00d8\u00f8\u0141\u0142\u0110\u0111\u0131', 'ooLlDdi')) END)"
    )
    output_field = CharField()

    def as_sql(self, *given: Any, **more: Any) -> tuple[str, Any]:
        sql, params = super().as_sql(*given, **more)
        return sql, tuple(params) * self.template.count("%(expressions)s")


class _Contains(Func):
    template = "(strpos(%(expressions)s) > 0)"
    output_field = BooleanField()


def with_words[Q: QuerySet[Any]](queryset: Q, text: str, field: str | Combinable = "name") -> Q:
    """The rows whose field contains every word of the text: "sao acme" finds "Acme São Paulo". No words: all rows."""
    for word in fold(text).split()[:8]:
        queryset = queryset.filter(_Contains(Folded(field), Value(word)))
    return queryset


# From each value to the next by the index: as many look-ups as there are values, however many accounts.
_EVERY_VALUE = """
WITH RECURSIVE every AS (
  SELECT (SELECT {field} FROM keystead_account WHERE workspace_id = %(workspace)s AND {field} > ''
    ORDER BY {field} LIMIT 1) AS value
  UNION ALL
  SELECT (SELECT {field} FROM keystead_account WHERE workspace_id = %(workspace)s AND {field} > every.value
    ORDER BY {field} LIMIT 1) FROM every WHERE every.value IS NOT NULL
)
SELECT value FROM every WHERE value IS NOT NULL LIMIT %(most)s
"""


def values_in_use(field: Literal["industry", "country"], *, viewer: Member, most: int = 500) -> list[str]:
    """What the accounts that the viewer may see have in this field, each once, in order; the empty value is not among them."""
    if reach(viewer, "account.read") is Reach.ALL:
        with connection.cursor() as cursor:
            cursor.execute(_EVERY_VALUE.format(field=field), {"workspace": current_workspace(), "most": most})
            return [row[0] for row in cursor.fetchall()]
    accounts = Account.objects.visible_to(viewer).exclude(**{field: ""})
    return list(accounts.order_by(field).values_list(field, flat=True).distinct()[:most])
