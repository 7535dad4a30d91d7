"""What each staged row would do: matched by its key, compared column by column with what is there, and judged.

All in SQL over the staged rows, however many there are; judging again gives the same verdicts for the same database,
so the commit judges once more before it writes.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from keystead.base.ids import uuid7
from keystead.base.words import fold
from keystead.data.models import Import, Member
from keystead.data.permissions import Reach, editable, people, reach
from keystead.data.workspace.models import Role
from keystead.domain.exchange.bulk import expect_many_rows
from keystead.domain.exchange.fields import SPARE, fields_of, spare_match
from keystead.domain.exchange.problems import CannotRead
from keystead.domain.exchange.resolving import unknown_rule
from keystead.domain.exchange.tables import NAMED_BY, TARGETS, Column, Target

# What the value of a match field is on a record that is there.
_STORED = {"account": "account_id", "currency": "currency"}


def judge(*, job: Import, viewer: Member, match: tuple[str, ...], mapped: set[str]) -> dict[str, int]:
    """Gives every staged row its verdict, target and changes; returns the counts.

    Rows that already have a problem from reading keep it. `made` lists records that the commit will create beside the rows.
    Raises `CannotRead` (not_allowed) for somebody who has lost the right to import such files since she uploaded this one.
    """
    target = TARGETS[job.kind]
    if Reach.NONE in (reach(viewer, target.create), reach(viewer, target.edit)):
        raise CannotRead("not_allowed")
    expect_many_rows()
    with connection.cursor() as cursor:
        _forget_earlier(cursor, job)
        _refuse_duplicates(cursor, job)
        _match(cursor, job, target, match, viewer, () if job.options.get("match") else spare_match(job.kind, mapped, match))
        if target.parent and target.parent in mapped:
            _resolve_parents(cursor, job, target, viewer)
        _refuse_unreached(cursor, job, target, viewer)
        _compare(cursor, job, target, mapped)
        _refuse_by_mode(cursor, job)
        _refuse_new_beyond_reach(cursor, job, target, viewer)
        if job.kind == "members":
            _refuse_owners(cursor, job, viewer)
        _refuse_taken(cursor, job, target, mapped)
        if target.parent and target.parent in mapped:
            _refuse_circles(cursor, job, target, viewer)
            _refuse_below_rejected(cursor, job, target)
        return _counts(cursor, job)


def _forget_earlier(cursor: Any, job: Import) -> None:
    """Problems that an earlier judgement found are taken off again; what reading found stays (it has no "judged" mark)."""
    cursor.execute(
        """
        UPDATE keystead_importrow r SET verdict = CASE WHEN kept.problems IS NULL THEN '' ELSE 'error' END,
          problems = kept.problems, before = NULL, after = NULL
        FROM (SELECT i.id, (SELECT jsonb_agg(p) FROM jsonb_array_elements(i.problems) p WHERE NOT p ? 'judged') AS problems
              FROM keystead_importrow i WHERE i.job_id = %(job)s AND i.problems @> '[{"judged": true}]') kept
        WHERE r.id = kept.id
        """,
        {"job": job.pk},
    )


def _problem(code: str, params: str = "'{}'::jsonb", column: str = "NULL::text") -> str:
    """SQL that adds a problem to a row."""
    return (
        f"coalesce(r.problems, '[]') || jsonb_build_array(jsonb_build_object('code', '{code}', 'params', {params},"
        f" 'column', {column}, 'judged', true)), verdict = 'error'"
    )


def _refuse_duplicates(cursor: Any, job: Import) -> None:
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET problems = {_problem("duplicate_row", "jsonb_build_object('first', same.first)")}
        FROM (SELECT id, row, min(row) OVER (PARTITION BY key) AS first FROM keystead_importrow
              WHERE job_id = %(job)s AND key <> '' AND verdict <> 'error') same
        WHERE r.id = same.id AND same.row > same.first
        """,
        {"job": job.pk},
    )


def _match(cursor: Any, job: Import, target: Target, match: tuple[str, ...], viewer: Member, spare: tuple[str, ...]) -> None:
    """Finds the record of each key. By external id in SQL; other keys are folded here and joined as a table.

    An external id is unique in the workspace, so it is known whoever may see its record; a name is one of those that the viewer
    sees, else a file of guesses would tell her the names of the others.
    """
    parameters = {"job": job.pk, "workspace": job.workspace_id}
    cursor.execute("DROP TABLE IF EXISTS keystead_known")
    if match == ("external_id",):
        cursor.execute(
            "CREATE TEMP TABLE keystead_known ON COMMIT DROP AS"
            f" SELECT external_id::text AS key, id, 1 AS found FROM {target.table}"
            " WHERE workspace_id = %(workspace)s AND external_id IS NOT NULL",
            parameters,
        )
        if spare and _has_spare_keys(cursor, job):
            _copy_known(cursor, _keys(target, spare, viewer), SPARE)
    else:
        cursor.execute("CREATE TEMP TABLE keystead_known (key text, id uuid, found int) ON COMMIT DROP")
        _copy_known(cursor, _keys(target, match, viewer))
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET problems = {_problem("several_match")}
        FROM keystead_known k WHERE r.job_id = %(job)s AND r.key = k.key AND r.key <> '' AND k.found > 1 AND r.verdict <> 'error'
        """,
        parameters,
    )
    # A row that is judged as before is not written again: the commit judges once more, and usually nothing happened meanwhile.
    cursor.execute(
        """
        UPDATE keystead_importrow r SET target_id = coalesce(found.known, r.target_id), before = NULL, after = NULL,
          verdict = CASE WHEN found.known IS NULL THEN 'create' ELSE 'update' END
        FROM (
          SELECT i.id, i.target_id, i.verdict, k.id AS known FROM keystead_importrow i
          LEFT JOIN keystead_known k ON k.key = i.key AND i.key <> '' AND k.found = 1
          WHERE i.job_id = %(job)s AND i.verdict <> 'error'
        ) found
        WHERE r.id = found.id AND (
          found.known IS NULL AND found.verdict <> 'create'
          OR found.known IS NOT NULL AND (found.verdict NOT IN ('update', 'unchanged') OR found.known <> found.target_id))
        """,
        parameters,
    )


def _has_spare_keys(cursor: Any, job: Import) -> bool:
    cursor.execute("SELECT 1 FROM keystead_importrow WHERE job_id = %s AND starts_with(key, %s) LIMIT 1", [job.pk, SPARE])
    return cursor.fetchone() is not None


def _copy_known(cursor: Any, known: dict[str, tuple[UUID, int]], mark: str = "") -> None:
    with cursor.copy("COPY keystead_known (key, id, found) FROM STDIN") as copy:
        for key, (pk, found) in known.items():
            copy.write_row((mark + key, pk, found))


def _keys(target: Target, match: tuple[str, ...], viewer: Member) -> dict[str, tuple[UUID, int]]:
    columns = [_STORED.get(name, name) for name in match if name != "full_name"]
    if "full_name" in match:
        columns = ["first_name", "last_name", *columns]
    known: dict[str, tuple[UUID, int]] = {}
    model: Any = target.model
    for pk, *stored in model.objects.visible_to(viewer).values_list("pk", *columns):
        values = [f"{stored[0]} {stored[1]}".strip(), *stored[2:]] if "full_name" in match else stored
        parts = [
            str(value or "") if name == "external_id" else fold(str("" if value is None else value))
            for name, value in zip(match, values, strict=True)
        ]
        if any(parts):
            key = "\x1f".join(parts)
            known[key] = (pk, known[key][1] + 1 if key in known else 1)
    return known


def _resolve_parents(cursor: Any, job: Import, target: Target, viewer: Member) -> None:
    """References within the kind itself: rows of the same file first, then records, then a new one by that name or a problem."""
    name = target.parent
    header = next((column for column, field in job.mapping.items() if field == name), name)
    decision = unknown_rule(job.kind, name, job.options, header)
    cursor.execute(
        f"SELECT DISTINCT values ->> '{name}' FROM keystead_importrow WHERE job_id = %s AND values ->> '{name}' IS NOT NULL",
        [job.pk],
    )
    texts = [row[0] for row in cursor.fetchall()]
    known = _named_in_file(cursor, job) | {}
    records = _named_records(target, viewer)
    made: dict[str, tuple[UUID, str]] = {}
    found: list[tuple[str, UUID | None, str]] = []
    for text in texts:
        key = fold(text)
        pk = known[key] if key in known else records.get(key, ...)
        if pk is None:
            found.append((text, None, "ambiguous_reference"))
        elif pk is not ...:
            found.append((text, pk, ""))
        elif decision == "create":
            found.append((text, made.setdefault(key, (uuid7(), text.strip()))[0], ""))
        else:
            found.append((text, None, "" if decision == "empty" else _UNKNOWN[job.kind]))
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
            SET problems = {_problem(code, "jsonb_build_object('value', p.text)", "%(header)s::text")}
            FROM keystead_parents p WHERE r.job_id = %(job)s AND r.values ->> '{name}' = p.text AND p.code = '{code}'
            """,
            {"job": job.pk, "header": header},
        )
    make = dict(job.offers.get("make", {}))
    make[job.kind] = [{"id": str(pk), "name": text} for pk, text in made.values()]
    job.offers = {**job.offers, "make": make}


_UNKNOWN = {
    "accounts": "unknown_account", "products": "unknown_product", "members": "unknown_member", "contacts": "unknown_contact",
}  # fmt: skip


def _named_in_file(cursor: Any, job: Import) -> dict[str, UUID | None]:
    """The file's own records by every text that may name them; None for a text of two."""
    cursor.execute(
        """
        SELECT target_id, values ->> 'name', values ->> 'external_id', values ->> 'email',
          nullif(trim(concat(values ->> 'first_name', ' ', values ->> 'last_name')), '')
        FROM keystead_importrow WHERE job_id = %s AND verdict <> 'error'
        """,
        [job.pk],
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
        for text in filter(None, texts):
            key = fold(text)
            named[key] = pk if named.get(key, pk) == pk else None
    return named


def _compare(cursor: Any, job: Import, target: Target, mapped: set[str]) -> None:
    """Changed columns of the rows that are there, as they were and as they become; no change makes the row unchanged."""
    columns = compared(target, mapped, job.kind)
    if not columns:
        return
    pairs = ", ".join(f"('{column.name}', to_jsonb({column.value('r.values')}), to_jsonb(t.{column.name}))" for column in columns)
    differs = " OR ".join(f"{column.value('r.values')} IS DISTINCT FROM t.{column.name}" for column in columns) or "false"
    guard = "(v.name <> 'probability' OR v.new IS DISTINCT FROM v.old AND %(probability)s" + _STAGE_MOVED + ")"
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET before = found.before, after = found.after,
          verdict = CASE WHEN found.after IS NULL THEN 'unchanged' ELSE 'update' END
        FROM (
          SELECT r.id, r.verdict, r.before AS was_before, r.after AS was_after, changed.before, changed.after
          FROM keystead_importrow r JOIN {target.table} t ON t.id = r.target_id
          -- Told apart column by column only where any differs at all: in a file that comes again, hardly one row does.
          CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(v.name, v.old) AS before, jsonb_object_agg(v.name, v.new) AS after
            FROM (VALUES {pairs}) AS v(name, new, old) WHERE ({differs}) AND v.new IS DISTINCT FROM v.old AND {guard}
          ) changed
          WHERE r.job_id = %(job)s AND r.verdict IN ('update', 'unchanged')
        ) found WHERE r.id = found.id AND (
          found.verdict <> CASE WHEN found.after IS NULL THEN 'unchanged' ELSE 'update' END
          OR found.before IS DISTINCT FROM found.was_before OR found.after IS DISTINCT FROM found.was_after)
        """,
        {"job": job.pk, "probability": job.kind != "deals" or "probability" in mapped or "stage" not in mapped},
    )


# A stage brings its probability only when the deal moves to it: one that a person has set since is kept.
_STAGE_MOVED = " OR (NOT %(probability)s AND r.values ->> 'stage_id' IS DISTINCT FROM (to_jsonb(t) ->> 'stage_id'))"


def compared(target: Target, mapped: set[str], kind: str) -> list[Column]:
    """The columns that a file with these fields decides. A stage decides the status and, on a move, the probability."""
    fields = set(mapped)
    if kind == "deals" and "stage" in fields:
        fields |= {"status", "probability"}
    elif kind == "deals" and "status" in fields:
        fields |= {"probability"}
    if kind in ("contacts", "members"):
        fields |= _from_full_name(kind, fields)
    columns = target.mapped(fields)
    if kind in ("deals", "orders") and "currency" not in fields and "amount" in fields:
        columns += target.columns["currency"]
    return [column for column in columns if not column.name.startswith("_")]


def _from_full_name(kind: str, fields: set[str]) -> set[str]:
    if kind == "contacts" and "full_name" in fields:
        return {"first_name", "last_name"}
    if kind == "members" and {"first_name", "last_name"} & fields:
        return {"name"}
    return set()


def _refuse_by_mode(cursor: Any, job: Import) -> None:
    mode = job.options.get("mode") or "both"
    refused = {"create": ("update", "mode_create_only"), "update": ("create", "mode_update_only")}.get(mode)
    if refused is None:
        return
    verdict, code = refused
    cursor.execute(
        f"UPDATE keystead_importrow r SET problems = {_problem(code)} WHERE r.job_id = %s AND r.verdict = %s", [job.pk, verdict]
    )


def _refuse_unreached(cursor: Any, job: Import, target: Target, viewer: Member) -> None:
    """Whoever does not reach every record may change those within reach. Before anything is compared: what a record that she may
    not change holds is neither kept with her file nor told by finding her guess "unchanged"."""
    if reach(viewer, target.edit) is Reach.ALL:
        return
    model: Any = target.model
    statement, values = editable(model.objects.all(), viewer, target.edit).order_by().values("pk").query.sql_with_params()
    cursor.execute(
        f"UPDATE keystead_importrow r SET problems = {_escape(_problem('not_allowed'))}, before = NULL, after = NULL"
        f" WHERE r.job_id = %s AND r.verdict IN ('update', 'unchanged') AND r.target_id NOT IN ({statement})",
        [job.pk, *values],
    )


def _refuse_new_beyond_reach(cursor: Any, job: Import, target: Target, viewer: Member) -> None:
    """Whoever does not reach every record may create only at accounts within reach."""
    if reach(viewer, target.create) is not Reach.ALL and job.kind in ("contacts", "deals", "orders"):
        from keystead.data.models import Account

        statement, values = Account.objects.visible_to(viewer).order_by().values("pk").query.sql_with_params()
        mine = "false"
        parameters: list[Any] = []
        if job.kind == "deals":
            mine = "(r.values ->> 'owner_id')::uuid = ANY(%s) OR NOT r.values ? 'owner_id'"
            parameters = [people(viewer, reach(viewer, target.create))]
        cursor.execute(
            f"UPDATE keystead_importrow r SET problems = {_escape(_problem('not_allowed'))}"
            f" WHERE r.job_id = %s AND r.verdict = 'create'"
            f" AND (r.values ->> 'account_id' IS NOT NULL AND (r.values ->> 'account_id')::uuid NOT IN ({statement})"
            f"   OR r.values ->> 'account_id' IS NULL AND NOT ({mine}))",
            [job.pk, *values, *parameters],
        )


def _refuse_owners(cursor: Any, job: Import, viewer: Member) -> None:
    """Only owners make and unmake owners or change their address, and one who can log in is left."""
    touches = "r.verdict IN ('create', 'update') AND coalesce(r.after ->> 'role', r.values ->> 'role') = 'owner'"
    if viewer.role == Role.OWNER:
        touches = """
            r.after ->> 'role' <> 'owner' AND NOT EXISTS (
              SELECT FROM keystead_member m WHERE m.workspace_id = r.workspace_id AND m.role = 'owner' AND m.is_active
                AND m.user_id IS NOT NULL AND NOT EXISTS (
                  SELECT FROM keystead_importrow other WHERE other.job_id = r.job_id AND other.verdict = 'update'
                    AND other.target_id = m.id AND other.after ->> 'role' <> 'owner'))"""
    cursor.execute(
        f"""
        UPDATE keystead_importrow r SET problems = {_problem("not_allowed")} WHERE r.job_id = %(job)s AND (
          {touches}
          OR r.verdict = 'update' AND EXISTS (
            SELECT FROM keystead_member m WHERE m.id = r.target_id AND (
              m.role = 'owner' AND r.after ?| array['role', 'email'] AND NOT %(owns)s
              OR m.user_id IS NOT NULL AND r.after ? 'email')))
        """,
        {"job": job.pk, "owns": viewer.role == Role.OWNER},
    )


def _escape(sql: str) -> str:
    return sql.replace("%", "%%")


def _refuse_taken(cursor: Any, job: Import, target: Target, mapped: set[str]) -> None:
    """A unique value that another record has already (an external id or an address, where rows are matched by something else)."""
    unique = [name for name in ("external_id", "email") if name in mapped and (name != "email" or job.kind == "members")]
    for name in unique:
        cursor.execute(
            f"""
            UPDATE keystead_importrow r SET problems = {_problem("taken")}
            WHERE r.job_id = %(job)s AND r.verdict IN ('create', 'update') AND r.values ->> '{name}' IS NOT NULL AND (
              EXISTS (SELECT FROM {target.table} t WHERE t.workspace_id = %(workspace)s AND t.id <> r.target_id
                AND lower(t.{name}) = lower(r.values ->> '{name}') AND ('{name}' = 'email' OR t.{name} = r.values ->> '{name}')))
            """,
            {"job": job.pk, "workspace": job.workspace_id},
        )
        cursor.execute(
            f"""
            UPDATE keystead_importrow r SET problems = {_problem("duplicate_row", "jsonb_build_object('first', same.first)")}
            FROM (SELECT id, row, min(row) OVER (PARTITION BY values ->> '{name}') AS first FROM keystead_importrow
                  WHERE job_id = %(job)s AND verdict IN ('create', 'update') AND values ->> '{name}' IS NOT NULL) same
            WHERE r.id = same.id AND same.row > same.first
            """,
            {"job": job.pk},
        )


def _refuse_circles(cursor: Any, job: Import, target: Target, viewer: Member) -> None:
    """Rows whose parents, together with those in the database, would run in a circle. Unseen records in it stay unnamed."""
    name = target.parent
    model: Any = target.model
    parents: dict[UUID, UUID | None] = dict(model.objects.values_list("pk", f"{name}_id"))
    cursor.execute(
        f"SELECT id, target_id, (values ->> '{name}_id')::uuid, values ->> 'name' FROM keystead_importrow"
        " WHERE job_id = %s AND verdict IN ('create', 'update')",
        [job.pk],
    )
    staged = {pk: (row, called) for row, pk, parent, called in _noted(cursor.fetchall(), parents)}
    circles = _circles(parents)
    names: dict[UUID, str] = {pk: called or "" for pk, (_, called) in staged.items()}
    for circle in circles:
        if missing := [pk for pk in circle if pk not in names]:
            names |= {record.pk: str(record) for record in model.objects.visible_to(viewer).filter(pk__in=missing)}
        path = " > ".join(names.get(pk, "…") for pk in [*circle, circle[0]])
        rows = [staged[pk][0] for pk in circle if pk in staged]
        header = next((column for column, field in job.mapping.items() if field == name), name)
        cursor.execute(
            f"UPDATE keystead_importrow r SET problems ="
            f" {_problem('circle', 'jsonb_build_object(' + chr(39) + 'path' + chr(39) + ', %s::text)', '%s::text')}"
            " WHERE r.id = ANY(%s)",
            [path, header, rows],
        )


def _noted(rows: Iterable[Any], parents: dict[UUID, UUID | None]) -> list[Any]:
    listed = list(rows)
    parents.update({pk: parent for _, pk, parent, _ in listed})
    return listed


def _circles(parents: dict[UUID, UUID | None]) -> list[list[UUID]]:
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


def _refuse_below_rejected(cursor: Any, job: Import, target: Target) -> None:
    """A row that refers to a new record of this file cannot come in when that one is rejected; nor can the rows below it."""
    header = next((column for column, field in job.mapping.items() if field == target.parent), target.parent)
    found = True
    while found:
        cursor.execute(
            f"""
            UPDATE keystead_importrow r
            SET problems = {_problem("refers_to_rejected", "jsonb_build_object('first', above.row)", "%(header)s::text")}
            FROM keystead_importrow above
            WHERE r.job_id = %(job)s AND r.verdict <> 'error' AND above.job_id = %(job)s AND above.verdict = 'error'
              AND (r.values ->> '{target.parent}_id')::uuid = above.target_id
              AND NOT EXISTS (SELECT 1 FROM {target.table} t WHERE t.id = above.target_id)
            """,
            {"job": job.pk, "header": header},
        )
        found = cursor.rowcount > 0


def _counts(cursor: Any, job: Import) -> dict[str, int]:
    cursor.execute("SELECT verdict, count(*) FROM keystead_importrow WHERE job_id = %s GROUP BY verdict", [job.pk])
    found = dict(cursor.fetchall())
    return {verdict: found.get(verdict, 0) for verdict in ("create", "update", "unchanged", "error")}


def label_of(kind: str, column: str) -> str:
    """What a changed column is called, for people."""
    name = column.removesuffix("_id") if column not in fields_of(kind) else column
    name = {"list_price_currency": "currency", "external": "external_id"}.get(name, name)
    spec = fields_of(kind).get(name)
    return str(spec.label) if spec else column
