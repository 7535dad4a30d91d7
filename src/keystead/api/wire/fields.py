"""The kinds of fields: how each is read from a row, written from JSON, filtered, ordered and described.

A resource is a list of fields. Everything that the API says about a field (its JSON, its filters, its schema in OpenAPI) comes
from here, so the description cannot differ from what happens.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from keystead.api.wire.problems import refused_one
from keystead.api.wire.texts import clean_text
from keystead.data.workspace.models import Member

Schema = dict[str, Any]
First = Callable[[QuerySet[Any], Sequence[Any], int], list[UUID]]


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter of a list: the condition it means, and its schema.

    `guard` narrows it to what the viewer may know: a filter by what stands in another record must not tell an unseen one.
    """

    name: str
    condition: Callable[[str], Q]
    schema: Schema
    many: bool = False
    guard: Callable[[Member, str], Q] | None = None


@dataclass(frozen=True, slots=True)
class OrderColumn:
    """A column that pages may be ordered by; `read` turns its text in a cursor back into a value.

    `of`: (model, foreign key) of the other record in which the column stands; it is empty for whoever may not see that one.
    `first`: of many rows, the keys of those among which are the first in an order that begins with this column.
    """

    path: str
    nullable: bool
    read: Callable[[str], Any]
    of: tuple[Any, str] | None = None
    first: First | None = None


@dataclass(frozen=True, kw_only=True)
class Field(ABC):
    """One field of a resource. `column` is where it lives in the model (the field's own name unless given)."""

    name: str
    column: str = ""
    writable: bool = True
    required: bool = False
    nullable: bool = False
    about: str = ""

    @property
    def source(self) -> str:
        return self.column or self.name

    @property
    def columns(self) -> tuple[str, ...]:
        """What is read from the database for it."""
        return (self.source,)

    @property
    def targets(self) -> dict[str, str]:
        """Model field -> place in the body, for the errors that a domain verb reports."""
        return {self.source: f"/{self.name}"}

    def show(self, value: Any) -> Any:
        """The field's JSON: from its one column, or from the tuple of its columns."""
        return value

    @abstractmethod
    def accept(self, value: Any, pointer: str, viewer: Member) -> dict[str, Any]:
        """JSON -> {model field: value}. Raises `Problem`."""

    @abstractmethod
    def schema(self) -> Schema:
        """The field's JSON as it reads, as JSON Schema."""

    def schema_in(self) -> Schema:
        return self.schema()

    @abstractmethod
    def filters(self) -> Iterator[Filter]: ...

    def is_null(self, null: bool) -> Q:
        return Q(**{f"{self.source}__isnull": null})

    @property
    @abstractmethod
    def order(self) -> tuple[OrderColumn, ...]: ...


@dataclass(frozen=True, kw_only=True)
class Plain(Field):
    """A field of one value in one column, read from JSON and from a filter's text alike."""

    @abstractmethod
    def parse(self, value: Any, pointer: str) -> Any:
        """The column's value. Raises `Problem`."""

    def accept(self, value: Any, pointer: str, viewer: Member) -> dict[str, Any]:  # noqa: ARG002 - references need her
        return {self.source: None if value is None and self.nullable else self.parse(value, pointer)}

    def from_query(self, text: str) -> Any:
        """A filter's value. Raises `Problem` with the parameter's place."""
        return self.parse(text, "")

    def schema_of_filter(self) -> Schema:
        return {"type": "string"}

    comparisons: Sequence[str] = ("gte", "lte", "gt", "lt")

    def filters(self) -> Iterator[Filter]:
        name, path, schema = self.name, self.source, self.schema_of_filter()
        yield Filter(name, lambda text: Q(**{path: self.from_query(text)}), schema)
        for compared in self.comparisons:
            yield Filter(f"{name}__{compared}", self._comparing(path, compared), schema)
        yield Filter(f"{name}__in", lambda text: Q(**{f"{path}__in": self.many(text)}), {"type": "string"}, many=True)
        if self.nullable:
            yield Filter(f"{name}__isnull", lambda text: self.is_null(truth(text)), {"type": "boolean"})

    def _comparing(self, path: str, compared: str) -> Callable[[str], Q]:
        return lambda text: Q(**{f"{path}__{compared}": self.from_query(text)})

    def many(self, text: str) -> list[Any]:
        return [self.from_query(part) for part in split(text)]

    @property
    def order(self) -> tuple[OrderColumn, ...]:
        return (OrderColumn(self.source, self.nullable, self.from_query),)


def or_null(schema: Schema, nullable: bool) -> Schema:
    if not nullable:
        return schema
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return schema | {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def split(text: str) -> list[str]:
    """The values of an __in filter: separated by commas; a value that holds a comma stands in double quotes."""
    parts = [quoted or plain for quoted, plain in re.findall(r'"((?:[^"]|"")*)"|([^,"]+)', text)]
    return [part.replace('""', '"') for part in parts]


def truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise refused_one("", "not_a_truth", _("true or false is expected here."))
    return text.lower() == "true"


@dataclass(frozen=True, kw_only=True)
class Text(Plain):
    """Text; what is not set reads as "" (or as null where the model says so: external_id)."""

    longest: int = 300
    comparisons: Sequence[str] = ()

    def accept(self, value: Any, pointer: str, viewer: Member) -> dict[str, Any]:  # noqa: ARG002 - references need her
        if value is None and not self.required:
            return {self.source: None if self.nullable else ""}
        text = self.parse(value, pointer)
        return {self.source: None if self.nullable and not text else text}

    def parse(self, value: Any, pointer: str) -> str:
        text = clean_text(value, pointer)
        if len(text) > self.longest:
            message = _("At most %(limit)s characters fit here.") % {"limit": self.longest}
            raise refused_one(pointer, "too_long", message)
        return text

    def filters(self) -> Iterator[Filter]:
        yield from super().filters()
        path = self.source
        yield Filter(
            f"{self.name}__contains", lambda text: Q(**{f"{path}__icontains": self.from_query(text)}), {"type": "string"}
        )
        if not self.nullable:
            yield Filter(f"{self.name}__isnull", lambda text: self.is_null(truth(text)), {"type": "boolean"})

    def is_null(self, null: bool) -> Q:
        empty = Q(**{f"{self.source}__isnull": True}) if self.nullable else Q(**{self.source: ""})
        return empty if null else ~empty

    @property
    def order(self) -> tuple[OrderColumn, ...]:
        return (OrderColumn(self.source, self.nullable, str),)

    def schema(self) -> Schema:
        return or_null({"type": "string"}, self.nullable)

    def schema_in(self) -> Schema:
        schema: Schema = {"type": "string", "maxLength": self.longest}
        return (schema | {"minLength": 1}) if self.required else or_null(schema, nullable=True)


@dataclass(frozen=True, kw_only=True)
class Choice(Plain):
    """One word of a list; not set reads as null."""

    words: Sequence[str]
    comparisons: Sequence[str] = ()

    def show(self, value: Any) -> Any:
        return value or None

    def accept(self, value: Any, pointer: str, viewer: Member) -> dict[str, Any]:  # noqa: ARG002 - references need her
        if self.nullable and value in (None, ""):
            return {self.source: ""}
        return {self.source: self.parse(value, pointer)}

    def parse(self, value: Any, pointer: str) -> str:
        if not isinstance(value, str) or value not in self.words:
            message = _("One of these is expected: %(words)s.") % {"words": ", ".join(self.words)}
            raise refused_one(pointer, "unknown_value", message)
        return value

    def is_null(self, null: bool) -> Q:
        return Q(**{self.source: ""}) if null else ~Q(**{self.source: ""})

    @property
    def order(self) -> tuple[OrderColumn, ...]:
        return (OrderColumn(self.source, False, str),)

    def schema(self) -> Schema:
        return or_null({"type": "string", "enum": list(self.words)}, self.nullable)

    def schema_of_filter(self) -> Schema:
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True, kw_only=True)
class Truth(Plain):
    comparisons: Sequence[str] = ()

    def parse(self, value: Any, pointer: str) -> bool:
        if not isinstance(value, bool):
            raise refused_one(pointer, "not_a_truth", _("true or false is expected here."))
        return value

    def from_query(self, text: str) -> bool:
        return truth(text)

    def schema(self) -> Schema:
        return {"type": "boolean"}

    def schema_of_filter(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True, kw_only=True)
class Key(Plain):
    """The record's own id."""

    writable: bool = False
    comparisons: Sequence[str] = ()

    def show(self, value: UUID) -> str:
        return str(value)

    def parse(self, value: Any, pointer: str) -> UUID:
        return uuid(value, pointer)

    def schema(self) -> Schema:
        return {"type": "string", "format": "uuid"}

    def schema_of_filter(self) -> Schema:
        return {"type": "string", "format": "uuid"}


def uuid(value: Any, pointer: str) -> UUID:
    try:
        return UUID(value if isinstance(value, str) and len(value) in (32, 36) else "")
    except ValueError as error:
        raise refused_one(pointer, "not_an_id", _("An id is expected here: a UUID.")) from error


@dataclass(frozen=True, kw_only=True)
class Filled(Field):
    """A read-only field that the resource fills in for a whole page at once, from `reads` (at most one column) or elsewhere."""

    shape: Schema = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    writable: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return self.reads

    def accept(self, value: Any, pointer: str, viewer: Member) -> dict[str, Any]:  # noqa: ARG002 - as every field
        return {}  # nothing of it is written

    def filters(self) -> Iterator[Filter]:
        return iter(())

    @property
    def order(self) -> tuple[OrderColumn, ...]:
        return ()

    def schema(self) -> Schema:
        return self.shape
