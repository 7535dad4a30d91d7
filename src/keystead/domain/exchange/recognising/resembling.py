"""New records that resemble ones that are here, offered with their likeness before anything is written.

Only where rows are matched by their name: there, saying that "ACME Inc" means "Acme" makes the row a change of that record. Where
rows are found by an external id, another id is another record, however alike the names. A deal or a person is compared with
those of the same account when the account is part of what rows are matched by.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat, Trim

from keystead.data.models import Contact, Deal, Import, ImportRow, Member
from keystead.domain.exchange.keys import EXTERNAL, Keys
from keystead.domain.exchange.recognising.values import SURE, KnownValues, Offer
from keystead.domain.exchange.tables import MODELS

ALIKE = 0.85  # below, two names are two records more often than not
ASKED = 2_000  # different names that are looked up in one file
KNOWN = 20_000  # records that they are compared with; among more of them, likeness of names alone says little
# The field of the file that names a record of each kind.
NAMING = {"accounts": "name", "products": "name", "members": "name", "deals": "name", "contacts": "full_name"}

type Names = Mapping[str, Iterable[str]]  # account, or "" for all of them -> names


def resembling(*, job: Import, viewer: Member, match: Keys) -> dict[str, list[dict[str, Any]]]:
    """{field: [{value, count, decision, suggestions: [{value, likeness, sure}]}]} of the names of new rows that are like known
    ones; {} when there are none."""
    field = NAMING.get(job.kind)
    key = next((key for key in match if field in key), None)
    if field is None or key is None or EXTERNAL in match or field not in job.mapping.values():
        return {}
    by_account = "account" in key
    new = _new_names(job, by_account=by_account)
    found: dict[str, dict[str, Any]] = {}
    for account, known in _known(job.kind, viewer, new, by_account=by_account).items():
        values = KnownValues(known)
        for name, count in new[account].items():
            likely = [offer for offer in values.offer(name, 3) if offer.likeness >= ALIKE]
            if likely:
                suggestions = [_told(offer) for offer in likely]
                one = found.setdefault(name, {"value": name, "count": 0, "decision": "create", "suggestions": suggestions})
                one["count"] += count
    offers = sorted(found.values(), key=lambda one: -one["suggestions"][0]["likeness"])[:200]
    return {field: offers} if offers else {}


def _told(offer: Offer) -> dict[str, Any]:
    """Records are taken for one another with more care than names are for a slip: "Phase A" and "Phase B" are two deals."""
    return {"value": offer.value, "likeness": offer.likeness, "sure": offer.sure and offer.likeness >= SURE}


def _new_names(job: Import, *, by_account: bool) -> dict[str, Counter[str]]:
    """How often each name stands on a new row, for each account."""
    rows = ImportRow.objects.filter(job=job, verdict="create").order_by("row").values_list("values", flat=True)
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for values in filter(None, rows[:ASKED]):
        name = values.get("name") or " ".join(filter(None, (values.get("first_name"), values.get("last_name"))))
        if name:
            names[str(values.get("account_id") or "") if by_account else ""][name] += 1
    return names


def _known(kind: str, viewer: Member, new: Mapping[str, Any], *, by_account: bool) -> Names:
    """The names of the records that the viewer sees: of the accounts of the new rows, or all under ""."""
    called = Trim(Concat(F("first_name"), Value(" "), F("last_name"))) if kind == "contacts" else F("name")
    model: Any = {"deals": Deal, "contacts": Contact}.get(kind) or MODELS[kind]
    records: QuerySet[Any] = model.objects.visible_to(viewer).order_by()
    if by_account:
        records = records.filter(account__in=[account for account in new if account])
    account = F("account_id") if by_account else Value("")
    known: dict[str, list[str]] = defaultdict(list)
    if not new:
        return known
    for key, name in records.values_list(account, called)[: KNOWN + 1]:
        known[str(key)].append(name)
    return known if sum(map(len, known.values())) <= KNOWN else {}
