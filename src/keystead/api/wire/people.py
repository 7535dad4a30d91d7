"""References to people, whom one may also name by their address."""

from typing import Any

from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Trim
from django.db.models.lookups import Exact

from keystead.api.wire.references import Reference, by_column
from keystead.data.workspace.models import Member

CONTACT_NAMES = ("first_name", "last_name", "email")


def member(name: str, **options: Any) -> Reference:
    ways = {"external_id": by_column("external_id"), "email": by_column("email__iexact"), "name": by_column("name")}
    return Reference(name=name, to=Member, ways=ways, nullable=not options.get("required"), **options)


def _full_name(text: str) -> Q:
    return Q(Exact(Trim(Concat(F("first_name"), Value(" "), F("last_name"))), Value(text)))


CONTACT_WAYS = {"external_id": by_column("external_id"), "email": by_column("email__iexact"), "name": _full_name}
