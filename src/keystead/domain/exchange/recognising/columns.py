"""Which field a column is. Guesses with a confidence and a reason; a person decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from keystead.base.words import fold
from keystead.domain.exchange.fields import IGNORED_COLUMNS, Field, fields_of, header_key
from keystead.domain.exchange.parsing.currencies import split_header
from keystead.domain.exchange.parsing.detecting import ColumnFacts
from keystead.domain.exchange.recognising.headers import Why, how_named, numbers_a_sale

TAKEN = 0.5  # what is less sure than this is not guessed
_ONLY_NAME = frozenset({"name", "nome", "nombre"})  # of a person: the whole name, or the first one beside a family name


@dataclass(frozen=True, slots=True)
class Guess:
    """`confidence` from 0 to 1; an earlier mapping has 1."""

    field: str
    confidence: float
    why: Why


@dataclass(frozen=True, slots=True)
class EarlierMapping:
    """How a file of a kind was mapped before: all its headers, and {header: field} for those that were
    used; with the values that were mapped and the formats that were chosen.
    """

    kind: str
    headers: Sequence[str]
    mapping: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


def guess_mapping(
    kind: str,
    headers: Sequence[str],
    facts: Sequence[ColumnFacts] = (),
    *,
    earlier: Sequence[EarlierMapping] = (),
) -> dict[str, Guess]:
    """{header: guess} for the columns that mean a field; each field is used once.

    An earlier mapping of the same headers is taken as it is, the columns left out then included. One whose
    columns are all there decides for these columns, and the rest is guessed. `earlier` is ordered, the
    latest first.
    """
    known = {fact.header: fact for fact in facts}
    found, decided = _remembered(kind, headers, earlier)
    pairs = [
        (guess.confidence, -place, header, guess)
        for place, header in enumerate(headers)
        if header not in decided and header not in IGNORED_COLUMNS
        for guess in guesses(kind, header, known.get(header))
    ]
    given = _given_name(kind, headers, decided)
    if given:
        found[given], decided = Guess("first_name", 0.9, "synonym"), {*decided, given}
    used = {guess.field for guess in found.values()}
    for confidence, _place, header, guess in sorted(pairs, key=lambda pair: (-pair[0], -pair[1])):
        if confidence >= TAKEN and header not in found and guess.field not in used:
            found[header] = guess
            used.add(guess.field)
    _guess_id(kind, headers, known, found, decided, used)
    return {header: found[header] for header in headers if header in found}


def _remembered(kind: str, headers: Sequence[str], earlier: Sequence[EarlierMapping]) -> tuple[dict[str, Guess], set[str]]:
    keys = {header_key(header): header for header in headers}
    for mapping in earlier:
        if mapping.kind != kind or not mapping.mapping:
            continue
        used = {header_key(header): field for header, field in mapping.mapping.items()}
        if not used.keys() <= keys.keys():
            continue
        guesses = {keys[key]: Guess(field, 1.0, "saved") for key, field in used.items()}
        same = {header_key(header) for header in mapping.headers} == keys.keys()
        return guesses, set(headers) if same else set(guesses)
    return {}, set()


def _given_name(kind: str, headers: Sequence[str], decided: set[str]) -> str:
    """The column called only "Name" of a file that has the family name in a column of its own, and no other for the first name:
    "Nome" beside "Sobrenome", "Apellidos" before "Nombre". "" where there is none.
    """
    if kind not in ("contacts", "members"):
        return ""
    left = [header for header in headers if header not in decided]
    named = {name: [h for h in left if _is_called(kind, name, h)] for name in ("first_name", "last_name")}
    plain = [header for header in left if header_key(header) in _ONLY_NAME]
    return plain[0] if named["last_name"] and not named["first_name"] and len(plain) == 1 else ""


def _is_called(kind: str, name: str, header: str) -> bool:
    found = how_named(kind, name, header_key(header))
    return found is not None and found[0] >= 0.8


def guesses(kind: str, header: str, fact: ColumnFacts | None) -> list[Guess]:
    """Every field of the kind that the column may be, in the order of the fields; without `fact` by its header alone."""
    return [guess for spec in fields_of(kind).values() if (guess := _guess(kind, header, spec, fact))]


def _guess(kind: str, header: str, spec: Field, fact: ColumnFacts | None) -> Guess | None:
    named = how_named(kind, spec.name, header_key(split_header(header)[0] if spec.type == "money" else header))
    fits = _fits(spec, fact)
    if named and named[0] * fits >= TAKEN:
        return Guess(spec.name, round(named[0] * fits, 4), named[1])
    if fact and fact.content == spec.type and spec.type in ("email", "url"):
        return Guess(spec.name, 0.6, "content")
    return None


_NUMERIC = frozenset({"money", "number", "percent", "integer"})


def _fits(spec: Field, fact: ColumnFacts | None) -> float:
    """How well what the column holds goes with the field: 1 for well, near 0 for not at all."""
    if fact is None:
        return 1.0
    if fact.content == "empty":
        return 0.6
    if spec.type in _NUMERIC:
        return 1.0 if fact.numbers and fact.numbers.share > 0.5 else 0.3
    if spec.type == "day":
        return 1.0 if fact.dates else 0.9 if fact.serial else 0.3
    return _fits_words(spec, fact)


def _fits_words(spec: Field, fact: ColumnFacts) -> float:
    strict = {
        "bool": ("bool",),
        "currency": ("currency",),
        "url": ("url", "text"),
        "email": ("email", "text"),
    }
    if allowed := strict.get(spec.type):
        if fact.content not in allowed:
            return 0.3
        if fact.content == allowed[0]:
            return 1.0
        mark = "@" if spec.type == "email" else "."
        return 0.85 if any(mark in example for example in fact.examples) else 0.4
    if spec.type == "enum":
        words = spec.choices()
        # A column of other words would have every row rejected: better to leave it to the person.
        return 1.0 if any(fold(example) in words for example in fact.examples) else 0.4
    if fact.content == "day":
        return 0.5
    return 0.9 if fact.content == "number" and spec.name in ("name", "last_name", "country", "industry") else 1.0


def _guess_id(
    kind: str,
    headers: Sequence[str],
    known: Mapping[str, ColumnFacts],
    found: dict[str, Guess],
    decided: set[str],
    used: set[str],
) -> None:
    """A column called some id, full and with no value twice, is the file's own key when no other column is, and when it is
    not the number of a sale that the row only belongs to.
    """
    if "external_id" in used:
        return
    for header in headers:
        fact = known.get(header)
        if header in found or header in decided or fact is None or not fact.filled or fact.empty:
            continue
        if kind in ("accounts", "contacts", "members") and numbers_a_sale(header):
            continue
        if header_key(header).split(" ")[-1:] == ["id"] and fact.distinct == fact.filled:
            found[header] = Guess("external_id", 0.6, "content")
            return
