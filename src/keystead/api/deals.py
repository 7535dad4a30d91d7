"""/deals, /orders, /products and /stages: the revenue facts."""

from decimal import Decimal

from ninja import Router

from keystead.api import links
from keystead.api.wire.days import Day
from keystead.api.wire.fields import Choice, Text
from keystead.api.wire.money import CurrencyField, MoneyField
from keystead.api.wire.numbers import Number, Whole
from keystead.api.wire.people import member
from keystead.api.wire.references import Reference
from keystead.api.wire.resource import Resource, record_fields
from keystead.api.wire.routes import publish
from keystead.data.accounts.models import Account
from keystead.data.deals.by_amount import first_by_amount
from keystead.data.deals.models import Deal, DealStatus, Order, Product, Stage
from keystead.domain.deals import editing

router = Router()

PRODUCTS = Resource(
    path="products", name="Product", about="A product, or a product line when others name it as their parent.", model=Product,
    order="name",
    fields=(
        *record_fields(),
        Text(name="name", required=True),
        Reference(name="parent", to=Product, nullable=True),
        MoneyField(name="list_price", currency_column="list_price_currency", nullable=True),
    ),
    create=lambda write: editing.save_product(viewer=write.viewer, fields=write.fields),
    change=lambda product, write: editing.save_product(
        viewer=write.viewer, fields=write.fields, product=product, seen=write.seen
    ),
    delete=lambda product, write: editing.delete_product(product=product, viewer=write.viewer, seen=write.seen),
)  # fmt: skip

STAGES = Resource(
    path="stages", name="Stage", about="A step of the workspace's pipeline.", model=Stage, order="position,name",
    fields=(
        *record_fields(external_id=False),
        Text(name="name", writable=False),
        Choice(name="status", words=DealStatus.values, writable=False),
        Whole(name="probability", writable=False),
        Whole(name="position", writable=False),
    ),
)  # fmt: skip

DEALS = Resource(
    path="deals", name="Deal", about="An opportunity, open, won or lost.", model=Deal, order="-close_date",
    fields=(
        *record_fields(),
        Text(name="name", required=True),
        Reference(name="account", to=Account, nullable=True),
        Reference(name="product", to=Product, nullable=True),
        member("owner"),
        Reference(
            name="stage", to=Stage, nullable=True, ways={"name": Reference(name="", to=Stage).ways["name"]}, plain_name=True,
            unknown="unknown_stage", about="May be written as its plain name; brings its status and probability.",
        ),
        Choice(name="status", words=DealStatus.values),
        Number(
            name="probability", nullable=True, least=Decimal(0), most=Decimal(100), digits=5, places=2, as_text=False,
            about="In percent; null: the stage's.",
        ),
        MoneyField(name="amount", nullable=True, about="null: not known, which is not zero.", first=first_by_amount),
        CurrencyField(name="currency", writable=False, about="Of the amount; kept while the amount is null."),
        Day(name="created_date", nullable=True),
        Day(name="close_date", nullable=True),
        Text(name="lost_reason"),
        Text(name="team_key", longest=100),
        *links.FIELDS,
    ),
    more_filters=links.filters("deal"),
    fill=links.fill("deal"),
    create=lambda write: editing.create_deal(viewer=write.viewer, fields=write.fields),
    change=lambda deal, write: editing.change_deal(deal=deal, viewer=write.viewer, fields=write.fields, seen=write.seen),
    delete=lambda deal, write: editing.delete_deal(deal=deal, viewer=write.viewer, seen=write.seen),
)  # fmt: skip

ORDERS = Resource(
    path="orders", name="Order", about="An order, an invoice or a scheduled revenue line: which one is its kind.", model=Order,
    order="-order_date",
    fields=(
        *record_fields(),
        Text(name="number", required=True, longest=100),
        Reference(name="account", to=Account, nullable=True),
        Reference(name="product", to=Product, nullable=True),
        Reference(name="deal", to=Deal, nullable=True),
        MoneyField(name="amount", required=True),
        Day(name="order_date", required=True),
        Choice(name="kind", words=Order.Kind.values),
        Text(name="team_key", longest=100),
        *links.FIELDS,
    ),
    more_filters=links.filters("order"),
    fill=links.fill("order"),
    create=lambda write: editing.create_order(viewer=write.viewer, fields=write.fields),
    change=lambda order, write: editing.change_order(order=order, viewer=write.viewer, fields=write.fields, seen=write.seen),
    delete=lambda order, write: editing.delete_order(order=order, viewer=write.viewer, seen=write.seen),
)  # fmt: skip

for resource in (PRODUCTS, STAGES, DEALS, ORDERS):
    publish(router, resource)
