"""Records that name others of their own kind: parents in the same file, in the workspace, or made; and circles of them."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from keystead.base.ids import uuid7
from keystead.base.words import fold
from keystead.data.models import Import, Member
from keystead.domain.accounts.merged_keys import merged_keys
from keystead.domain.exchange.judging.refusing import problem_sql
from keystead.domain.exchange.recognising.names import UNKNOWN_CODES, unknown_rule
from keystead.domain.exchange.tables import NAMED_BY, TARGETS, Target

_SHOWN = 20  # of a circle: each of its rows is told the whole path


def resolve_parents(cursor: Any, job: Import, target: Target, viewer: Member) -> None:
    """References within the kind itself: rows of the same file first, then records, then rejected rows (nothing is made in their
    place), then a new one by that name or a problem."""
    name = target.parent
    header = next((column for column, field in job.mapping.items() if field == name), name)
    decision = unknown_rule(job.kind, name, job.options, header)
    cursor.execute(
        f"SELECT DISTINCT values ->> '{name}' FROM keystead_importrow WHERE job_id = %s AND values ->> '{name}' IS NOT NULL",
        [job.pk],
    )
    texts = [row[0] for row in cursor.fetchall()]
    known = _named_in_file(cursor, job, rejected=True) | _named_records(target, viewer) | _named_in_file(cursor, job)
    made: dict[str, tuple[UUID, str]] = {}
    found: list[tuple[str, UUID | None, str]] = []
    for text in texts:
        key = fold(text)
        pk = known.get(key, ...)
        if pk is None:
            found.append((text, None, "ambiguous_reference"))
        elif pk is not ...:
            found.append((text, pk, ""))
        elif decision == "create":
            found.append((text, made.setdefault(key, (uuid7(), text.strip()))[0], ""))
        else:
            found.append((text, None, "" if decision == "empty" else UNKNOWN_CODES[job.kind]))
    cursor.execute("DROP TABLE IF EXISTS keystead_parents")
    cursor.execute("CREATE TEMP TABLE keystead_parents (text text, id uuid, code text) ON COMMIT DROP")
    with cursor.copy("COPY keystead_parents (text, id, code) FROM STDIN") as copy:
        for row in found:
            copy.write_row(row)
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET values = r.values || jsonb_build_object('{name}_id', p.id)
        FROM keystead_parents p WHERE r.job_id = %(job)s AND r.values ->> '{name}' = p.text
        """,
        {"job": job.pk},
    )
    for code in {code for _, _, code in found if code}:
        cursor.execute(
            f"""
            UPDATE keystead_importrow r
            SET problems = {problem_sql(code, "jsonb_build_object('value', p.text)", "%(header)s::text")}
            FROM keystead_parents p WHERE r.job_id = %(job)s AND r.values ->> '{name}' = p.text AND p.code = '{code}'
            """,
            {"job": job.pk, "header": header},
        )
    make = dict(job.offers.get("make", {}))
    make[job.kind] = [{"id": str(pk), "name": text} for pk, text in made.values()]
    job.offers = {**job.offers, "make": make}


def _named_in_file(cursor: Any, job: Import, *, rejected: bool = False) -> dict[str, UUID | None]:
    """The file's own records, or those of its rejected rows, by every text that may name them; None for a text of two."""
    cursor.execute(
        """
        SELECT target_id, values ->> 'name', values ->> 'external_id', values ->> 'email',
          nullif(trim(concat(values ->> 'first_name', ' ', values ->> 'last_name')), '')
        FROM keystead_importrow WHERE job_id = %s AND (verdict = 'error') = %s
        """,
        [job.pk, rejected],
    )
    named: dict[str, UUID | None] = {}
    for pk, *texts in cursor.fetchall():
        for text in filter(None, texts):
            key = fold(text)
            named[key] = pk if named.get(key, pk) == pk else None
    return named


def _named_records(target: Target, viewer: Member) -> dict[str, UUID | None]:
    kind = next(kind for kind, other in TARGETS.items() if other is target)
    model: Any = target.model
    named: dict[str, UUID | None] = {}
    for pk, *texts in model.objects.visible_to(viewer).values_list("pk", "external_id", *NAMED_BY[kind]):
        for text in filter(None, (str(pk), *texts)):
            key = fold(text)
            named[key] = pk if named.get(key, pk) == pk else None
    own = set(named)
    for text, pk in merged_keys(model, viewer):
        if (key := fold(text)) not in own:
            named[key] = pk if named.get(key, pk) == pk else None
    return named


def refuse_circles(cursor: Any, job: Import, target: Target, viewer: Member) -> None:
    """Rows whose parents, together with those in the database, would run in a circle. Unseen records in it stay unnamed.

    A row that is refused leaves its record where it stands, and there another row may close a circle with it: that one is refused
    as well.
    """
    name = target.parent
    model: Any = target.model
    stored: dict[UUID, UUID | None] = dict(model.objects.values_list("pk", f"{name}_id"))
    cursor.execute(
        f"SELECT id, target_id, (values ->> '{name}_id')::uuid, values ->> 'name' FROM keystead_importrow"
        " WHERE job_id = %s AND verdict IN ('create', 'update')",
        [job.pk],
    )
    found = cursor.fetchall()
    staged = {pk: row for row, pk, _, _ in found}
    names: dict[UUID, str] = {pk: called or "" for _, pk, _, called in found}
    header = next((column for column, field in job.mapping.items() if field == name), name)
    for circle, moves in _circles_of_moves(stored, {pk: parent for _, pk, parent, _ in found}):
        shown = circle[:_SHOWN]
        if missing := [pk for pk in shown if pk not in names]:
            names |= {record.pk: str(record) for record in model.objects.visible_to(viewer).filter(pk__in=missing)}
        left_out = ["…"] if len(circle) > _SHOWN else []
        path = " > ".join([*(names.get(pk, "…") for pk in shown), *left_out, names.get(circle[0], "…")])
        cursor.execute(
            f"UPDATE keystead_importrow r SET problems ="
            f" {problem_sql('circle', 'jsonb_build_object(' + chr(39) + 'path' + chr(39) + ', %s::text)', '%s::text')}"
            " WHERE r.id = ANY(%s)",
            [path, header, [staged[pk] for pk in moves]],
        )


def _circles_of_moves(
    stored: Mapping[UUID, UUID | None], moved: Mapping[UUID, UUID | None]
) -> Iterator[tuple[list[UUID], list[UUID]]]:
    """Every circle that is there after the moves, and those that are left once the moves of earlier ones do not happen; with the
    records of it that do not move then."""
    parents, left = {**stored, **moved}, set(moved)
    circles = _circles(parents)
    kept: list[UUID] = []
    free = set[UUID]()  # whose way leads up to the top
    while circles or kept:
        circle = circles.pop() if circles else _circle_through(kept.pop(), parents, free)
        moves = [pk for pk in circle if pk in left]
        if moves:
            yield circle, moves
            parents.update({pk: stored.get(pk) for pk in moves})
            left.difference_update(moves)
            kept += moves
            free.clear()


def _circle_through(start: UUID, parents: Mapping[UUID, UUID | None], free: set[UUID]) -> list[UUID]:
    """The way up from a record back to itself; [] when it leads elsewhere. No way that is free is walked again."""
    walk, on_walk = [start], {start}
    while (above := parents.get(walk[-1])) is not None and above not in on_walk and above not in free:
        walk.append(above)
        on_walk.add(above)
    if above not in on_walk:
        free |= on_walk
    return walk if above == start else []


def _circles(parents: Mapping[UUID, UUID | None]) -> list[list[UUID]]:
    """Every circle once. Each record is walked once."""
    circles, done = [], set()
    for start in parents:
        walk: list[UUID] = []
        on_walk: set[UUID] = set()
        at: UUID | None = start
        while at is not None and at not in done and at not in on_walk:
            walk.append(at)
            on_walk.add(at)
            at = parents.get(at)
        if at is not None and at in on_walk:
            circles.append(walk[walk.index(at) :])
        done |= on_walk
    return circles


def refuse_below_rejected(cursor: Any, job: Import, target: Target, viewer: Member) -> bool:
    """A row that refers to a rejected row of this file cannot come in, nor can the rows below it: the record is not made, or is
    one out of the importer's sight, below which she may put nothing. Whether there was any."""
    above = f"{target.parent}_id"
    model: Any = target.model
    seen, values = model.objects.visible_to(viewer).order_by().values("pk").query.sql_with_params()
    cursor.execute(
        f"""
        SELECT r.id, r.row, r.target_id, (r.values ->> '{above}')::uuid, r.verdict = 'error',
          r.verdict = 'create' OR r.after ? '{above}', EXISTS (SELECT FROM {target.table} t WHERE t.id = r.target_id),
          r.target_id IN ({seen})
        FROM keystead_importrow r WHERE r.job_id = %s AND (r.verdict = 'error' OR r.values ->> '{above}' IS NOT NULL)
        ORDER BY r.row
        """,
        [*values, job.pk],
    )
    rows = list(map(_Below._make, cursor.fetchall()))
    refused = _refused_below(rows)
    if refused:
        header = next((column for column, field in job.mapping.items() if field == target.parent), target.parent)
        cursor.execute(
            f"""
            UPDATE keystead_importrow r
            SET problems = {problem_sql("refers_to_rejected", "jsonb_build_object('first', above.row)", "%s::text")}
            FROM unnest(%s::bigint[], %s::int[]) above(id, row) WHERE r.id = above.id
            """,
            [header, list(refused), list(refused.values())],
        )
    return bool(refused)


class _Below(NamedTuple):
    """A row that is rejected or names another above it. `moves`: its record comes to stand there; `is_there`, `is_seen`: it."""

    id: Any
    row: int
    target: UUID
    above: UUID | None
    is_rejected: bool
    moves: bool | None
    is_there: bool
    is_seen: bool


def _refused_below(rows: list[_Below]) -> dict[Any, int]:
    """The rows that cannot come in, each with the number of the row that it refers to. Each record is looked at once, however
    deep a file is."""
    below: dict[UUID, list[_Below]] = {}
    for row in rows:
        if row.above is not None and not row.is_rejected:
            below.setdefault(row.above, []).append(row)
    rejected = [row for row in rows if row.is_rejected]
    refused: dict[Any, int] = {}
    for over in rejected:  # grows as it is gone through
        for row in below.pop(over.target, ()):
            if not over.is_there or (row.moves and not over.is_seen):
                refused[row.id] = over.row
                rejected.append(row)
    return refused
