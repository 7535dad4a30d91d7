"""SQL that keeps the terms: triggers after each statement, so that an import of 100,000 rows writes its terms in two."""

from keystead.data.find.sources import SOURCES, Source

# One bit for each letter among the first ones of a word; domain/find/slips.py counts the same way.
BITS_FUNCTION = """
CREATE OR REPLACE FUNCTION keystead_find_bits(word text, size integer) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT bit_or(1 << (ascii(letter) % 31)) FROM string_to_table(left(word, size), NULL) AS letter
$$;
"""

# A new record has no terms yet: asking whether one is there already costs a third of the writing. A changed one may keep some.
_WRITE = """
INSERT INTO keystead_findterm (workspace_id, kind, word, object_id)
SELECT DISTINCT n.workspace_id, {number}, term.word COLLATE "C", n.id FROM {rows}, LATERAL unnest({terms}) AS term(word)
WHERE {where} AND term.word <> '^' ORDER BY 3, 4
"""
_TAKE = """
DELETE FROM keystead_findterm gone USING (
  SELECT o.workspace_id, term.word, o.id FROM {rows}, LATERAL unnest({terms}) AS term(word) WHERE {where}
) was
WHERE gone.workspace_id = was.workspace_id AND gone.kind = {number} AND gone.word = was.word AND gone.object_id = was.id
"""
# Numbers are found exactly or by their beginning, never by a slip: another number is another thing. A unique index on the words
# would make a person's rename wait for an import that brings in the same word, so there is none.
_LEARN = """
INSERT INTO keystead_findword (workspace_id, word, first4, first8)
SELECT fresh.workspace_id, fresh.word, keystead_find_bits(fresh.word, 4), keystead_find_bits(fresh.word, 8)
FROM (
  SELECT DISTINCT pieces.workspace_id, w.word FROM (
    SELECT DISTINCT n.workspace_id, p.piece FROM {rows}, LATERAL string_to_table({name}, ' ') AS p(piece)
    WHERE {where} AND length(p.piece) >= 3 AND p.piece !~ '^[0-9]+$'
  ) pieces, LATERAL string_to_table(keystead_find_words(pieces.piece), ' ') AS w(word)
  WHERE w.word ~ '^[^0-9]{{3,40}}$'
) fresh
WHERE NOT EXISTS (
  SELECT FROM keystead_findword known WHERE known.workspace_id = fresh.workspace_id AND known.word = fresh.word
)
"""


def _filled(statement: str, source: Source, rows: str, where: str, alias: str = "n") -> str:
    name = source.name.format(t=alias)
    return statement.format(number=source.number, rows=rows, where=where, terms=source.terms(alias), name=name)


def fill(source: Source) -> str:
    """The terms and words of everything that is there already. The owner meets the policies too, so they are set aside."""
    return f"""
    ALTER TABLE {source.table} NO FORCE ROW LEVEL SECURITY;
    {_filled(_WRITE, source, f"{source.table} n", "true")};
    {_filled(_LEARN, source, f"{source.table} n", "true")};
    ALTER TABLE {source.table} FORCE ROW LEVEL SECURITY;
    """


def triggers(source: Source) -> str:
    deleted = [_filled(_TAKE, source, "old_values o", "true", "o")]
    return "".join((
        _trigger(source, "INSERT", "NEW TABLE AS new_values", _made(source)),
        _trigger(source, "UPDATE", "OLD TABLE AS old_values NEW TABLE AS new_values", _altered(source)),
        _trigger(source, "DELETE", "OLD TABLE AS old_values", deleted),
    ))  # fmt: skip


def insert_function(source: Source) -> str:
    """What the insert's trigger calls, alone: for a database that has an earlier form of it."""
    return _function(source, "INSERT", _made(source))


def _made(source: Source) -> list[str]:
    return [_filled(_WRITE, source, "new_values n", "true"), _filled(_LEARN, source, "new_values n", "true")]


def update_function(source: Source) -> str:
    """What the update's trigger calls, alone: for a database that has an earlier form of it."""
    return _function(source, "UPDATE", _altered(source))


def _altered(source: Source) -> list[str]:
    """Most updates change nothing that is found by (links after an import: 100,000 rows), so that is asked first, once."""
    changed = f"({source.columns('n')}) IS DISTINCT FROM ({source.columns('o')})"
    both = "new_values n JOIN old_values o ON o.id = n.id"
    guard = f"IF NOT EXISTS (SELECT FROM {both} WHERE {changed}) THEN RETURN NULL; END IF"
    return [
        guard, _filled(_TAKE, source, both, changed, "o"), _filled(f"{_WRITE} ON CONFLICT DO NOTHING", source, both, changed),
        _filled(_LEARN, source, both, changed),
    ]  # fmt: skip


def _trigger(source: Source, event: str, referencing: str, statements: list[str]) -> str:
    name = f"{source.table}_find_{event.lower()}"
    return f"""
    {_function(source, event, statements)}
    CREATE TRIGGER find_{event.lower()} AFTER {event} ON {source.table} REFERENCING {referencing}
      FOR EACH STATEMENT EXECUTE FUNCTION {name}();
    """


def _function(source: Source, event: str, statements: list[str]) -> str:
    body = ";".join(statements)
    return f"""
    CREATE OR REPLACE FUNCTION {source.table}_find_{event.lower()}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {body}; RETURN NULL; END $$;
    """


def no_triggers(source: Source) -> str:
    return "".join(
        f"DROP TRIGGER find_{event} ON {source.table}; DROP FUNCTION {source.table}_find_{event}();"
        for event in ("insert", "update", "delete")
    )


__all__ = ["BITS_FUNCTION", "SOURCES", "fill", "insert_function", "no_triggers", "triggers", "update_function"]
