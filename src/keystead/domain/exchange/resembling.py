"""New records that resemble ones that are here, offered with their likeness before anything is written.

Only where rows are matched by their name: there, saying that "ACME Inc" means "Acme" makes the row a change of that record.
"""

from collections import Counter
from typing import Any

from keystead.data.models import Import, ImportRow, Member
from keystead.domain.exchange.guessing_values import KnownValues
from keystead.domain.exchange.tables import MODELS, NAMED_BY

ALIKE = 0.85  # below, two names are two records more often than not
ASKED = 2_000  # different names that are looked up in one file
KINDS = frozenset({"accounts", "products", "members"})


def resembling(*, job: Import, viewer: Member, match: tuple[str, ...]) -> list[dict[str, Any]]:
    """[{value, count, decision, suggestions: [{value, likeness, sure}]}] of the names of new rows that are like known ones."""
    if job.kind not in KINDS or "name" not in match:
        return []
    new = ImportRow.objects.filter(job=job, verdict="create").order_by("row").values_list("values__name", flat=True)
    names = Counter(name for name in new[:ASKED] if name)
    model: Any = MODELS[job.kind]
    known = KnownValues(model.objects.visible_to(viewer).values_list(NAMED_BY[job.kind][0], flat=True)) if names else None
    if known is None or not known.values:
        return []
    found = []
    for name, count in names.items():
        likely = [offer for offer in known.offer(name, 3) if offer.likeness >= ALIKE]
        if likely:
            suggestions = [{"value": offer.value, "likeness": offer.likeness, "sure": offer.sure} for offer in likely]
            found.append({"value": name, "count": count, "decision": "create", "suggestions": suggestions})
    return sorted(found, key=lambda one: -one["suggestions"][0]["likeness"])[:200]
