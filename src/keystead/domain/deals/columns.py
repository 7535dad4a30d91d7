"""The columns of the list of deals. Amounts of many currencies sort and add up in the workspace's own, by dated rates."""

from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Lower, NullIf
from django.utils.translation import gettext_lazy as _

from keystead.data.accounts.models import Account
from keystead.data.deals.models import Deal, DealStatus, Product, Stage, Unlinked
from keystead.data.permissions import Reach, reach
from keystead.data.workspace.models import Member
from keystead.domain.accounts.columns import lowered, people, seen_only, text
from keystead.domain.grid.asking import Asked
from keystead.domain.grid.columns import Column, Grid, Kind, Reader, Reference, columns
from keystead.domain.grid.rows import Rows


def _stages(reader: Reader) -> list[tuple[str, Any]]:
    return [(str(stage.pk), stage.name) for stage in Stage.objects.visible_to(reader.viewer)]


def _sees_all_accounts(reader: Reader) -> bool:
    return reach(reader.viewer, "account.read") is Reach.ALL


DEALS = Grid(
    id="deals",
    model=Deal,
    usual=("-close_date",),
    edit_action="deal.edit",
    found_by="deal",
    related=("stage", "owner", "product"),
    aliases={"from": "close_date.from", "to": "close_date.to"},
    columns=columns(
        Column(
            id="name", name=_("Deal"), kind=Kind.TEXT, value=lambda _r: F("name"), sort=lowered("name"), edits="name",
            is_never_empty=True, can_group=False, foot="count", width=215, on_phone=True,
        ),
        Column(
            id="account", name=_("Account"), kind=Kind.REFERENCE, value=seen_only("account", "account_id"),
            sort=lambda r: Lower(seen_only("account", "account__name")(r)), label=seen_only("account", "account__name"),
            edits="account", width=160, is_annotated=True,
            reference=Reference(
                field="account", referred=lambda _r: Account.objects.all(), by=Lower("name"), can=_sees_all_accounts,
                is_indexed=True,
            ),
        ),
        Column(
            id="stage", name=_("Stage"), kind=Kind.CHOICE, value=lambda _r: F("stage_id"), sort=lambda _r: F("stage__position"),
            label=lambda _r: F("stage__name"), choices=_stages, edits="stage", in_bulk=True, width=115,
            reference=Reference(field="stage", referred=lambda _r: Stage.objects.all(), by="position"),
        ),
        Column(
            id="status", name=_("Status"), kind=Kind.CHOICE, value=lambda _r: F("status"),
            choices=lambda _r: list(DealStatus.choices), edits="status", width=90, on_phone=True, is_never_empty=True,
            reference=Reference(field="status", values=tuple(DealStatus.values)),
        ),
        Column(
            id="close_date", name=_("Closes"), kind=Kind.DAY, value=lambda _r: F("close_date"), edits="close_date", in_bulk=True,
            nulls_high=True, width=110,
        ),
        Column(
            id="owner", name=_("Owner"), kind=Kind.PERSON, value=lambda _r: F("owner_id"), sort=lowered("owner__name"),
            label=lambda _r: F("owner__name"), choices=people, edits="owner", in_bulk=True, width=145,
            reference=Reference(
                field="owner", referred=lambda _r: Member.objects.all(), by=NullIf(Lower("name"), Value("")), is_indexed=True
            ),
        ),
        Column(
            id="amount", name=_("Amount"), kind=Kind.MONEY, value=lambda _r: F("amount"), currency="currency",
            rate_day=lambda _r: F("close_date"), edits="amount", foot="sum", can_group=False, width=128, on_phone=True,
            is_ranked=True,
        ),
        Column(
            id="probability", name=_("Probability, %"), kind=Kind.NUMBER, value=lambda _r: F("probability"), edits="probability",
            in_bulk=True, foot="avg", is_usual=False, width=120,
        ),
        Column(
            id="unlinked", name=_("Counts in"), kind=Kind.CHOICE, value=text("unlinked_reason"),
            choices=lambda _r: list(Unlinked.choices), width=160,
            reference=Reference(field="unlinked_reason", values=tuple(reason for reason in Unlinked.values if reason)),
        ),
        Column(
            id="product", name=_("Product"), kind=Kind.REFERENCE, value=lambda _r: F("product_id"), sort=lowered("product__name"),
            label=lambda _r: F("product__name"), edits="product", is_usual=False, width=150,
            reference=Reference(field="product", referred=lambda _r: Product.objects.all(), by=NullIf(Lower("name"), Value(""))),
        ),
        Column(
            id="currency", name=_("Currency"), kind=Kind.TEXT, value=lambda _r: F("currency"), edits="currency", is_usual=False,
            width=100,
        ),
        Column(
            id="team_key", name=_("Team"), kind=Kind.TEXT, value=text("team_key"), sort=lowered("team_key"), edits="team_key",
            in_bulk=True, is_usual=False,
        ),
        Column(
            id="created_date", name=_("Created"), kind=Kind.DAY, value=lambda _r: F("created_date"), edits="created_date",
            nulls_high=True, is_usual=False,
        ),
        Column(
            id="lost_reason", name=_("Lost because"), kind=Kind.TEXT, value=text("lost_reason"), sort=lowered("lost_reason"),
            edits="lost_reason", in_bulk=True, is_usual=False, width=180,
        ),
        Column(
            id="external_id", name=_("Key in the source system"), kind=Kind.TEXT, value=text("external_id"),
            sort=lowered("external_id"), edits="external_id", can_group=False, is_usual=False, width=170,
        ),
    ),
)  # fmt: skip


def deal_rows(asked: Asked, reader: Reader) -> Rows:
    every: QuerySet[Deal] = Deal.objects.visible_to(reader.viewer)
    return Rows(DEALS, asked, reader, every)
