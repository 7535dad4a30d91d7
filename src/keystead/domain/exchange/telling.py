"""An import as the pages, the API and its file of rejected rows tell it; sentences in the active language."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from keystead.data.models import Import, ImportRow
from keystead.domain.exchange.judging.diffing import label_of
from keystead.domain.exchange.judging.making import to_make
from keystead.domain.exchange.keys import FOUND_BY, first_place
from keystead.domain.exchange.problems.codes import Problem, sentence
from keystead.domain.exchange.problems.rows import write_problem_rows

PROBLEMS_SHOWN = 1_000


def job_view(job: Import) -> dict[str, Any]:
    """The import as the API and the pages show it; sentences in the active language."""
    problems, total = _problems(job)
    if job.failure:
        failure = {"row": None, "column": None, "code": job.failure["code"], "message": failure_sentence(job)}
        problems = [failure, *problems] if job.state == "previewed" else [failure]
    return {
        "id": str(job.pk), "kind": job.kind, "filename": job.filename, "state": job.state, "progress": job.progress,
        "counts": {name: job.counts.get(name, 0) for name in ("create", "update", "unchanged", "error")},
        "mapping": job.mapping, "match": job.format.get("keys", []), "options": job.options,
        "problems": problems, "problems_total": total,
        "offers": job.offers.get("fields", {}),
        "also_created": {kind: len(items) for kind, items in to_make(job).items()},
        "format": {k: v for k, v in job.format.items() if k not in ("undo", "keys")}, "columns": job.columns,
        "undo": _undo_view(job),
    }  # fmt: skip


def failure_sentence(job: Import) -> str:
    """Why it failed, as a sentence of its own."""
    assert job.failure is not None  # only asked of an import that failed
    text = sentence(job.failure["code"], job.failure["params"])
    return text[:1].upper() + text[1:]


def _problems(job: Import) -> tuple[list[dict[str, Any]], int]:
    rows = ImportRow.objects.filter(job=job, verdict="error")
    shown: list[dict[str, Any]] = []
    for number, stored in rows.order_by("row").values_list("row", "problems")[:PROBLEMS_SHOWN]:
        shown += [_problem(number, item).to_json() for item in stored or []]
    return shown[:PROBLEMS_SHOWN], rows.count()


def _problem(row: int | None, stored: Mapping[str, Any]) -> Problem:
    return Problem(row, stored.get("column"), stored["code"], stored.get("params", {}))


def _undo_view(job: Import) -> dict[str, Any] | None:
    if job.state != "undone":
        return None
    kept = ImportRow.objects.filter(job=job, undone="kept").order_by("row")
    counts = job.format.get("undo", {})
    listed = [
        {"row": row, "id": str(pk), "name": name or "", **_why_kept(problems or [])}
        for row, pk, name, problems in kept.values_list("row", "target_id", "values__name", "problems")[:500]
    ]
    return {"undone": counts.get("undone", 0), "kept_total": counts.get("kept", 0), "kept": listed}


def _why_kept(stored: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """{code, message}; both empty for an import that an earlier release took back."""
    why = next((_problem(None, item) for item in stored), None)
    return {"code": why.code if why else "", "message": why.message if why else ""}


def undone_counts(*, job: Import) -> dict[str, int]:
    """{create, update}: how many rows of each were taken back, which leaves out those that were kept."""
    rows = ImportRow.objects.filter(job=job, undone="undone")
    return {verdict: rows.filter(verdict=verdict).count() for verdict in ("create", "update")}


def preview_rows(
    *, job: Import, verdict: str, limit: int = 50, offset: int = 0, only_undone: bool = False
) -> list[dict[str, Any]]:
    """Staged rows of a verdict for the preview: what each is called, by which key its record was found, what changes from what to
    what, what is wrong or said of it (a row of a record that was merged): without the row's number, which stands
    beside it."""
    found = ImportRow.objects.filter(job=job, verdict=verdict)
    if only_undone and verdict in ("create", "update"):
        found = found.filter(undone="undone")
    rows = found.order_by("row")[offset : offset + limit]
    return [
        {
            "row": row.row, "verdict": row.verdict, "raw": row.raw, "values": row.values or {},
            "name": called(row.values or {}), "target_id": row.target_id,
            "changes": [
                {"field": column, "label": label_of(job.kind, column), "old": (row.before or {}).get(column), "new": new}
                for column, new in (row.after or {}).items()
            ],
            "found_by": _found_by(job, row),
            "problems": [_problem(None, item).message for item in row.problems or []],
        }
        for row in rows
    ]  # fmt: skip


def _found_by(job: Import, row: ImportRow) -> tuple[str, ...]:
    """The fields of the key by which the row's record was found; () for a row that is new or rejected."""
    if row.verdict not in ("update", "unchanged"):
        return ()
    keys = job.format.get("keys", [])
    place = first_place(row.key)
    return tuple((row.values or {}).get(FOUND_BY) or (keys[place] if row.key and place < len(keys) else ()))


def called(values: Mapping[str, Any]) -> str:
    """What a row is called by its staged values."""
    full = f"{values.get('first_name') or ''} {values.get('last_name') or ''}".strip()
    pair = f"{values.get('base')}/{values.get('quote')} {values.get('date')}" if values.get("quote") else ""
    return str(values.get("name") or values.get("_name") or values.get("number") or full or values.get("email") or pair or "")


@dataclass(frozen=True, slots=True)
class _Rejected:
    number: int
    cells: list[str]
    problems: list[Problem]
    extra: tuple[str, ...] = ()


def error_chunks(*, job: Import) -> Iterator[str]:
    """The rejected rows as a CSV that can be mended and imported again."""
    headers = job.format.get("headers", [])
    return write_problem_rows(headers, _rejected(job, len(headers)))


def _rejected(job: Import, width: int) -> Iterable[_Rejected]:
    rows = ImportRow.objects.filter(job=job, verdict="error").order_by("row").values_list("row", "raw", "problems")
    for number, raw, stored in rows.iterator(chunk_size=2_000):
        problems = [_problem(number, item) for item in stored or []]
        yield _Rejected(number, raw[:width], problems, tuple(raw[width:]))
