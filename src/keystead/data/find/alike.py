"""Pairs of a large workspace that are likely the same record, as the worker found them, and when it looked.

Derived rows without history. They name keys only: a record that was deleted is found nowhere then, and its pair with it.
"""

from typing import ClassVar, Self

from django.db import models

from keystead.data.tenancy import ScopedManager, WorkspaceKey


class AlikePair(models.Model):
    """Two accounts, or contacts; `first` has the smaller key. `place` 0 is the likeliest pair of its kind."""

    pk = models.CompositePrimaryKey("workspace_id", "kind", "place")
    workspace = WorkspaceKey(db_constraint=False)
    kind = models.CharField(max_length=10)
    place = models.PositiveIntegerField()
    first = models.UUIDField()
    second = models.UUIDField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()


class Comparison(models.Model):
    """Where comparing all records of a kind stands: asked for and waiting, begun and not ended, and as of when its pairs are."""

    pk = models.CompositePrimaryKey("workspace_id", "kind")
    workspace = WorkspaceKey()
    kind = models.CharField(max_length=10)
    asked_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    compared_at = models.DateTimeField(null=True)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()
