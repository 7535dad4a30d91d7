"""One change of many rows at once: who may, what would change, and the writing itself, in sets and in one transaction."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from keystead.data.many_rows import expect_many_rows
from keystead.data.permissions import editable
from keystead.data.workspace.models import Member
from keystead.domain.grid.columns import Grid
from keystead.domain.workspace.permissions import require
from keystead.domain.workspace.why import why_not
from keystead.domain.writing import REFUSED, FieldError, Invalid

MANY = 500  # from here on the triggers' tables are joined as large ones


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of so many rows: which change, how many are so already, and how many are refused, by reason."""

    asked: int
    changes: Collection[UUID]
    same: int
    refused: Mapping[str, int]


def tried(*, grid: Grid, rows: QuerySet[Any], viewer: Member, fields: Mapping[str, Any]) -> Outcome:
    """What the change would do, without doing it. Raises `NotAllowed` for who may change none, `Invalid` for a value."""
    return _tried(grid, rows, viewer, fields, holds=False)


def _tried(grid: Grid, rows: QuerySet[Any], viewer: Member, fields: Mapping[str, Any], *, holds: bool) -> Outcome:
    """With `holds` the rows that change stay locked, in one order for everybody."""
    require(viewer, grid.edit_action)
    _check(grid, fields)
    wanted = _these(grid, list(rows.order_by().values_list("pk", flat=True)))
    allowed = editable(wanted, viewer, grid.edit_action)
    asked, reached = wanted.count(), allowed.count()
    refused = {_out_of_reach(viewer, grid, wanted, allowed): asked - reached} if asked > reached else {}
    if grid.closed is not None:
        allowed = allowed.exclude(grid.closed.rows)
        if closed := reached - allowed.count():
            refused[str(grid.closed.why)] = closed
            reached -= closed
    changing = allowed.exclude(_is_so(fields))
    if holds:
        changing = changing.select_for_update(of=("self",)).order_by("pk")
    changes = list(changing.values_list("pk", flat=True))
    return Outcome(asked, changes, reached - len(changes), refused)


def _these(grid: Grid, keys: Sequence[UUID]) -> QuerySet[Any]:
    """The rows of these keys, however many: one array rather than a value for each."""
    return grid.model._base_manager.filter(pk__in=RawSQL("SELECT unnest(%s::uuid[])", ([str(key) for key in keys],)))


def change_many(
    *, grid: Grid, rows: QuerySet[Any], viewer: Member, fields: Mapping[str, Any],
    with_it: Mapping[str, Any] | None = None, follow: Callable[[Collection[UUID]], object] | None = None,
) -> Outcome:  # fmt: skip
    """Writes the fields into every row that the viewer may change and that is not so already: one transaction, one undo.

    `with_it`: what goes with the fields wherever they change (a stage's status). `follow` makes right what hangs on the rows.
    Raises `NotAllowed`, `Invalid`; then nothing is written.
    """
    with transaction.atomic():
        outcome = _tried(grid, rows, viewer, fields, holds=True)
        try:
            with transaction.atomic():
                if outcome.changes:
                    if len(outcome.changes) > MANY:
                        expect_many_rows()
                    _these(grid, list(outcome.changes)).update(**fields, **(with_it or {}))
        except IntegrityError as error:
            raise Invalid([REFUSED]) from error
        if follow is not None and outcome.changes:
            follow(outcome.changes)
    return outcome


def _is_so(fields: Mapping[str, Any]) -> Q:
    found = Q()
    for name, value in fields.items():
        found &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
    # NULL is unlike every value, and SQL's NOT leaves it out
    return found & Q(**{f"{name}__isnull": False for name, value in fields.items() if value is not None})


def _check(grid: Grid, fields: Mapping[str, Any]) -> None:
    """The value by itself must be one that the model takes."""
    record = grid.model(**fields)
    others = {field.name for field in grid.model._meta.fields} - set(fields)
    try:
        record.clean_fields(exclude=others)
    except ValidationError as error:
        raise Invalid([
            FieldError(field, problem.code or "invalid", " ".join(problem.messages))
            for field, problems in error.error_dict.items() for problem in problems
        ]) from error  # fmt: skip


def _out_of_reach(viewer: Member, grid: Grid, wanted: QuerySet[Any], allowed: QuerySet[Any]) -> str:
    """The reason, as the permission table says it of one of them: it is the same for all that are out of reach."""
    one = wanted.exclude(pk__in=allowed.values("pk")).first()
    return why_not(viewer, grid.edit_action, one)
