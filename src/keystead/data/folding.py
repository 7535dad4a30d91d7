"""Steps that a database takes one after another, as one step for a database that has nothing yet.

Django builds its models anew after each change of a table, which for all our steps is most of the time of a first start. Folded,
each table is made once, as the last step leaves it, with indexes, constraints and triggers, and the models are built once for all
of them. Plain SQL runs as the steps have it.
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

APP = "keystead"


def folded(steps: Sequence[str]) -> tuple[list[Operation], list[tuple[str, str]]]:
    """The operations that end where these steps end, and what they depend on in other apps. Raises ValueError for Python code."""
    taken = [import_module(f"keystead.data.migrations.{name}").Migration for name in steps]
    if any(isinstance(operation, migrations.RunPython) for step in taken for operation in step.operations):
        raise ValueError("steps that run Python code cannot be folded: it may ask for the tables as they were")
    state = ProjectState()
    for step in taken:
        for operation in step.operations:
            operation.state_forwards(APP, state)
    tables = Tables([_made(model) for model in _in_order(state)])
    plain = [operation for step in taken for operation in step.operations if isinstance(operation, migrations.RunSQL)]
    needs = sorted({needed for step in taken for needed in step.dependencies if needed[0] != APP})
    return [tables, KeysAndIndexes(), *plain], needs


class Tables(Operation):
    """Makes tables one after another, with models that are built when all of them are known."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, made: Sequence[migrations.CreateModel]) -> None:
        self.made = made

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        vars(state).pop("apps", None)  # else Django builds those that a new table touches, for each of them
        for table in self.made:
            table.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: ProjectState) -> None:
        for table in self.made:
            table.database_forwards(app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: ProjectState) -> None:
        for table in reversed(self.made):
            table.database_backwards(app_label, schema_editor, *states)


class KeysAndIndexes(Operation):
    """Makes the indexes and keys that Django puts off to the end of a migration: what follows meets the tables complete."""

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Changes no model."""

    def database_forwards(self, _app_label: str, schema_editor: BaseDatabaseSchemaEditor, *_states: ProjectState) -> None:
        for statement in schema_editor.deferred_sql:
            schema_editor.execute(statement, None)
        schema_editor.deferred_sql.clear()

    def database_backwards(self, *_: Any) -> None:
        """They go with their tables."""


def _made(model: ModelState) -> migrations.CreateModel:
    return migrations.CreateModel(model.name, list(model.fields.items()), model.options, model.bases, model.managers)


def _in_order(state: ProjectState) -> Iterator[ModelState]:
    """Each table behind those it refers to. Raises ValueError for a circle, which a table alone may have with itself."""
    left, made = {name: model for (_app, name), model in state.models.items()}, set[str]()
    while left:
        ready = [name for name, model in left.items() if _referred(model) <= made | {name}]
        if not ready:
            raise ValueError(f"tables in a circle: {', '.join(left)}")
        for name in ready:
            made.add(name)
            yield left.pop(name)


def _referred(model: ModelState) -> set[str]:
    """The tables of our own that its columns name."""
    related = [field.remote_field.model for field in model.fields.values() if field.remote_field is not None]
    labels = [str(target).replace("settings.AUTH_USER_MODEL", settings.AUTH_USER_MODEL).lower() for target in related]
    return {name for app, _, name in (label.rpartition(".") for label in labels) if app in {"", APP}}
