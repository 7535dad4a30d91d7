"""The keys that merged records had: who names one of them means the record that was kept."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from keystead.data.accounts.keys import AccountKey, ContactKey
from keystead.data.accounts.models import Account, Contact
from keystead.data.workspace.models import Member

KEYS: dict[type, Any] = {Account: AccountKey, Contact: ContactKey}


def keep_keys(*, keep: Account | Contact, lose: Account | Contact) -> None:
    """Notes for the kept record the key of the one that goes, and those that it had from merges before.

    A key that the kept one takes over as its own is none of them. One that was noted for a third record, and was given to
    the one that goes since, follows it.
    """
    keys = KEYS[type(keep)]
    keys.objects.filter(record=lose).update(record=keep)
    if lose.external_id and keep.external_id and not keys.objects.filter(key=lose.external_id).update(record=keep):
        keys.objects.create(key=lose.external_id, record=keep)


def merged_keys(model: Any, viewer: Member) -> QuerySet[Any, tuple[str, UUID]]:
    """(key, id of the record) of the records that the viewer may see; none for a kind that is never merged, and none that a
    record has itself."""
    keys = KEYS.get(model)
    if keys is None:
        nothing: QuerySet[Any, tuple[str, UUID]] = model.objects.none().values_list("external_id", "pk")
        return nothing
    seen = keys.objects.filter(record__in=model.objects.visible_to(viewer))
    found: QuerySet[Any, tuple[str, UUID]] = seen.filter(~_is_own(model, "key")).values_list("key", "record_id")
    return found


def has_key(model: Any, text: str) -> Q:
    """The condition on records of this kind that they have this external id, or had it before a merge and nobody has it now."""
    keys = KEYS.get(model)
    own = Q(external_id=text)
    if keys is None:
        return own
    merged = keys.objects.filter(~_is_own(model, "key"), key=text).values("record_id")
    return own | Q(pk__in=merged)


def _is_own(model: Any, key: str) -> Exists:
    return Exists(model.objects.filter(external_id=OuterRef(key)).order_by())
