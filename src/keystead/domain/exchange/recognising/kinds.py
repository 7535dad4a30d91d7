"""Which kind a file is: by its columns, and by what it is called."""

import math
from collections.abc import Sequence

from keystead.domain.exchange.fields import KEYS, KINDS, TELLING, fields_of, header_key
from keystead.domain.exchange.recognising.columns import guess_mapping, guesses
from keystead.domain.exchange.recognising.headers import OWN_WORDS, how_named, numbers_a_sale

# What tells the kinds apart; fields that all kinds have tell nothing.
_TELLING: dict[str, dict[str, float]] = {
    "accounts": {"industry": 2, "country": 1, "website": 1.5, "employees": 2, "parent": 1.5,
                 "segment_current": 2, "name": 1},
    "contacts": {"first_name": 1.5, "last_name": 1.5, "email": 1, "title": 1.5, "phone": 1, "reports_to": 1,
                 "account": 1, "full_name": 0.5},
    "products": {"list_price": 2.5, "parent": 1.5, "name": 1.5},
    "deals": {"stage": 3, "close_date": 2, "amount": 1, "probability": 2, "lost_reason": 2, "account": 0.5,
              "owner": 0.5, "created_date": 0.5, "product": 0.5, "external_id": 0.5},
    "orders": {"number": 2, "order_date": 1.5, "amount": 1, "kind": 0.5, "account": 0.5, "product": 0.5},
    "members": {"manager": 2.5, "region": 1.5, "role": 1, "team": 1, "name": 1, "email": 0.5,
                "first_name": 1, "last_name": 1},
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
_BY = frozenset({"by", "per", "por"})
_COUNTED = frozenset({"quantity", "qty", "quantidade", "cantidad"})


def guess_kind(headers: Sequence[str], *, filename: str = "") -> list[tuple[str, float]]:
    """The kinds a file may be, the likeliest first, each with a share of the certainty; the shares add up to 1."""
    scores = {kind: _kind_score(kind, headers, filename) for kind in KINDS}
    likeliest = max(scores, key=lambda kind: scores[kind])
    told = {guess.field for header in headers for guess in guesses(likeliest, header, None)}
    doubt = 8 if _is_about_others(headers, filename) or not told & TELLING[likeliest] else 1
    whole = sum(math.exp(score / doubt) for score in scores.values())
    shares = [(kind, round(math.exp(score / doubt) / whole, 4)) for kind, score in scores.items()]
    return sorted(shares, key=lambda share: -share[1])


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
    own_key = first[-1:] == ["id"] and first[0] in OWN_WORDS[kind]
    against = 2.5 * missing + 1.5 * no_key + 3.0 * _speaks_against(kind, headers)
    return score + 3.0 * named + 1.5 * own_key - against


def _speaks_against(kind: str, headers: Sequence[str]) -> bool:
    """First and last names are of people, not of companies; quantities are of what was sold, not of what is for sale; a sale with
    its number and amount is not a person, though it names one."""
    if kind == "products":
        return any(header_key(header) in _COUNTED for header in headers)
    if kind in ("contacts", "members"):
        paid = any(how_named("orders", "amount", header_key(header)) for header in headers)
        return paid and any(numbers_a_sale(header) for header in headers)
    people = guess_mapping("contacts", headers) if kind == "accounts" else {}
    return {"first_name", "last_name"} <= {guess.field for guess in people.values()}


def _is_about_others(headers: Sequence[str], filename: str) -> bool:
    """Whether a file holds what belongs to records (their history, the lines of an order) or only joins them by their ids."""
    words = header_key(filename.rpartition("/")[2].rpartition(".")[0]).split()
    if _ABOUT.intersection(words) or (_LINES.intersection(words) and _LINES_OF.intersection(words)):
        return True
    if _STAGES.intersection(words) and not _BY.intersection(words):
        return True
    told = [key for header in headers if not (key := header_key(header)).startswith("fivetran")]
    return len(told) > 1 and all(key.split()[-1:] == ["id"] for key in told)
