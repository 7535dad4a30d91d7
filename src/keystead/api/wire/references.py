"""Fields that name another record: read as {"id", "name"}, written in several ways, if exactly one visible record fits."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from keystead.api.wire.fields import Field, Filter, OrderColumn, Schema, or_null, split, truth, uuid
from keystead.api.wire.problems import Problem, refused_one
from keystead.api.wire.texts import clean_text
from keystead.data.permissions import READ_ACTION, Reach, reach
from keystead.data.workspace.models import Member
from keystead.domain.accounts.merged_keys import has_key


def by_column(column: str) -> Callable[[str], Q]:
    return lambda text: Q(**{column: text})


@dataclass(frozen=True, kw_only=True)
class Reference(Field):
    """`names`: the columns that its shown name is made of; `ways`: how it may be named beside its id.

    Of a record that the viewer may not see, the name is empty, and no filter and no order tells it.
    """

    to: Any
    names: Sequence[str] = ("name",)
    ways: dict[str, Callable[[str], Q]] = field(
        default_factory=lambda: {"external_id": by_column("external_id"), "name": by_column("name")}
    )
    plain_name: bool = False  # a text that is no id is taken as a name (stages)
    unknown: str = "not_found"

    @property
    def columns(self) -> tuple[str, ...]:
        return (f"{self.source}_id", *(f"{self.source}__{name}" for name in self.names))

    @property
    def targets(self) -> dict[str, str]:
        return {self.source: f"/{self.name}"}

    def show(self, value: tuple[Any, ...]) -> dict[str, str] | None:
        if value[0] is None:
            return None
        return {"id": str(value[0]), "name": self.named(value[1:])}

    def named(self, parts: Sequence[Any]) -> str:
        return str(parts[0] or "") if len(parts) == 1 else person(parts)

    def accept(self, value: Any, pointer: str, viewer: Member) -> dict[str, Any]:
        if value is None:
            if not self.nullable:
                raise refused_one(pointer, "required", _("This cannot be empty."))
            return {self.source: None}
        return {self.source: self.find(value, pointer, viewer)}

    def find(self, value: Any, pointer: str, viewer: Member) -> Any:
        condition, shown = self._condition(value, pointer)
        return only(self.to.objects.visible_to(viewer).filter(condition), shown, pointer, self.unknown)

    def _condition(self, value: Any, pointer: str) -> tuple[Q, str]:
        if isinstance(value, str):
            return self._by_text(value, pointer)
        if isinstance(value, dict) and "id" in value and value.keys() <= {"id", "name"}:  # as it reads
            return Q(pk=uuid(value["id"], f"{pointer}/id")), str(value["id"])
        if isinstance(value, dict) and len(value) == 1 and (way := next(iter(value))) in self.ways:
            text = clean_text(value[way], f"{pointer}/{way}")
            if not text:
                raise refused_one(f"{pointer}/{way}", "required", _("This cannot be empty."))
            return self._named_by(way)(text), text
        message = _("Name it by its id, or by one of these: %(ways)s.") % {
            "ways": ", ".join(f'{{"{way}": …}}' for way in ("id", *self.ways))
        }
        raise refused_one(pointer, "reference_malformed", message)

    def _by_text(self, value: str, pointer: str) -> tuple[Q, str]:
        try:
            return Q(pk=uuid(value, pointer)), value
        except Problem:
            if not self.plain_name:
                raise
            text = clean_text(value, pointer)
            return self.ways["name"](text), text

    def _named_by(self, way: str) -> Callable[[str], Q]:
        """The condition of a way; an external id is also the one that a record had before it was merged."""
        return partial(has_key, self.to) if way == "external_id" else self.ways[way]

    def filters(self) -> Iterator[Filter]:
        name, source = self.name, self.source
        yield Filter(name, self._by_id, {"type": "string"})
        yield Filter(
            f"{name}__in", lambda text: Q(**{f"{source}__in": [uuid(part, "") for part in split(text)]}), {"type": "string"}, True
        )
        if self.nullable:
            yield Filter(f"{name}__isnull", lambda text: Q(**{f"{source}__isnull": truth(text)}), {"type": "boolean"})
        for way in self.ways:
            yield Filter(f"{name}.{way}", self._through(self._named_by(way)), {"type": "string"}, guard=self._guard)

    def is_hidden_from(self, viewer: Member) -> bool:
        """Whether there may be records of that kind which this viewer is not to read."""
        return reach(viewer, READ_ACTION[self.to.__name__]) is not Reach.ALL

    def hide(self, items: list[dict[str, Any]], viewer: Member) -> None:
        """Takes the names of unseen records out of a page of rows, in one query; in none for whoever sees everything."""
        named = [item[self.name] for item in items if item[self.name]]
        if not named or not self.is_hidden_from(viewer):
            return
        keys = {found["id"] for found in named}
        seen = {str(key) for key in self.to.objects.visible_to(viewer).filter(pk__in=keys).values_list("pk", flat=True)}
        for found in named:
            if found["id"] not in seen:
                found["name"] = ""

    def _guard(self, viewer: Member, _text: str) -> Q:
        return Q(**{f"{self.source}__in": self.to.objects.visible_to(viewer)}) if self.is_hidden_from(viewer) else Q()

    def _by_id(self, text: str) -> Q:
        try:
            return Q(**{f"{self.source}_id": uuid(text, "")})
        except Problem:
            if not self.plain_name:
                raise
            return self._through(self.ways["name"])(text)

    def _through(self, condition: Callable[[str], Q]) -> Callable[[str], Q]:
        return lambda text: Q(**{f"{self.source}__in": self.to.objects.filter(condition(clean_text(text, "")))})

    @property
    def order(self) -> tuple[OrderColumn, ...]:
        names = self.names if len(self.names) == 1 else (self.names[1], self.names[0])  # people by their last name
        return tuple(OrderColumn(f"{self.source}__{name}", self.nullable, str, (self.to, self.source)) for name in names)

    def schema(self) -> Schema:
        return or_null({"$ref": "#/components/schemas/Reference"}, self.nullable)

    def schema_in(self) -> Schema:
        by_way = [
            {
                "type": "object",
                "properties": {way: {"type": "string", "minLength": 1}},
                "required": [way],
                "additionalProperties": False,
            }
            for way in self.ways
        ]
        key: Schema = {"type": "string"} if self.plain_name else {"type": "string", "format": "uuid"}
        by_id = {
            "type": "object", "required": ["id"], "additionalProperties": False,
            "properties": {"id": {"type": "string", "format": "uuid"}, "name": {"type": "string"}},
        }  # fmt: skip
        return {"anyOf": [key, by_id, *by_way, *([{"type": "null"}] if self.nullable else [])]}


def person(parts: Sequence[Any]) -> str:
    """A contact's name from (first name, last name, e-mail)."""
    first, last, email = (str(part or "") for part in parts)
    return f"{first} {last}".strip() or email


def only(found: QuerySet[Any], shown: str, pointer: str, unknown: str = "not_found") -> Any:
    """The one record that fits. Raises `Problem`: not_found (or `unknown`), ambiguous."""
    first_two = list(found[:2])
    if not first_two:
        message = _("Nothing that you may see is called %(name)s here.") % {"name": shown}
        raise refused_one(pointer, unknown, message)
    if len(first_two) > 1:
        raise refused_one(pointer, "ambiguous", _("%(name)s could be several records; name it by its id.") % {"name": shown})
    return first_two[0]
