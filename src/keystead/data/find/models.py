"""What finding reads: the terms of every record, the words of a workspace for slips of the finger, and what was opened lately.

Row-level security lets an index serve only comparisons that cannot leak (`=`, `<`, `>=`): a full-text or array index would never
be used here. So a term is a row of an ordered table, and "begins with" is a range of it.
"""

from typing import ClassVar, Self

from django.db import models

from keystead.data.tenancy import ScopedManager, WorkspaceKey
from keystead.data.workspace.models import Member


class FindTerm(models.Model):
    """A record is found by this term. Written by triggers alone (data/find/upkeep.py), whoever writes the record."""

    pk = models.CompositePrimaryKey("workspace_id", "kind", "word", "object_id")
    workspace = WorkspaceKey(db_constraint=False)
    kind = models.PositiveSmallIntegerField()
    word = models.TextField(db_collation="C")  # sorted by code, whatever the server's language
    object_id = models.UUIDField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()


class FindWord(models.Model):
    """A word without digits that some name holds, folded. It may stand twice when two people bring it in at once.

    `first4` and `first8` say which letters its beginning holds, one bit each: a mistyped word differs in few of them.
    """

    id = models.BigAutoField(primary_key=True)
    workspace = WorkspaceKey(db_constraint=False)
    word = models.TextField(db_collation="C")
    first4 = models.IntegerField()
    first8 = models.IntegerField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        indexes = [models.Index(fields=["workspace", "word"], name="find_word_by_word")]


class Opened(models.Model):
    """A member opened a page about something. The latest few dozen are kept; who looked at what is shown to nobody else."""

    id = models.BigAutoField(primary_key=True)
    workspace = WorkspaceKey()
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    object_id = models.UUIDField()
    opened_at = models.DateTimeField()

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "member", "kind", "object_id"], name="opened_once")]
