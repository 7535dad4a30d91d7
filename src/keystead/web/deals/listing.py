"""The list of deals: what its cells show (with the plan in which each counts, or why in none), and what may be written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from keystead.base.money import Money
from keystead.data.accounts.models import Account
from keystead.data.deals.models import Deal, DealStatus
from keystead.data.workspace.models import Member
from keystead.domain.deals.bulk import change_deals
from keystead.domain.deals.columns import DEALS, deal_rows
from keystead.domain.deals.editing import change_deal
from keystead.domain.grid.rows import Rows
from keystead.domain.workspace.permissions import may
from keystead.web.deals.forms import DealForm
from keystead.web.deals.links import in_brief, plans_of, reason
from keystead.web.grid.drawing import link, pattern, person
from keystead.web.grid.listing import Cell, Listing
from keystead.web.plans.words import FACT_TONES, count_text, language
from keystead.web.requests import WorkspaceRequest
from keystead.web.templatetags import formats, pieces
from keystead.web.templatetags.quick import filled

MANY = 1_000  # nobody reads a larger number of deals without a plan


@dataclass(frozen=True)
class _Extra:
    accounts: Mapping[UUID, str]
    plans: Mapping[UUID, list[dict[str, Any]]]
    detail: str
    account: str


def _prepare(records: list[Deal], rows: Rows, request: WorkspaceRequest) -> _Extra:
    """A deal of mine may be at an account that is not: then the account is not told."""
    wanted = {deal.account_id for deal in records if deal.account_id}
    visible = Account.objects.visible_to(request.viewer).filter(pk__in=wanted)
    plans = plans_of(records, "deal", request) if "unlinked" in rows.shown else {}
    slug = request.workspace.slug
    return _Extra(
        dict(visible.values_list("pk", "name")) if wanted else {},
        plans,
        pattern("deals:detail", slug),
        pattern("accounts:detail", slug),
    )


def _account_name(deal: Deal, extra: _Extra) -> str:
    return extra.accounts.get(deal.account_id, "") if deal.account_id else ""


def _name(deal: Deal, extra: _Extra) -> SafeString:
    """On a phone the day stands here as well: the list is sorted by it."""
    title = link(extra.detail.format(deal.pk), deal.name, "row-title wrap-anywhere")
    day = formats.day_in_list(deal.close_date, language()) if deal.close_date else ""
    account = _account_name(deal, extra)
    return filled('{}<div class="sub only-phone num">{}</div><div class="sub only-phone">{}</div>', title, day, account)


def _account(deal: Deal, extra: _Extra) -> SafeString:
    if name := _account_name(deal, extra):
        return link(extra.account.format(deal.account_id), name)
    return filled('<span class="sub">{}</span>', _("hidden") if deal.account_id else pgettext("account", "none"))


def _status(deal: Deal, _extra: _Extra) -> SafeString:
    return pieces.chip(DealStatus(deal.status).label, FACT_TONES[deal.status])


def _money(deal: Deal, _extra: _Extra) -> Money | None:
    return None if deal.amount is None else Money(deal.amount, deal.currency)


def _counts(deal: Deal, extra: _Extra) -> SafeString:
    plans = extra.plans.get(deal.pk, [])
    if plans:
        named = ((link(plan["url"], plan["name"]) if plan["url"] else plan["name"], plan["why"]) for plan in plans)
        full = "; ".join(f"{plan['name']}: {plan['why']}" for plan in plans)
        listed = SafeString("; ".join(filled("{}: {}", name, why) for name, why in named))
        return filled('<div class="sub" title="{}">{}</div>', full, listed)
    return filled('<div class="sub" title="{}">{}</div>', reason(deal), _counts_raw(deal, extra))


def _counts_raw(deal: Deal, extra: _Extra) -> str:
    plans = "; ".join(plan["name"] for plan in extra.plans.get(deal.pk, []))
    return plans or in_brief(deal) or _("in no plan")


def _plain(name: str) -> Cell:
    return Cell(lambda record, _extra: getattr(record, name))


def _named(name: str) -> Callable[[Any, _Extra], str]:
    def words(deal: Any, _extra: _Extra) -> str:
        other = getattr(deal, name)
        return other.name if other else ""

    return words


def _form(request: WorkspaceRequest, record: Deal | None, wrap: Callable[[Any], Any]) -> DealForm:
    data = request.POST if request.method == "POST" else None
    form: DealForm = wrap(DealForm)(data, viewer=request.viewer, record=record)
    return form


def _change(deal: Deal, viewer: Member, fields: Mapping[str, Any], seen: int | None) -> Deal:
    return change_deal(deal=deal, viewer=viewer, fields=fields, seen=seen)


def frame(request: WorkspaceRequest) -> dict[str, Any]:
    unlinked = len(Deal.objects.visible_to(request.viewer).exclude(unlinked_reason="").values_list("pk")[: MANY + 1])
    return {
        "may_create": may(request.viewer, "deal.create"),
        "search_words": _("Search deals"), "unlinked": min(unlinked, MANY), "unlinked_are_more": unlinked > MANY,
    }  # fmt: skip


LISTING = Listing(
    grid=DEALS,
    rows=deal_rows,
    title=gettext_lazy("Deals"),
    template="deals/list.html",
    foot_at_once=100,  # each amount is converted for it
    counted=lambda count: ngettext("%(shown)s deal", "%(shown)s deals", count) % {"shown": count_text(count)},
    prepare=_prepare,
    name=lambda deal, _extra: deal.name,
    form=_form,
    change=_change,
    change_many=lambda deals, viewer, fields: change_deals(deals=deals, viewer=viewer, fields=fields),
    frame=frame,
    cells={
        "name": Cell(lambda deal, _extra: deal.name, _name),
        "account": Cell(_account_name, _account),
        "stage": Cell(_named("stage")),
        "status": Cell(lambda deal, _extra: str(DealStatus(deal.status).label), _status),
        "owner": Cell(_named("owner"), lambda deal, _extra: person(deal.owner.name if deal.owner else None)),
        "amount": Cell(_money),
        "unlinked": Cell(_counts_raw, _counts),
        "product": Cell(_named("product")),
        **{
            name: _plain(name)
            for name in ("close_date", "created_date", "probability", "currency", "team_key", "lost_reason", "external_id")
        },
    },
)
