"""The list of accounts: what its cells show, and what may be written in them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keystead.data.accounts.models import Account
from keystead.data.workspace.models import Member
from keystead.domain.accounts.columns import ACCOUNTS, account_rows
from keystead.domain.accounts.editing import change_account
from keystead.domain.grid.bulk import Outcome, change_many
from keystead.domain.grid.rows import Rows
from keystead.domain.workspace.permissions import may
from keystead.web.accounts.forms import AccountForm
from keystead.web.grid.drawing import EMPTY, link, pattern, person
from keystead.web.grid.listing import Cell, Listing
from keystead.web.plans.words import count_text
from keystead.web.portfolio.cells import short_segment
from keystead.web.requests import WorkspaceRequest
from keystead.web.templatetags import pieces
from keystead.web.templatetags.quick import filled


def parents_of(accounts: Iterable[Account], viewer: Member) -> dict[UUID, Account]:
    """Those parents that the viewer may see: of the others not even the name is told."""
    wanted = {account.parent_id for account in accounts if account.parent_id}
    return {parent.pk: parent for parent in Account.objects.visible_to(viewer).filter(pk__in=wanted)} if wanted else {}


def counted(count: int) -> str:
    return ngettext("%(shown)s account", "%(shown)s accounts", count) % {"shown": count_text(count)}


@dataclass(frozen=True)
class _Extra:
    parents: Mapping[UUID, Account]
    detail: str
    deals: str
    plans: str
    shown: frozenset[str]


def _prepare(records: list[Account], rows: Rows, request: WorkspaceRequest) -> _Extra:
    parents = parents_of(records, request.viewer) if "parent" in rows.shown else {}
    slug = request.workspace.slug
    detail, deals, plans = (pattern(f"accounts:{name}", slug) for name in ("detail", "deals", "plans"))
    return _Extra(parents, detail, deals, plans, frozenset(rows.shown))


def _name(account: Account, extra: _Extra) -> SafeString:
    title = link(extra.detail.format(account.pk), account.name, "row-title wrap-anywhere")
    place = " · ".join(
        text for name, text in (("industry", account.industry), ("country", account.country)) if text and name not in extra.shown
    )
    star = EMPTY
    if account.is_key:
        words = _("key account")
        star = filled(
            '<span class="inline-block align-[-2px] text-accent" title="{}">{}</span> ', words, pieces.icon("star", "s", words)
        )
    former = " " + _("former customer") if account.former else ""
    return filled('{}<div class="sub">{}{}{}</div>', title, star, place, former) if star or place or former else title


def _parent(account: Account, extra: _Extra) -> SafeString | str:
    parent = extra.parents.get(account.parent_id) if account.parent_id else None
    return link(extra.detail.format(parent.pk), parent.name) if parent else EMPTY


def _parent_name(account: Account, extra: _Extra) -> str:
    parent = extra.parents.get(account.parent_id) if account.parent_id else None
    return parent.name if parent else ""


def _count(name: str) -> Callable[[Any, _Extra], SafeString]:
    def drawn(account: Any, extra: _Extra) -> SafeString:
        count = getattr(account, f"v_{name}")
        url = getattr(extra, name).format(account.pk)
        return link(url, count_text(count)) if count else filled('<span class="sub">{}</span>', 0)

    return drawn


def _plain(name: str) -> Cell:
    return Cell(lambda record, _extra: getattr(record, name))


def _form(request: WorkspaceRequest, record: Account | None, wrap: Callable[[Any], Any]) -> AccountForm:
    data = request.POST if request.method == "POST" else None
    form: AccountForm = wrap(AccountForm)(data, viewer=request.viewer, record=record)
    return form


def _change(account: Account, viewer: Member, fields: Mapping[str, Any], seen: int | None) -> Account:
    return change_account(account=account, viewer=viewer, fields=fields, seen=seen)


def _change_many(accounts: QuerySet[Any], viewer: Member, fields: Mapping[str, Any]) -> Outcome:
    return change_many(grid=ACCOUNTS, rows=accounts, viewer=viewer, fields=fields)


def frame(request: WorkspaceRequest) -> dict[str, Any]:
    return {
        "may_create": may(request.viewer, "account.create"),
        "search_words": _("Search accounts"),
    }  # fmt: skip


LISTING = Listing(
    grid=ACCOUNTS,
    rows=account_rows,
    title=gettext_lazy("Accounts"),
    template="accounts/list.html",
    foot_at_once=100,  # each account is counted for it
    counted=counted,
    prepare=_prepare,
    name=lambda account, _extra: account.name,
    form=_form,
    change=_change,
    change_many=_change_many,
    frame=frame,
    cells={
        "name": Cell(lambda account, _extra: account.name, _name),
        "parent": Cell(_parent_name, _parent),
        "owner": Cell(
            lambda account, _extra: account.owner.name if account.owner else "",
            lambda account, _extra: person(account.owner.name if account.owner else None),
        ),
        "segment": Cell(lambda account, _extra: short_segment(account.segment_current)),
        "segment_target": Cell(lambda account, _extra: short_segment(account.segment_target)),
        **{
            name: _plain(name)
            for name in ("industry", "country", "status", "website", "employees", "is_key", "former", "external_id")
        },
        "deals": Cell(lambda account, _extra: account.v_deals, _count("deals")),
        "plans": Cell(lambda account, _extra: account.v_plans, _count("plans")),
    },
)
