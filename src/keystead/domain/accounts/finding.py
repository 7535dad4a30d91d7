"""Finding rows by what a person types: without case or accents, every word somewhere in the name."""

from typing import Any

from django.db.models import BooleanField, CharField, Func, QuerySet, Value
from django.db.models.expressions import Combinable

from keystead.base.words import fold


class Folded(Func):
    """`base.words.fold` in SQL, near enough for finding: accents and case go, stroked letters become plain."""

    template = (
        "lower(translate(regexp_replace(normalize(%(expressions)s, NFKD), '[\u0300-\u036f]', '', 'g'),"
        " '\u00d8\u00f8\u0141\u0142\u0110\u0111\u0131', 'ooLlDdi'))"
    )
    output_field = CharField()


class _Contains(Func):
    template = "(strpos(%(expressions)s) > 0)"
    output_field = BooleanField()


def with_words[Q: QuerySet[Any]](queryset: Q, text: str, field: str | Combinable = "name") -> Q:
    """The rows whose field contains every word of the text: "sao acme" finds "Acme São Paulo". No words: all rows."""
    for word in fold(text).split()[:8]:
        queryset = queryset.filter(_Contains(Folded(field), Value(word)))
    return queryset
