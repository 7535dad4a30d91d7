"""The rows of an import under its four counters, a page at a time."""

from typing import Any
from uuid import UUID

from keystead.base.numbers import whole
from keystead.data.exchange.models import Import
from keystead.domain.exchange.problem_groups import problem_groups
from keystead.domain.exchange.telling import preview_rows
from keystead.web.imports.cells import cells, changes, referred, shown_fields
from keystead.web.imports.words import VERDICTS, key_words
from keystead.web.requests import WorkspaceRequest
from keystead.web.shell import way

_PAGE = 15
_MOST_PAGES = 4_000


def listed(request: WorkspaceRequest, job: Import) -> dict[str, Any]:
    """The counters, and the rows under the one that is asked for by `?show=` (the first that has any, otherwise)."""
    counts = {name: int(job.counts.get(name, 0)) for name in VERDICTS}
    first = next((name for name in ("create", "update", "error", "unchanged") if counts[name]), "create")
    show = request.GET.get("show", "")
    show = show if show in VERDICTS else first
    last = max(1, -(-counts[show] // _PAGE))
    page = min(_number(request.GET.get("page", "")), last, _MOST_PAGES)
    rows = preview_rows(job=job, verdict=show, limit=_PAGE, offset=(page - 1) * _PAGE)
    fields = shown_fields(job)
    if show in ("create", "unchanged"):
        names = referred(job, fields, rows, request.viewer)
        for row in rows:
            row["cells"] = cells(job, fields, row["values"], names)
    elif show == "update":
        changes(job, rows, request)
    is_written = job.state == "committed"
    for row in rows:
        row["key"] = key_words(job.kind, row["found_by"])
        row["url"] = record_url(request, job.kind, row["target_id"]) if is_written or show in ("update", "unchanged") else ""
    return {
        "counters": [
            {"name": name, "label": label, "text": text, "tone": tone, "icon": icon, "count": counts[name],
             "is_current": name == show}
            for name, (label, text, tone, icon) in VERDICTS.items()
        ],
        "groups": problem_groups(job=job) if show == "error" and page == 1 and len(rows) > 1 else [],
        "show": show, "rows": rows, "fields": fields, "total": counts[show],
        "page": page, "last_page": last, "first_row": (page - 1) * _PAGE + 1, "last_row": min(page * _PAGE, counts[show]),
    }  # fmt: skip


def _number(text: str) -> int:
    return whole(text, 6) or 1


def record_url(request: WorkspaceRequest, kind: str, pk: UUID | str | None) -> str:
    """The page of a record, where its kind has pages."""
    if pk is None:
        return ""
    if kind == "members":
        return way("member", request.workspace, pk)
    return way(f"{kind}:detail", request.workspace, pk)
