"""Which field a column is, and which kind a file is. Guesses with a confidence and a reason; a person
decides.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from keystead.base.words import fold
from keystead.domain.exchange.fields import IGNORED_COLUMNS, KEYS, KINDS, TELLING, Field, fields_of, header_key
from keystead.domain.exchange.parsing.currencies import split_header
from keystead.domain.exchange.parsing.detecting import ColumnFacts

TAKEN = 0.5  # what is less sure than this is not guessed

type Why = Literal["saved", "name", "synonym", "likeness", "content"]

# A file that calls its own columns by its kind: "Deal - Title", "Organization - Name", "Opportunity Name".
_OWN_WORDS: dict[str, tuple[str, ...]] = {
    "accounts": (
        "account",
        "organization",
        "company",
        "customer",
        "client",
        "conta",
        "cuenta",
        "cliente",
        "empresa",
    ),
    "contacts": ("contact", "person", "contato", "contacto", "pessoa", "persona"),
    "products": ("product", "item", "produto", "producto"),
    "deals": ("deal", "opportunity", "potential", "negocio", "oportunidade", "oportunidad"),
    "orders": ("order", "invoice", "pedido", "fatura", "factura"),
    "members": ("user", "member", "employee", "owner", "agent", "usuario", "empleado", "funcionario"),
    "rates": ("rate", "exchange"),
}
# What tells the kinds apart; fields that all kinds have tell nothing.
_TELLING: dict[str, dict[str, float]] = {
    "accounts": {"industry": 2, "country": 1, "website": 1.5, "employees": 2, "parent": 1.5,
    "segment_current": 2,
                 "name": 1},
    "contacts": {"first_name": 1.5, "last_name": 1.5, "email": 1, "title": 1.5, "phone": 1, "reports_to": 1,
                 "account": 1, "full_name": 0.5},
    "products": {"list_price": 2.5, "parent": 1.5, "name": 1.5},
    "deals": {"stage": 3, "close_date": 2, "amount": 1, "probability": 2, "lost_reason": 2, "account": 0.5,
              "owner": 0.5, "created_date": 0.5, "product": 0.5, "external_id": 0.5},
    "orders": {"number": 2, "order_date": 1.5, "amount": 1, "kind": 0.5, "account": 0.5, "product": 0.5},
    "members": {"manager": 2.5, "region": 1.5, "role": 1, "team": 1, "name": 1, "email": 0.5,
    "first_name": 1,
                "last_name": 1},
    "rates": {"base": 2, "quote": 3, "rate": 3, "date": 0.5},
}  # fmt: skip
_FILE_WORDS: dict[str, tuple[str, ...]] = {
    "accounts": ("account", "compan", "organi", "customer", "client", "conta", "cuenta", "empresa"),
    "contacts": ("contact", "contato", "contacto", "people", "person"),
    "products": ("product", "produto", "producto", "price", "catalog"),
    "deals": ("deal", "opportunit", "pipeline", "negocio", "oportunidad", "potential"),
    "orders": ("order", "invoice", "pedido", "fatura", "factura", "billing"),
    "members": ("member", "user", "agent", "employee", "owner", "usuario", "funcionario", "empleado", "staff"),
    "rates": ("rate", "currenc", "fx", "cambio", "taxa", "tasa"),
}

# What a name of a file says when it holds what happened to records, or belongs to them, and not the records.
_ABOUT = frozenset(
    """history histories historico historial event events evento eventos activity activities atividades actividades log logs
    audit ticket tickets task tasks tarefas tareas engagement engagements submission submissions property properties option
    options issue issues role roles""".split()
)
_LINES, _LINES_OF = frozenset({"line", "lines"}), frozenset({"item", "items", "invoice", "order", "opportunity", "deal"})
_STAGES = frozenset({"stage", "stages", "etapa", "etapas"})
_ONLY_NAME = frozenset({"name", "nome", "nombre"})  # of a person: the whole name, or the first one beside a family name
_BY = frozenset({"by", "per", "por"})
_COUNTED = frozenset({"quantity", "qty", "quantidade", "cantidad"})


@dataclass(frozen=True, slots=True)
class Guess:
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
        for guess in _guesses(kind, header, known.get(header))
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


def guess_kind(headers: Sequence[str], *, filename: str = "") -> list[tuple[str, float]]:
    """The kinds a file may be, the likeliest first, each with a share of the certainty; the shares add up to 1."""
    scores = {kind: _kind_score(kind, headers, filename) for kind in KINDS}
    likeliest = max(scores, key=lambda kind: scores[kind])
    told = {guess.field for header in headers for guess in _guesses(likeliest, header, None)}
    doubt = 8 if _is_about_others(headers, filename) or not told & TELLING[likeliest] else 1
    whole = sum(math.exp(score / doubt) for score in scores.values())
    shares = [(kind, round(math.exp(score / doubt) / whole, 4)) for kind, score in scores.items()]
    return sorted(shares, key=lambda share: -share[1])


def to_json(guesses: Mapping[str, Guess]) -> dict[str, dict[str, Any]]:
    return {h: {"field": g.field, "confidence": g.confidence, "why": g.why} for h, g in guesses.items()}


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
    found = _named(kind, name, header_key(header))
    return found is not None and found[0] >= 0.8


def _guesses(kind: str, header: str, fact: ColumnFacts | None) -> list[Guess]:
    return [guess for spec in fields_of(kind).values() if (guess := _guess(kind, header, spec, fact))]


def _guess(kind: str, header: str, spec: Field, fact: ColumnFacts | None) -> Guess | None:
    named = _named(kind, spec.name, header_key(split_header(header)[0] if spec.type == "money" else header))
    fits = _fits(spec, fact)
    if named and named[0] * fits >= TAKEN:
        return Guess(spec.name, round(named[0] * fits, 4), named[1])
    if fact and fact.content == spec.type and spec.type in ("email", "url"):
        return Guess(spec.name, 0.6, "content")
    return None


@lru_cache(maxsize=65_536)
def _named(kind: str, name: str, key: str) -> tuple[float, Why] | None:
    """How surely a header, reduced to its key, names a field."""
    names = _names(kind, name)
    tight = key.replace(" ", "")
    if tight == name.replace("_", ""):
        return 1.0, "name"
    if tight in names:
        return round(0.97 - 0.002 * min(names[tight], 50), 4), "synonym"
    for word in _OWN_WORDS[kind]:
        rest = tight.removeprefix(word)
        if rest != tight and rest in names:
            return round(0.9 - 0.002 * min(names[rest], 50), 4), "synonym"
    best = max((_dice(tight, other) for other in names if abs(len(other) - len(tight)) <= 3), default=0.0)
    return (round(best * 0.75, 4), "likeness") if best >= 0.78 and len(tight) >= 5 else None


@lru_cache(maxsize=256)
def _names(kind: str, name: str) -> dict[str, int]:
    """{name without spaces: how far down the list it stands}"""
    names: dict[str, int] = {}
    for place, synonym in enumerate(fields_of(kind)[name].synonyms):
        names.setdefault(header_key(synonym).replace(" ", ""), place)
    return names


@lru_cache(maxsize=65_536)
def _pairs(text: str) -> frozenset[str]:
    padded = f"^{text}$"
    return frozenset(padded[i : i + 2] for i in range(len(padded) - 1))


def _dice(left: str, right: str) -> float:
    a, b = _pairs(left), _pairs(right)
    return 2 * len(a & b) / (len(a) + len(b))


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
        if kind in ("accounts", "contacts", "members") and _numbers_a_sale(header):
            continue
        if header_key(header).split(" ")[-1:] == ["id"] and fact.distinct == fact.filled:
            found[header] = Guess("external_id", 0.6, "content")
            return


def _kind_score(kind: str, headers: Sequence[str], filename: str) -> float:
    mapped = {guess.field: guess.confidence for guess in guess_mapping(kind, headers).values()}
    score = sum(weight * mapped.get(field, 0.0) for field, weight in _TELLING[kind].items())
    missing = sum(spec.required and name not in mapped for name, spec in fields_of(kind).items())
    if "first_name" in mapped and kind == "members":
        missing = 0
    no_key = kind in KEYS and not any(name in mapped for name in KEYS[kind])
    key = header_key(filename.rpartition("/")[2].rpartition(".")[0]).replace(" ", "")
    named = any(word in key for word in _FILE_WORDS[kind])
    first = header_key(headers[0]).split(" ") if headers else []
    own_key = first[-1:] == ["id"] and first[0] in _OWN_WORDS[kind]
    against = 2.5 * missing + 1.5 * no_key + 3.0 * _speaks_against(kind, headers)
    return score + 3.0 * named + 1.5 * own_key - against


def _speaks_against(kind: str, headers: Sequence[str]) -> bool:
    """First and last names are of people, not of companies; quantities are of what was sold, not of what is for sale; a sale with
    its number and amount is not a person, though it names one."""
    if kind == "products":
        return any(header_key(header) in _COUNTED for header in headers)
    if kind in ("contacts", "members"):
        paid = any(_named("orders", "amount", header_key(header)) for header in headers)
        return paid and any(_numbers_a_sale(header) for header in headers)
    people = guess_mapping("contacts", headers) if kind == "accounts" else {}
    return {"first_name", "last_name"} <= {guess.field for guess in people.values()}


def _numbers_a_sale(header: str) -> bool:
    """ "Order ID", "Invoice number": the number of an order or a deal."""
    words = header_key(header).split()
    return (
        len(words) == 2 and words[0] in (*_OWN_WORDS["orders"], *_OWN_WORDS["deals"]) and words[1] in ("id", "number", "no", "nr")
    )


def _is_about_others(headers: Sequence[str], filename: str) -> bool:
    """Whether a file holds what belongs to records (their history, the lines of an order) or only joins them by their ids."""
    words = header_key(filename.rpartition("/")[2].rpartition(".")[0]).split()
    if _ABOUT.intersection(words) or (_LINES.intersection(words) and _LINES_OF.intersection(words)):
        return True
    if _STAGES.intersection(words) and not _BY.intersection(words):
        return True
    told = [key for header in headers if not (key := header_key(header)).startswith("fivetran")]
    return len(told) > 1 and all(key.split()[-1:] == ["id"] for key in told)
