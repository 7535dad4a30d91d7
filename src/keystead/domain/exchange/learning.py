"""What is kept of one file for the next with the same headers: mapping, values, how days and numbers are read."""

import hashlib
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import connection, transaction

from keystead.base.words import fold
from keystead.data.models import Deal, Import, Member, SavedMapping
from keystead.data.permissions import Reach, reach
from keystead.domain.exchange.fields import Field, fields_of, header_key
from keystead.domain.exchange.guessing import EarlierMapping
from keystead.domain.exchange.resolving import load_names
from keystead.domain.exchange.tables import MODELS
from keystead.domain.workspace.permissions import NotAllowed

_KEPT = ("date_format", "number_format", "formats", "currency", "match")

type Values = Mapping[str, Mapping[str, str]]  # field -> text in the file -> what it means


def earlier_mappings(kind: str) -> list[EarlierMapping]:
    """How files of this kind were mapped before, the latest first."""
    saved = SavedMapping.objects.filter(kind=kind).order_by("-updated_at")[:50]
    return [EarlierMapping(kind, last.headers, last.mapping, last.values, last.options) for last in saved]


def remember_mapping(job: Import) -> None:
    """Keeps the mapping and the learnt values for the next file with these headers."""
    headers = job.format.get("headers", [])
    signature = hashlib.sha256("\n".join(sorted(map(header_key, headers))).encode()).hexdigest()
    kept = {name: job.options[name] for name in _KEPT if job.options.get(name)}
    values = job.options.get("values", {})
    if job.by and not may_see_learnt(job.by):  # she was told a part of it: the rest is kept
        earlier = SavedMapping.objects.filter(kind=job.kind, signature=signature).values_list("values", flat=True).first() or {}
        values = joined(earlier, values)
    SavedMapping.objects.update_or_create(
        kind=job.kind,
        signature=signature,
        defaults={"headers": headers, "mapping": job.mapping, "values": values, "options": kept},
    )


def may_see_learnt(viewer: Member) -> bool:
    """What was learnt is the whole workspace's, and holds names of records: it is for those who may see every import."""
    return reach(viewer, "import.create") is Reach.ALL


def known_to(viewer: Member, kind: str, values: Values) -> dict[str, dict[str, str]]:
    """Of what was learnt, that which means words of a fixed list, or records that the viewer sees: others stay unnamed."""
    fields = fields_of(kind)
    found = {name: _seen(viewer, kind, fields[name], known) for name, known in values.items() if name in fields}
    return {name: known for name, known in found.items() if known}


def _seen(viewer: Member, kind: str, field: Field, known: Mapping[str, str]) -> dict[str, str]:
    if field.type == "enum" or field.to == "stages":
        return dict(known)
    if field.to is None and kind == "deals":
        names = Deal.objects.visible_to(viewer).filter(name__in=set(known.values())).values_list("name", flat=True)
        seen = set(map(fold, names))
    else:
        named = field.to or kind
        seen = set(load_names(named, viewer).by_text) if named in MODELS else set()
    return {text: meant for text, meant in known.items() if fold(meant) in seen}


def standing_in(job: Import, headers: Sequence[str], values: Values) -> dict[str, dict[str, str]]:
    """Those of the values whose text stands in the staged file: what others' files held beside is theirs."""
    left = {}
    for header, name in job.mapping.items():
        if known := values.get(name):
            place = headers.index(header)
            with connection.cursor() as cursor:
                cursor.execute("SELECT DISTINCT raw ->> %s FROM keystead_importrow WHERE job_id = %s", [place, job.pk])
                texts = {fold(row[0]) for row in cursor.fetchall() if row[0]}
            left[name] = {text: meant for text, meant in known.items() if fold(text) in texts}
    return left


def joined(learnt: Values, chosen: Values) -> dict[str, dict[str, str]]:
    """What was chosen goes before what was learnt."""
    return {name: {**learnt.get(name, {}), **chosen.get(name, {})} for name in {**learnt, **chosen}}


def learnt(*, viewer: Member) -> list[SavedMapping]:
    """What is kept, the latest first. Raises `NotAllowed`."""
    _require(viewer)
    return list(SavedMapping.objects.order_by("kind", "-updated_at"))


def forget(*, viewer: Member, key: UUID, field: str = "", text: str = "") -> bool:
    """Forgets what a text of a field means in files with these headers; without a field, all that is kept of such files.

    False when it is not kept (any more). Imports that are done stay as they are. Raises `NotAllowed`.
    """
    _require(viewer)
    with transaction.atomic():
        kept = SavedMapping.objects.select_for_update().filter(pk=key).first()
        if kept is None or (field and text not in kept.values.get(field, {})):
            return False
        if not field:
            kept.delete()
            return True
        left = {
            name: {one: to for one, to in known.items() if (name, one) != (field, text)} for name, known in kept.values.items()
        }
        kept.values = {name: known for name, known in left.items() if known}
        kept.save(update_fields=["values"])
    return True


def _require(viewer: Member) -> None:
    if not may_see_learnt(viewer):
        raise NotAllowed("import.create")
