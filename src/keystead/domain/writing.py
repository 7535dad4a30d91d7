"""Writing one record: validated, against the version that the writer saw, in one transaction. The verbs of every noun use it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import ForeignKeyViolation

DELETED_NOW = _("What this refers to was deleted at this very moment. Please choose again.")


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field ("" for the record as a whole). `code` is stable, `message` is for people."""

    field: str
    code: str
    message: Any


REFUSED = FieldError("", "refused", _("The database refuses this record: it breaks a rule."))


class Invalid(ValueError):
    """The record cannot be written as asked; nothing was."""

    code = "invalid"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.code}" for error in errors))
        self.errors = list(errors)

    @classmethod
    def one(cls, field: str, code: str, message: Any) -> "Invalid":
        return cls([FieldError(field, code, message)])


class Stale(Exception):
    """Somebody else changed the record after the writer saw it. `current` is the record as it is now."""

    code = "stale"

    def __init__(self, current: models.Model) -> None:
        super().__init__(f"{current._meta.model_name} {current.pk} has changed")
        self.current = current


class Gone(ObjectDoesNotExist):
    """Somebody else deleted the record after the writer saw it."""

    code = "gone"

    def __init__(self, record: models.Model) -> None:
        super().__init__(f"{record._meta.model_name} {record.pk} is deleted")


def is_of_deleted(error: IntegrityError) -> bool:
    """Whether a key names what is no longer there. It was when the transaction began: keys are judged when that ends."""
    return isinstance(error.__cause__, ForeignKeyViolation)


def write[M: models.Model](record: M, fields: Mapping[str, Any], *, seen: int | None = None) -> M:
    """Sets the fields and saves; creates the record when it is new.

    `seen` is the version that the writer saw: when the row has moved on, raises `Stale` and writes nothing; `Gone` when it is no
    longer there. Raises `Invalid` for values that the model or the database refuses.
    The record comes back as the database has it (version, times).
    """
    is_new = record._state.adding
    try:
        with transaction.atomic():
            if not is_new:
                record = hold(record, seen)
            for name, value in fields.items():
                setattr(record, name, value)
            _validate(record, set(fields), is_new)
            _save(record, fields, is_new)
    except IntegrityError as error:
        record._state.adding = is_new
        raise Invalid(_broken_rules(record) or [REFUSED]) from error
    return record


def _save(record: models.Model, fields: Mapping[str, Any], is_new: bool) -> None:
    """The statement brings back what triggers made of version and times."""
    if is_new:
        record.save(force_insert=True)
        return
    read = {name: getattr(record, name) for name in ("version", "updated_at")}
    for name in read:
        setattr(record, name, models.F(name))
    try:
        record.save(update_fields=[*fields, *read])
    except IntegrityError:  # which rule is broken is asked next, and asked of values
        for name, value in read.items():
            setattr(record, name, value)
        raise


def hold[M: models.Model](record: M, seen: int | None = None) -> M:
    """Locks the row until the transaction ends and gives it as it is now.

    Raises `Stale` when it moved on from what was seen, `Gone` when it is no longer there.
    """
    current = type(record)._default_manager.select_for_update().filter(pk=record.pk).order_by().first()
    if current is None:
        raise Gone(record)
    if seen is not None and current.version != seen:  # type: ignore[attr-defined]
        raise Stale(current)
    return current


def _validate(record: models.Model, changed: set[str], is_new: bool) -> None:
    """What can be said before anything is written. Rules that ask the database are asked only when something is wrong already,
    so that the writer reads of everything at once: otherwise the database itself refuses (see `_broken_rules`)."""
    skip = set() if is_new else {field.name for field in record._meta.fields} - changed
    errors: list[FieldError] = []
    try:
        record.clean_fields(exclude=skip | {"workspace"} | _just_read(record))
    except ValidationError as error:
        errors += _field_errors(error)
    if errors or _is_judged_late(record):
        errors += _broken_rules(record)
    if errors:
        raise Invalid(errors)


def _just_read(record: models.Model) -> set[str]:
    """Keys whose record is at hand, as the database gave it: it need not be asked for it once more."""
    return {
        field.name
        for field in record._meta.fields
        if isinstance(field, models.ForeignKey) and field.is_cached(record) and _is_stored(getattr(record, field.name))
    }


def _is_stored(other: models.Model | None) -> bool:
    return other is not None and not other._state.adding


def _is_judged_late(record: models.Model) -> bool:
    """Whether the database judges a rule only at the end of the transaction, too late to say which field breaks it."""
    return any(getattr(rule, "deferrable", None) for rule in record._meta.constraints)


def _broken_rules(record: models.Model) -> list[FieldError]:
    """What the record breaks of its unique keys and checks."""
    try:
        record.validate_unique(exclude={"id"})
        record.validate_constraints(exclude={"id"})
    except ValidationError as error:
        return _field_errors(error)
    return []


def _field_errors(error: ValidationError) -> list[FieldError]:
    found = []
    for field, problems in error.error_dict.items():
        for problem in problems:
            if problem.code == "unique_together":
                found.append(_taken(problem))
                continue
            message = " ".join(problem.messages)
            found.append(FieldError("" if field == NON_FIELD_ERRORS else field, problem.code or "invalid", message))
    return found


def _taken(problem: ValidationError) -> FieldError:
    """Django speaks of the workspace as well; to the writer it is the one field beside it that is taken."""
    fields = [name for name in (problem.params or {}).get("unique_check", ()) if name != "workspace"]
    return FieldError(fields[0] if len(fields) == 1 else "", "taken", _("Another record has this already."))
