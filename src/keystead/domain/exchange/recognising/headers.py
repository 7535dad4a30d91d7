"""How surely a header names a field, by what files of its kind call it."""

from functools import lru_cache
from typing import Literal

from keystead.domain.exchange.fields import fields_of, header_key

type Why = Literal["saved", "name", "synonym", "likeness", "content"]

# A file that calls its own columns by its kind: "Deal - Title", "Organization - Name", "Opportunity Name".
OWN_WORDS: dict[str, tuple[str, ...]] = {
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


@lru_cache(maxsize=65_536)
def how_named(kind: str, name: str, key: str) -> tuple[float, Why] | None:
    """How surely a header, reduced to its key, names a field."""
    names = _names(kind, name)
    tight = key.replace(" ", "")
    if tight == name.replace("_", ""):
        return 1.0, "name"
    if tight in names:
        return round(0.97 - 0.002 * min(names[tight], 50), 4), "synonym"
    for word in OWN_WORDS[kind]:
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


def numbers_a_sale(header: str) -> bool:
    """ "Order ID", "Invoice number": the number of an order or a deal."""
    words = header_key(header).split()
    return (
        len(words) == 2 and words[0] in (*OWN_WORDS["orders"], *OWN_WORDS["deals"]) and words[1] in ("id", "number", "no", "nr")
    )
