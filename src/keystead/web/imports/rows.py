"""The rows of an import under its four counters, a page at a time."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from keystead.base.numbers import whole
from keystead.data.exchange.models import Import
from keystead.data.models import Contact, Member
from keystead.domain.exchange.deciding import Proposal, proposals
from keystead.domain.exchange.problems.groups import problem_groups
from keystead.domain.exchange.telling import preview_rows, undone_counts
from keystead.web.imports.cells import cells, changes, referred, shown_fields
from keystead.web.imports.words import VERDICTS, VERDICTS_UNDONE, key_words
from keystead.web.requests import WorkspaceRequest
from keystead.web.shell import way

_PAGE = 15
_MOST_PAGES = 4_000


def listed(request: WorkspaceRequest, job: Import) -> dict[str, Any]:
    """The counters, and the rows under the one that is asked for by `?show=` (the first that has any, otherwise)."""
    is_undone = job.state == "undone" and not job.purged_at
    verdicts = VERDICTS | VERDICTS_UNDONE if is_undone else VERDICTS
    counts = {name: int(job.counts.get(name, 0)) for name in VERDICTS} | (undone_counts(job=job) if is_undone else {})
    first = next((name for name in ("create", "update", "error", "unchanged") if counts[name]), "create")
    show = request.GET.get("show", "")
    show = show if show in VERDICTS else first
    last = max(1, -(-counts[show] // _PAGE))
    page = min(_number(request.GET.get("page", "")), last, _MOST_PAGES)
    rows = preview_rows(job=job, verdict=show, limit=_PAGE, offset=(page - 1) * _PAGE, only_undone=is_undone)
    fields = shown_fields(job)
    if show in ("create", "unchanged"):
        names = referred(job, fields, rows, request.viewer)
        for row in rows:
            row["cells"] = cells(job, fields, row["values"], names)
    elif show == "update":
        changes(job, rows, request)
    has_pages = job.state == "committed" or show in ("update", "unchanged")
    urls = record_urls(request, job.kind, [row["target_id"] for row in rows] if has_pages else [])
    taken = _taken(job, request.viewer) if show != "error" else {}
    for row in rows:
        row["key"] = key_words(job.kind, row["found_by"])
        row["url"] = urls.get(str(row["target_id"]), "")
        row["taken"] = [taken[at] for at in enumerate(row["raw"]) if at in taken]
    return {
        "counters": [
            {"name": name, "label": label, "text": text, "tone": tone, "icon": icon, "count": counts[name],
             "is_current": name == show}
            for name, (label, text, tone, icon) in verdicts.items()
        ],
        "groups": problem_groups(job=job) if show == "error" and page == 1 and len(rows) > 1 else [],
        "show": show, "rows": rows, "fields": fields, "total": counts[show],
        "page": page, "last_page": last, "first_row": (page - 1) * _PAGE + 1, "last_row": min(page * _PAGE, counts[show]),
    }  # fmt: skip


def _taken(job: Import, viewer: Member) -> dict[tuple[int, str], Proposal]:
    """What is taken for a name that is much like it, by the place of its column and its text."""
    places = {name: at for at, header in enumerate(job.format.get("headers", ())) if (name := job.mapping.get(header))}
    return {(places[one.field], one.text): one for one in proposals(job=job, viewer=viewer) if one.field in places}


def _number(text: str) -> int:
    return whole(text, 6) or 1


def record_urls(request: WorkspaceRequest, kind: str, pks: Iterable[UUID | str | None]) -> dict[str, str]:
    """{id: page} of records whose kind has pages; a person's is that of her account, unless she has none."""
    asked = [str(pk) for pk in pks if pk is not None]
    if kind == "contacts":
        seen = Contact.objects.visible_to(request.viewer).filter(pk__in=asked).values_list("pk", "account")
        at = {str(pk): account for pk, account in seen}
        return {
            pk: way("accounts:contact", request.workspace, at[pk], pk)
            if at[pk]
            else way("accounts:contact_alone", request.workspace, pk)
            for pk in at
        }
    name = "member" if kind == "members" else f"{kind}:detail"
    return {pk: url for pk in asked if (url := way(name, request.workspace, pk))}
