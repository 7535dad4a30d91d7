"""A resource: its fields, and the domain verbs behind its POST, PATCH and DELETE. The routes are made in `routes`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from keystead.api.wire.days import Moment
from keystead.api.wire.fields import Field, Filter, Key, OrderColumn, Text
from keystead.api.wire.problems import Fault, Problem, not_found, refused
from keystead.api.wire.references import Reference
from keystead.data.workspace.models import Member

Shown = dict[str, Any]


def _nothing(_row: Sequence[Any]) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Write:
    """What a verb is given: who, what (model field -> value), when, which version she saw, and the record it hangs on."""

    viewer: Member
    fields: dict[str, Any]
    at: datetime
    seen: int | None = None
    parent: Any = None


@dataclass(frozen=True)
class Under:
    """A resource below another: /plans/{parent}/objectives. `lookup` leads from the row to its parent."""

    path: str
    model: Any
    lookup: str


def record_fields(*, external_id: bool = True) -> tuple[Field, ...]:
    """What every record carries."""
    key: tuple[Field, ...] = (Key(name="id"),)
    if external_id:
        key += (Text(name="external_id", nullable=True, longest=200, about="The source system's key, unique per kind."),)
    return (*key, Moment(name="created_at"), Moment(name="updated_at"))


@dataclass(frozen=True, kw_only=True)
class Resource:
    path: str
    name: str
    about: str
    model: Any
    fields: Sequence[Field]
    order: str
    create: Callable[[Write], Any] | None = None
    change: Callable[[Any, Write], Any] | None = None
    delete: Callable[[Any, Write], Any] | None = None
    fill: Callable[[list[Shown], Member], None] | None = None
    more_filters: Sequence[Filter] = ()
    write_only: Sequence[Field] = ()
    under: Under | None = None
    one: str = ""  # the word for one of them, in operation ids

    @property
    def single(self) -> str:
        return self.one or self.path.removesuffix("s")

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in (*self.fields, *self.write_only)}

    @cached_property
    def filters(self) -> dict[str, Filter]:
        listed = [found for field in self.fields for found in field.filters()]
        return {found.name: found for found in [*listed, *self.more_filters]}

    @cached_property
    def orders(self) -> dict[str, Sequence[OrderColumn]]:
        return {field.name: field.order for field in self.fields if field.order}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """What is read for one row; the version stands first."""
        return tuple(dict.fromkeys(["version", *(column for field in self.fields for column in field.columns)]))

    @cached_property
    def _steps(self) -> list[tuple[str, Callable[[Any], Any], Callable[[Sequence[Any]], Any]]]:
        place = {column: number for number, column in enumerate(self.columns)}
        return [
            (field.name, field.show, itemgetter(*(place[column] for column in field.columns)) if field.columns else _nothing)
            for field in self.fields
        ]

    @cached_property
    def pointers(self) -> dict[str, str]:
        return {name: pointer for field in self.fields if field.writable for name, pointer in field.targets.items()}

    def visible(self, viewer: Member, parent: Any = None) -> QuerySet[Any]:
        found: QuerySet[Any] = self.model.objects.visible_to(viewer)
        return found.filter(**{self.under.lookup: parent.pk}) if self.under else found

    def get(self, viewer: Member, key: UUID, parent: Any = None) -> Any:
        record = self.visible(viewer, parent).filter(pk=key).first()
        if record is None:
            raise not_found()
        return record

    def parent(self, viewer: Member, key: UUID | None) -> Any:
        if self.under is None:
            return None
        record = self.under.model.objects.visible_to(viewer).filter(pk=key).first()
        if record is None:
            raise not_found()
        return record

    def shown(self, rows: Iterable[Sequence[Any]], viewer: Member) -> list[Shown]:
        """Rows of `columns` as JSON-ready dictionaries."""
        steps = self._steps
        items = [{name: show(pick(row)) for name, show, pick in steps} for row in rows]
        for field in self.fields:
            if isinstance(field, Reference) and items:
                field.hide(items, viewer)
        if self.fill and items:
            self.fill(items, viewer)
        return items

    def accept(self, body: dict[str, Any], viewer: Member, *, new: bool) -> dict[str, Any]:
        """The body as values for the verb. Raises `Problem` naming every field that is unknown, read-only, missing or wrong."""
        values: dict[str, Any] = {}
        faults: list[Fault] = []
        for name, value in body.items():
            try:
                values |= self._accept_one(name, value, viewer)
            except Problem as problem:
                faults += problem.faults
        if new:
            missing = [field.name for field in self.fields if field.required and field.name not in body]
            faults += [Fault(f"/{name}", "required", _("This is needed.")) for name in missing]
        if faults:
            raise refused(faults)
        return values

    def _accept_one(self, name: str, value: Any, viewer: Member) -> dict[str, Any]:
        field, pointer = self.by_name.get(name), "/" + name.replace("~", "~0").replace("/", "~1")[:100]
        if field is None:
            raise refused([Fault(pointer, "unknown_field", _("There is no such field."))])
        if not field.writable:
            raise refused([Fault(pointer, "read_only", _("This field cannot be written."))])
        if value is None and field.required:
            raise refused([Fault(pointer, "required", _("This cannot be empty."))])
        return field.accept(value, pointer, viewer)
