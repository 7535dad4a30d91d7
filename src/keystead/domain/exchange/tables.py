"""Which table and columns each kind of file writes, and how staged values become column values.

A staged row keeps its values as JSON; every write and comparison goes through the SQL expressions made here, so that what the
preview promised is what the commit does.
"""

from dataclasses import dataclass

from keystead.data.models import Account, Contact, Deal, Member, Order, Product, Rate


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: `staged` is the key of its value in the staged row, `sql_type` what it is cast to.

    `empty` is the SQL for a cell without a value: NULL, or '' for text columns that are never null. `fallback` is the SQL
    for a new row when the column is not in the file.
    """

    name: str
    staged: str
    sql_type: str
    empty: str = "NULL"
    fallback: str = ""
    required: bool = False

    def value(self, values: str) -> str:
        """The staged value as SQL, from a jsonb expression."""
        cast = f"({values} ->> '{self.staged}')::{self.sql_type}"
        return cast if self.empty == "NULL" else f"coalesce({cast}, {self.empty})"

    @property
    def default(self) -> str:
        return self.fallback or self.empty


@dataclass(frozen=True, slots=True)
class Target:
    """A kind's model, its columns by the field of the file, and the permission that creating and changing needs."""

    model: type
    columns: dict[str, tuple[Column, ...]]
    create: str
    edit: str
    parent: str = ""  # the reference to the same kind, if it has one

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)  # type: ignore[attr-defined]

    def mapped(self, fields: set[str]) -> list[Column]:
        """The columns that a file with these fields compares and writes."""
        return [column for field, columns in self.columns.items() if field in fields for column in columns]

    def every(self) -> list[Column]:
        return [column for columns in self.columns.values() for column in columns]


def _text(name: str, fallback: str = "", *, required: bool = False) -> tuple[Column, ...]:
    return (Column(name, name, "text", "''", fallback, required=required),)


def _null(name: str, sql_type: str = "text", fallback: str = "") -> tuple[Column, ...]:
    return (Column(name, name, sql_type, fallback=fallback),)


def _reference(field: str) -> tuple[Column, ...]:
    return (Column(f"{field}_id", f"{field}_id", "uuid"),)


def _first_reason(day: str) -> str:
    """What relinking will say of a new row that no plan covers: it then has to write only those that are covered."""
    return (
        "CASE WHEN r.values ->> 'account_id' IS NULL THEN 'no_account'"
        f" WHEN r.values ->> '{day}' IS NULL THEN 'no_date' ELSE 'no_plan' END"
    )


_MONEY = "numeric(20,4)"

TARGETS: dict[str, Target] = {
    "accounts": Target(
        Account,
        {
            "name": _text("name", required=True), "external_id": _null("external_id"), "parent": _reference("parent"),
            "industry": _text("industry"), "country": _text("country"), "website": _text("website"),
            "employees": _null("employees", "integer"), "status": _text("status"),
            "segment_current": _text("segment_current"), "segment_target": _text("segment_target"),
            "owner": (Column("owner_id", "owner_id", "uuid", fallback="%(own_default)s::uuid"),),
            "former": (Column("former", "former", "boolean", "false"),),
            "_is_key": (Column("is_key", "is_key", "boolean", "false"),),
            "_lineage": (Column("lineage", "lineage", "uuid[]", "ARRAY[]::uuid[]", "ARRAY[r.target_id]"),),
        },
        "account.create", "account.edit", "parent",
    ),
    "contacts": Target(
        Contact,
        {
            "first_name": _text("first_name"), "last_name": _text("last_name"), "external_id": _null("external_id"),
            "email": _text("email"), "phone": _text("phone"), "title": _text("title"), "account": _reference("account"),
            "reports_to": _reference("reports_to"),
        },
        "contact.create", "contact.edit", "reports_to",
    ),
    "products": Target(
        Product,
        {
            "name": _text("name", required=True), "external_id": _null("external_id"), "parent": _reference("parent"),
            "list_price": (
                *_null("list_price", _MONEY),
                Column("list_price_currency", "currency", "text", "''", "''"),
            ),
        },
        "product.edit", "product.edit", "parent",
    ),
    "deals": Target(
        Deal,
        {
            "name": _text("name", "coalesce(r.values ->> '_name', '')", required=True), "external_id": _null("external_id"),
            "account": _reference("account"), "product": _reference("product"),
            "owner": (Column("owner_id", "owner_id", "uuid", fallback="%(own_default)s::uuid"),), "stage": _reference("stage"),
            "status": _text("status", "'open'"), "probability": _null("probability", "numeric(5,2)"),
            "amount": _null("amount", _MONEY), "currency": _text("currency", "%(currency)s"),
            "created_date": _null("created_date", "date"), "close_date": _null("close_date", "date"),
            "lost_reason": _text("lost_reason"), "team_key": _text("team_key"),
            "_unlinked_reason": _text("unlinked_reason", _first_reason("close_date")),
        },
        "deal.create", "deal.edit",
    ),
    "orders": Target(
        Order,
        {
            "number": _text("number", "coalesce(r.values ->> 'external_id', '')", required=True),
            "external_id": _null("external_id"), "account": _reference("account"), "product": _reference("product"),
            "amount": _null("amount", _MONEY), "currency": _text("currency", "%(currency)s"),
            "order_date": _null("order_date", "date"), "kind": _text("kind", "'order'"), "team_key": _text("team_key"),
            "_unlinked_reason": _text("unlinked_reason", _first_reason("order_date")),
        },
        "order.create", "order.edit",
    ),
    "members": Target(
        Member,
        {
            "name": _text("name", required=True), "external_id": _null("external_id"), "email": _null("email"),
            "role": _text("role", "'account_manager'", required=True), "manager": _reference("manager"),
            "region": _text("region"), "team": _text("team"),
            "_is_active": (Column("is_active", "is_active", "boolean", "true"),),
        },
        "member.edit", "member.edit", "manager",
    ),
    "rates": Target(
        Rate,
        {
            "base": _text("base", required=True), "quote": _text("quote", required=True), "date": _null("date", "date"),
            "rate": _null("rate", "numeric(24,12)"), "source": _text("source"), "external_id": _null("external_id"),
        },
        "rate.edit", "rate.edit",
    ),
}  # fmt: skip

# What a row of each kind is called when a reference names it, beside its external id.
NAMED_BY = {"accounts": ("name",), "products": ("name",), "members": ("name", "email"), "contacts": ("email",)}
MODELS = {"accounts": Account, "products": Product, "members": Member, "contacts": Contact}
