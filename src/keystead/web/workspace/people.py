"""Choosing a colleague. Two people of one name are told apart by their addresses; nobody else's address is shown."""

from typing import Any

from django import forms
from django.db.models import Count, F, QuerySet, Window

from keystead.data.workspace.models import Member


class PersonField(forms.ModelChoiceField):
    """Nobody can be chosen until the form gives it a queryset, best one made by `by_name`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Member._base_manager.none(), **options)

    def label_from_instance(self, obj: Any) -> str:
        return told_apart(obj)


def by_name(members: QuerySet[Member]) -> QuerySet[Member]:
    """In order, each with the number of people of that name as `namesakes`."""
    return members.annotate(namesakes=Window(Count("pk"), partition_by=[F("name")])).order_by("name", "email")


def told_apart(member: Member) -> str:
    """The name; with the address where a list made by `by_name` has the name twice."""
    is_shared = getattr(member, "namesakes", 1) > 1
    return f"{member.name} · {member.email}" if is_shared and member.email else member.name
