"""What is kept of one file for the next with the same headers: mapping, values, how days and numbers are read."""

import hashlib
from uuid import UUID

from django.db import transaction

from keystead.data.models import Import, Member, SavedMapping
from keystead.data.permissions import Reach, reach
from keystead.domain.exchange.fields import header_key
from keystead.domain.exchange.guessing import EarlierMapping
from keystead.domain.workspace.permissions import NotAllowed


def earlier_mappings(kind: str) -> list[EarlierMapping]:
    """How files of this kind were mapped before, the latest first."""
    saved = SavedMapping.objects.filter(kind=kind).order_by("-updated_at")[:50]
    return [EarlierMapping(kind, last.headers, last.mapping, last.values, last.options) for last in saved]


def remember_mapping(job: Import) -> None:
    """Keeps the mapping and the learnt values for the next file with these headers."""
    headers = job.format.get("headers", [])
    signature = hashlib.sha256("\n".join(sorted(map(header_key, headers))).encode()).hexdigest()
    kept = {name: job.options[name] for name in ("date_format", "number_format", "formats", "currency") if name in job.options}
    values = job.options.get("values", {})
    SavedMapping.objects.update_or_create(
        kind=job.kind,
        signature=signature,
        defaults={"headers": headers, "mapping": job.mapping, "values": values, "options": kept},
    )


def may_see_learnt(viewer: Member) -> bool:
    """What was learnt is the whole workspace's, and holds names of records: it is for those who may see every import."""
    return reach(viewer, "import.create") is Reach.ALL


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
