"""What is kept of one file for the next with the same headers: mapping, values, how days and numbers are read."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from keystead.base.words import fold
from keystead.data.models import Deal, Import, Member, SavedMapping
from keystead.data.permissions import Reach, reach
from keystead.domain.exchange.fields import Field, fields_of, header_key
from keystead.domain.exchange.recognising.columns import EarlierMapping
from keystead.domain.exchange.recognising.names import load_names
from keystead.domain.exchange.tables import MODELS
from keystead.domain.workspace.permissions import NotAllowed

_TAUGHT = "taught"  # {field: {text: {by, at, before}}}, beside the options that are kept
_KEPT = ("date_format", "number_format", "formats", "currency", "match")

type Values = Mapping[str, Mapping[str, str]]  # field -> text in the file -> what it means


@dataclass(frozen=True, slots=True)
class Taught:
    """What a text means, by whom and when it was taught, and what it meant before. `by` is "" where nobody is known or to be
    named, `at` None where it was not noted."""

    means: str
    by: str = ""
    at: datetime | None = None
    before: str = ""


def earlier_mappings(kind: str) -> list[EarlierMapping]:
    """How files of this kind were mapped before, the latest first."""
    saved = SavedMapping.objects.filter(kind=kind).order_by("-updated_at")[:50]
    return [
        EarlierMapping(
            kind, last.headers, last.mapping, last.values, {name: last.options[name] for name in _KEPT if name in last.options}
        )
        for last in saved
    ]


def remember_mapping(job: Import, *, at: datetime) -> None:
    """Keeps the mapping and the learnt values for the next file with these headers. What is taught is signed; a commit adds and
    changes, and forgets nothing: whoever left a value out meant this file."""
    headers = job.format.get("headers", [])
    # Found and held by one question: between two, somebody may have it forgotten.
    kept, _made = SavedMapping.objects.select_for_update().get_or_create(
        kind=job.kind, signature=_signature(headers), defaults={"headers": headers, "mapping": job.mapping}
    )
    said = without(job.options.get("values") or {}, job.options.get("without") or {})
    kept.options = {name: job.options[name] for name in _KEPT if job.options.get(name)} | {
        _TAUGHT: _signed(kept, said, by=str(job.by_id or ""), at=at)
    }
    kept.headers, kept.mapping, kept.values = headers, job.mapping, joined(kept.values, said)
    kept.save()


def _signed(kept: SavedMapping, said: Values, *, by: str, at: datetime) -> dict[str, dict[str, Any]]:
    """Who taught what: the earlier signs, and one for each meaning that is new or another."""
    signs: dict[str, dict[str, Any]] = {name: dict(known) for name, known in kept.options.get(_TAUGHT, {}).items()}
    for name, pairs in said.items():
        for text, to in pairs.items():
            before = kept.values.get(name, {}).get(text)
            if before != to:
                signs.setdefault(name, {})[text] = {"by": by, "at": at.isoformat(), "before": before or ""}
    return signs


def taught(kept: SavedMapping, values: Values, viewer: Member) -> dict[str, dict[str, Taught]]:
    """The values with who taught each and when; whoever the viewer may not see stays unnamed."""
    signs: Mapping[str, Any] = kept.options.get(_TAUGHT, {})
    people = {sign["by"] for known in signs.values() for sign in known.values() if sign["by"]}
    names = {str(pk): name for pk, name in Member.objects.visible_to(viewer).filter(pk__in=people).values_list("pk", "name")}
    return {
        name: {text: _taught(to, signs.get(name, {}).get(text), names) for text, to in known.items()}
        for name, known in values.items()
    }


def _taught(to: str, sign: Mapping[str, str] | None, names: Mapping[str, str]) -> Taught:
    if sign is None:
        return Taught(to)
    return Taught(to, names.get(sign["by"], ""), datetime.fromisoformat(sign["at"]), sign["before"])


def taught_for(*, job: Import, viewer: Member) -> dict[str, dict[str, Taught]]:
    """What was learnt for files with the headers of this one, as far as the viewer is told of it. What it meant before is told
    to those alone who may see all that was learnt."""
    kept = SavedMapping.objects.filter(kind=job.kind, signature=_signature(job.format.get("headers", []))).first()
    if kept is None:
        return {}
    if may_see_learnt(viewer):
        return taught(kept, kept.values, viewer)
    told = taught(kept, known_to(viewer, job.kind, kept.values), viewer)
    return {name: {text: replace(one, before="") for text, one in known.items()} for name, known in told.items()}


def without(values: Values, left_out: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """The values but for the texts that somebody does not want to mean so in this file."""
    return {
        name: {text: to for text, to in known.items() if text not in left_out.get(name, ())} for name, known in values.items()
    }


def _signature(headers: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(map(header_key, headers))).encode()).hexdigest()


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
        kept.options.get(_TAUGHT, {}).get(field, {}).pop(text, None)
        kept.save(update_fields=["values", "options"])
    return True


def _require(viewer: Member) -> None:
    if not may_see_learnt(viewer):
        raise NotAllowed("import.create")
