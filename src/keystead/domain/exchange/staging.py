"""A file into staged rows: read in batches, parsed, references resolved, and written by COPY.

Nothing of the workspace's facts changes here. Staging again (another mapping, a retry after a crash) starts from nothing.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from keystead.base.ids import uuid7
from keystead.data.models import Import, Member
from keystead.domain.exchange.fields import IGNORED_COLUMNS, fields_of, header_key
from keystead.domain.exchange.judging.adopting import CALLED, adopting_keys, called
from keystead.domain.exchange.keys import FURTHER, Keys, keys_in_use, row_keys
from keystead.domain.exchange.parsing.days import date_order
from keystead.domain.exchange.parsing.detecting import ColumnFacts, columns_facts
from keystead.domain.exchange.parsing.numbers import NumberFormat
from keystead.domain.exchange.parsing.plan import make_plan
from keystead.domain.exchange.parsing.rows import ParsedRow, parse_rows
from keystead.domain.exchange.problems.codes import BadValue, CannotRead, Problem
from keystead.domain.exchange.reading.table import Row, Table, open_table
from keystead.domain.exchange.recognising.columns import EarlierMapping, guess_mapping
from keystead.domain.exchange.recognising.learning import joined, known_to, may_see_learnt, standing_in, without
from keystead.domain.exchange.recognising.names import UNKNOWN_CODES, Names, Resolver, Stages, load_names, unknown_rule
from keystead.domain.exchange.recognising.values import KnownValues
from keystead.domain.exchange.tables import TARGETS

SAMPLE = 2_000
# COPY does not go through row-level security: rows arrive in a table of this session and move on by INSERT … SELECT, which does.
_ARRIVE = """
    CREATE TEMP TABLE keystead_arriving
      (row int, raw jsonb, values jsonb, key text, problems jsonb, verdict text, target_id uuid) ON COMMIT DROP
"""
_COPY = "COPY keystead_arriving FROM STDIN"
_MOVE_ON = """
    INSERT INTO keystead_importrow (workspace_id, job_id, row, raw, values, key, problems, verdict, target_id, undone)
    SELECT %s, %s, row, raw, values, key, problems, verdict, target_id, '' FROM keystead_arriving ORDER BY row
"""


@dataclass
class Staged:
    """What staging found: the format and columns for the person, the mapping as used, what must be decided."""

    format: dict[str, Any]
    columns: list[dict[str, Any]]
    mapping: dict[str, str]
    match: Keys
    offers: dict[str, Any]
    rows: int = 0
    headers: tuple[str, ...] = field(default=())


def stage(*, job: Import, path: Path, viewer: Member, earlier: Iterable[EarlierMapping], told: Callable[[int], None]) -> Staged:
    """Reads the file of an import into ImportRow. `told(percent)` is called now and then. Raises CannotRead."""
    earlier = list(earlier)
    locale = job.options.get("locale") or viewer.workspace.language
    sheet, header_row = job.options.get("sheet") or "", job.options.get("header_row")
    table = open_table(path, name=job.filename, sheet=sheet, header_row=header_row)
    sample = [row.cells for row in table.sample(SAMPLE)]
    facts = columns_facts(table.headers, sample, locale=locale)
    # Told before anything can be wrong with the mapping: whoever is to mend it must see the columns.
    job.columns = _columns(job.kind, table, facts, earlier)
    job.format = {**table.format.to_json(), "headers": list(table.headers)}
    options = _with_learnt(job, viewer, table.headers, earlier)
    job.mapping = mapping = _mapping(job.kind, table, facts, options, earlier)
    reader = _Reader(job, viewer, table, facts, mapping, locale, options)
    if may_see_learnt(viewer):
        job.options = options
    staged = Staged(
        format=table.format.to_json(), columns=job.columns, mapping=mapping, match=reader.match, offers={}, headers=table.headers
    )
    staged.rows = _copy(job, table, reader, told)
    if not may_see_learnt(viewer):
        # She learns and teaches of what stands in her own file, and of no text that she only guesses.
        left_out = {name: dict.fromkeys(texts, "") for name, texts in (options.get("without") or {}).items()}
        job.options = {
            **options,
            "values": standing_in(job, table.headers, options.get("values") or {}),
            "without": {name: list(texts) for name, texts in standing_in(job, table.headers, left_out).items()},
        }
    staged.offers = reader.offers()
    return staged


def _with_learnt(job: Import, viewer: Member, headers: Iterable[str], earlier: list[EarlierMapping]) -> dict[str, Any]:
    """The values and formats of the last file with these columns, until somebody has chosen others for this one."""
    options: dict[str, Any] = job.options
    if options.get("mapping") is not None:
        return options
    keys = {header_key(header) for header in headers}
    same = (known for known in earlier if {header_key(header) for header in known.headers} == keys)
    last = next(same, None)
    if last is None:
        return options
    learnt = last.values if may_see_learnt(viewer) else known_to(viewer, job.kind, last.values)
    applied = without(learnt, options.get("without") or {})
    return {**last.options, **options, "values": joined(applied, options.get("values") or {})}


def _mapping(
    kind: str, table: Table, facts: list[ColumnFacts], options: Mapping[str, Any], earlier: list[EarlierMapping]
) -> dict[str, str]:
    """What the person mapped, checked; else the guess."""
    if options.get("mapping") is None:
        return {header: guess.field for header, guess in guess_mapping(kind, table.headers, facts, earlier=earlier).items()}
    wanted = {header: name for header, name in options["mapping"].items() if name}
    fields = fields_of(kind)
    for header, name in wanted.items():
        if header not in table.headers:
            raise CannotRead("unknown_column", column=header)
        if name not in fields:
            raise CannotRead("unknown_field", field=name)
    twice = [name for name in wanted.values() if list(wanted.values()).count(name) > 1]
    if twice:
        raise CannotRead("field_twice", of=kind, field=twice[0])
    return wanted


def _columns(kind: str, table: Table, facts: list[ColumnFacts], earlier: list[EarlierMapping]) -> list[dict[str, Any]]:
    guesses = guess_mapping(kind, table.headers, facts, earlier=earlier)
    shown = []
    for fact in facts:
        if fact.header in IGNORED_COLUMNS:
            continue
        guess = guesses.get(fact.header)
        guessed = {"field": guess.field, "confidence": guess.confidence, "why": guess.why} if guess else None
        shown.append(fact.to_json() | {"guess": guessed})
    return shown


class _Reader:
    """Parses rows of one file and resolves what they refer to."""

    def __init__(
        self, job: Import, viewer: Member, table: Table, facts: list[ColumnFacts], mapping: dict[str, str], locale: str,
        options: dict[str, Any],
    ) -> None:  # fmt: skip
        self.job, self.viewer = job, viewer
        currency = options.get("currency") or viewer.workspace.currency
        self.plan = make_plan(
            job.kind, table.headers, mapping, facts, locale=locale, currency=currency, values=options.get("values") or {},
            date_order=date_order(options["date_format"]) if options.get("date_format") else None,
            number_format=NumberFormat.of(options["number_format"]) if options.get("number_format") else None,
            formats=options.get("formats"),
        )  # fmt: skip
        fields = set(mapping.values())
        _require_mapped(job.kind, fields)
        self.match = keys_in_use(job.kind, fields, options.get("match") or ())
        self.adopts_by = adopting_keys(job.kind, fields, self.match)
        self.headers = {name: header for header, name in mapping.items()}
        self.stages = Stages.load(viewer) if "stage" in fields else None
        self.own = TARGETS[job.kind].parent
        loaded: dict[str, Names] = {}
        self.resolvers: dict[str, Resolver] = {}
        for name in fields:
            to = fields_of(job.kind)[name].to
            if to is None or to == "stages" or name == self.own:
                continue
            names = loaded.get(to) or loaded.setdefault(to, load_names(to, viewer))
            self.resolvers[name] = Resolver(name, names, unknown_rule(job.kind, name, options, self.headers[name]))
        self.fields = fields

    def rows(self, table: Table) -> Iterator[tuple[Row, ParsedRow]]:
        for batch in table.rows():
            yield from zip(batch, parse_rows(batch, self.plan), strict=True)

    def finish(self, row: ParsedRow) -> tuple[dict[str, Any], list[Problem]]:
        """The values with their references resolved, and every problem of the row."""
        values, problems = dict(row.values), list(row.problems)
        for name, resolver in self.resolvers.items():
            text = values.get(name)
            if text is None:
                continue
            try:
                found = resolver(str(text))
                values[f"{name}_id"] = str(found) if found else None
            except BadValue as bad:
                problems.append(Problem.of(bad, row=row.number, column=self.headers[name]))
        if self.stages is not None:
            self._stage(row, values, problems)
        elif values.get("status") and "probability" not in self.fields and self.job.kind == "deals":
            values["probability"] = {"won": "100", "lost": "0"}.get(str(values["status"]))
        if self.job.kind == "deals" and not values.get("name"):
            parts = [str(values[part]) for part in ("product", "account") if values.get(part)]
            values["_name"] = (" – ".join(parts) or str(values.get("external_id") or ""))[:300]
            values.pop("name", None)
        return values, problems

    def _stage(self, row: ParsedRow, values: dict[str, Any], problems: list[Problem]) -> None:
        text = values.get("stage")
        if text is None or self.stages is None:
            return
        try:
            stage = self.stages(str(text))
        except BadValue as bad:
            problems.append(Problem.of(bad, row=row.number, column=self.headers["stage"]))
            return
        said = values.get("status")
        if said and said != stage.status:
            facts = {"stage": stage.name, "value": said}
            problems.append(Problem(row.number, self.headers["status"], "stage_contradicts_status", facts))
        values |= {"stage_id": str(stage.pk), "status": stage.status}
        if "probability" not in self.fields:
            values["probability"] = str(stage.probability)

    def keyed(self, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The key of a row, and its values with what else it may be found by."""
        key, further = row_keys(self.match, values)
        beside: dict[str, Any] = {FURTHER: further} if further else {}
        if texts := called(self.job.kind, self.adopts_by, values):
            beside[CALLED] = texts
        return key, values | beside

    def offers(self) -> dict[str, Any]:
        offers = {
            name: {"kind": resolver.names.kind, "unknown": found, "total": len(resolver.missing), "decision": resolver.unknown}
            for name, resolver in self.resolvers.items()
            if (found := resolver.offers())
        }
        made: dict[str, list[dict[str, Any]]] = {}
        for resolver in self.resolvers.values():
            for pk, text in resolver.made.values():
                made.setdefault(resolver.names.kind, []).append({"id": str(pk), "name": text})
        if self.stages is not None and (found := self.stages.offers()):
            offers["stage"] = {
                "kind": "stages", "unknown": found, "total": self.stages.total(), "decision": self.stages.unknown
            }  # fmt: skip
            made["stages"] = [
                {"id": str(s.pk), "name": s.name, "status": s.status, "probability": s.probability, "position": s.position}
                for s in self.stages.made.values()
            ]
        return {"fields": offers, "make": made}


def _require_mapped(kind: str, fields: set[str]) -> None:
    for spec in fields_of(kind).values():
        if spec.required and spec.name not in fields and not (spec.name == "name" and {"first_name", "last_name"} & fields):
            raise CannotRead("required_unmapped", of=kind, field=spec.name)


def _copy(job: Import, table: Table, reader: _Reader, told: Callable[[int], None]) -> int:
    """COPYs every row; problems of unknown names get what they may have meant once all are known."""
    hints = _Hints(reader)
    count = 0
    rows = reader.rows(table)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM keystead_importrow WHERE job_id = %s", [job.pk])
    while batch := list(islice(rows, 10_000)):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_ARRIVE)
            with cursor.copy(_COPY) as copy:
                for row, parsed in batch:
                    copy.write_row(_line(row, *reader.finish(parsed), reader, hints))
            cursor.execute(_MOVE_ON, [job.workspace_id, job.pk])
            cursor.execute("DROP TABLE keystead_arriving")
        count += len(batch)
        told(min(60, 5 + count // 2_000))
    return count


def _line(row: Row, values: dict[str, Any], problems: list[Problem], reader: _Reader, hints: "_Hints") -> tuple[Any, ...]:
    said = json.dumps([_stored(hints(problem)) for problem in problems]) if problems else None
    raw = json.dumps([*row.cells, *row.extra], ensure_ascii=False)
    key, values = reader.keyed(values)
    staged = json.dumps(values, ensure_ascii=False)
    return row.number, raw, staged, key, said, "error" if problems else "", uuid7()


def _stored(problem: Problem) -> dict[str, Any]:
    return {"column": problem.column, "code": problem.code, "params": dict(problem.params)}


class _Hints:
    """Adds the likeliest known name to the problem of an unknown one; each text is looked up once."""

    def __init__(self, reader: _Reader) -> None:
        self.known: dict[str, KnownValues] = {}
        self.names = {UNKNOWN_CODES[r.names.kind]: r.names for r in reader.resolvers.values()}
        self.found: dict[tuple[str, str], str] = {}

    def __call__(self, problem: Problem) -> Problem:
        names = self.names.get(problem.code)
        if names is None:
            return problem
        text = str(problem.params["value"])
        at = (problem.code, text)
        if at not in self.found:
            known = self.known.setdefault(problem.code, names.known())
            offers = known.offer(text, 1)
            self.found[at] = offers[0].value if offers else ""
        return Problem(problem.row, problem.column, problem.code, {**problem.params, "suggestion": self.found[at]})
