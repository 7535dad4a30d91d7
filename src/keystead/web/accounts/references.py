"""Choosing one record among thousands: a text field with suggestions, which holds the record's name.

Without script the exact name is typed. Where several records bear one name, each is offered with the end of its key,
"Acme [0f3a91bc]", and that is understood too.
"""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keystead.base.words import fold
from keystead.data.accounts.models import Account, Contact
from keystead.data.deals.models import Product
from keystead.data.workspace.models import Member
from keystead.domain.accounts.finding import with_words
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.writing import RecordForm

KINDS: dict[str, type[Model]] = {"account": Account, "product": Product}
OFFERED = 20
_WITH_KEY = re.compile(r"(?P<name>.*?) ?\[(?P<key>[0-9a-f]{8})\]")


def visible(kind: str, viewer: Member) -> QuerySet[Any]:
    found: QuerySet[Any] = KINDS[kind]._default_manager.visible_to(viewer)  # type: ignore[attr-defined]
    return found


def label(record: Any, *, is_shared: bool) -> str:
    """The record's name; with the end of its key where others bear the name too."""
    return f"{record.name} [{record.pk.hex[-8:]}]" if is_shared else record.name


def shown(record: Any | None, viewer: Member) -> str:
    """What stands in the field for a record; of one that the viewer may not see not even its name."""
    if record is None:
        return ""
    seen = type(record)._default_manager.visible_to(viewer)
    if not seen.filter(pk=record.pk).exists():
        return _("(hidden)")
    others = seen.filter(name=record.name).exclude(pk=record.pk)  # an unseen one of that name must not show by the key either
    return label(record, is_shared=others.exists())


def named_so(records: QuerySet[Any], text: str) -> list[Any]:
    """The records that the text names: by key, by name with the end of the key, by name, by name without case and accents."""
    try:
        return list(records.filter(pk=UUID(text)))
    except ValueError:
        pass
    match = _WITH_KEY.fullmatch(text)
    if match:
        return [record for record in records.filter(name=match["name"]) if record.pk.hex.endswith(match["key"])]
    exact = list(records.filter(name__iexact=text)[:50])
    return exact or [each for each in with_words(records, text)[:50] if fold(each.name) == fold(text)]


@require_GET
def options(request: WorkspaceRequest) -> HttpResponse:
    """`?kind=account&field=parent&parent=…`: suggestions for a datalist, those that begin with the words first."""
    kind, field = request.GET.get("kind", ""), request.GET.get("field", "")
    text = request.GET.get(field, "").replace("\x00", "")[:300]
    found = list(with_words(visible(kind, request.viewer), text).order_by("name", "pk")[: OFFERED * 3]) if kind in KINDS else []
    found.sort(key=lambda record: not fold(record.name).startswith(fold(text)))
    names = [record.name for record in found]
    made = [label(record, is_shared=names.count(record.name) > 1) for record in found[:OFFERED]]
    return render(request, "accounts/options.html", {"options": made})


class ReferenceField(forms.CharField):
    """Holds a record's name; `ReferenceForm` finds the record."""

    def __init__(self, kind: str, **options: Any) -> None:
        super().__init__(max_length=400, **options)
        self.kind = kind
        self.widget.attrs |= {"autocomplete": "off", "data-kind": kind}


class ReferenceForm(RecordForm):
    """A record's form that knows who fills it in: references are found among what she may see."""

    def __init__(self, data: Any = None, *, viewer: Member, record: Any = None, **kwargs: Any) -> None:
        self.viewer = viewer
        self.found: dict[str, Any] = {}
        super().__init__(data, record=record, **kwargs)

    @property
    def references(self) -> dict[str, ReferenceField]:
        return {name: field for name, field in self.fields.items() if isinstance(field, ReferenceField)}

    def values_of(self, record: Any) -> Mapping[str, Any]:
        values = dict(super().values_of(record))
        for name, field in self.base_fields.items():
            if isinstance(field, ReferenceField):
                values[name] = shown(getattr(record, name), self.viewer)
        return values

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, field in self.references.items():
            text = (cleaned.get(name) or "").strip()
            self.found[name] = self._find(name, field.kind, text) if text else None
        return cleaned

    def _find(self, name: str, kind: str, text: str) -> Any:
        """The one record of that name; else the form says why there is none."""
        kept = getattr(self.record, name, None)
        if kept is not None and text == shown(kept, self.viewer):
            return kept  # what stands there may stay, also where she cannot see it
        found = named_so(visible(kind, self.viewer), text)
        if len(found) == 1:
            return found[0]
        message = (
            _("Several are called “%(name)s”: choose one from the suggestions.") if found else _("Nothing is called “%(name)s”.")
        )
        self.add_error(name, forms.ValidationError(message, code="ambiguous" if found else "unknown", params={"name": text}))
        return None

    @property
    def fields_given(self) -> dict[str, Any]:
        return super().fields_given | {name: self.found.get(name) for name in self.references}


def contacts_at(account: Account, viewer: Member) -> QuerySet[Contact]:
    found: QuerySet[Contact] = (
        Contact.objects.visible_to(viewer).filter(account=account).order_by("last_name", "first_name", "pk")
    )
    return found
