"""The columns of the list of accounts. What the reader may not see (a parent's name) sorts and filters nothing either."""

from typing import Any, Literal
from uuid import UUID

from django.db.models import Case, Count, F, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils.translation import gettext_lazy as _

from keystead.base.words import fold
from keystead.data.accounts.models import TARGET_SEGMENTS, Account, Segment
from keystead.data.counting.by_account import deals_of, most_deals
from keystead.data.counting.models import kept_count
from keystead.data.deals.models import Deal
from keystead.data.permissions import Reach, reach
from keystead.data.plans.models import Plan
from keystead.data.workspace.models import Member
from keystead.domain.accounts.finding import values_in_use, with_words
from keystead.domain.grid.asking import Asked
from keystead.domain.grid.columns import Column, Grid, Kind, Reader, columns
from keystead.domain.grid.rows import Rows

SHORT_SEGMENTS = {
    Segment.STRATEGIC: _("Strategic"), Segment.STEADY: _("Steady"), Segment.EXPERT: _("Expert for hire"),
    Segment.NONE: _("No relationship"), Segment.DORMANT: _("Dormant"), Segment.NEGATIVE: _("Negative"),
}  # fmt: skip


def seen_only(path: str, then: str) -> Any:
    """`then` of the account at `path`, for readers who may see that account; for others nothing."""

    def value(reader: Reader) -> Any:
        if reach(reader.viewer, "account.read") is Reach.ALL:
            return F(then)
        visible = Account.objects.visible_to(reader.viewer).values("pk")
        return Case(When(**{f"{path}__in": visible}, then=F(then)))

    return value


def text(field: str) -> Any:
    """A text, NULL where it is empty."""
    return lambda _reader: NullIf(F(field), Value(""))


def lowered(field: str) -> Any:
    return lambda _reader: NullIf(Lower(field), Value(""))


def people(reader: Reader) -> list[tuple[str, str]]:
    found = Member.objects.visible_to(reader.viewer).order_by("name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in found]


def _rank(field: str) -> Any:
    ranks = [When(**{field: segment.value}, then=Value(segment.rank)) for segment in Segment]
    return lambda _reader: Case(*ranks, output_field=IntegerField())


def _is_kept(model: Any, reader: Reader) -> bool:
    """The number of all deals is kept for each account; who sees fewer of them counts."""
    return model is Deal and reach(reader.viewer, "deal.read") is Reach.ALL


def _own(model: Any) -> Any:
    """How many the account has itself, as far as the reader may see them."""

    def value(reader: Reader) -> Any:
        if _is_kept(model, reader):
            return deals_of()
        own = model.objects.visible_to(reader.viewer).filter(account=OuterRef("pk")).order_by().values("account")
        return Coalesce(Subquery(own.annotate(n=Count("pk")).values("n")), 0, output_field=IntegerField())

    return value


MOST_ALIKE = 500  # with more accounts that have the same number, all are counted one by one


def _most(model: Any) -> Any:
    """The accounts with the most: counted together instead of one by one."""

    def keys(accounts: QuerySet[Any], reader: Reader, wanted: int, beyond: int | None) -> list[UUID] | None:
        among = accounts if kept_count(accounts) is None else None
        if _is_kept(model, reader):
            listed = most_deals(MOST_ALIKE + wanted, beyond=beyond, among=among)
        else:
            listed = _counted(model.objects.visible_to(reader.viewer), beyond, among, MOST_ALIKE + wanted)
        behind = [n for _key, n in listed if beyond is None or n < beyond]
        if len(behind) < wanted or (len(listed) == MOST_ALIKE + wanted and listed[-1][1] == behind[wanted - 1]):
            return None
        return [key for key, n in listed if n >= behind[wanted - 1]]

    return keys


def _counted(own: QuerySet[Any], beyond: int | None, among: QuerySet[Any] | None, most: int) -> list[tuple[UUID, int]]:
    """At most so many accounts and how many each has, the most first."""
    own = own.filter(account__isnull=False) if among is None else own.filter(account__in=among.order_by().values("pk"))
    counts = own.order_by().values("account").annotate(n=Count("*")).order_by("-n")
    return list((counts if beyond is None else counts.filter(n__lte=beyond)).values_list("account", "n")[:most])


MOST_USED = 500


def _used(field: Literal["industry", "country"]) -> Any:
    """The words are looked for in the values that are in use, which are few; the accounts then come from an index."""

    def narrow(accounts: QuerySet[Any], words: str, reader: Reader) -> QuerySet[Any]:
        if words in ("none", "any"):
            return accounts.filter(**{field: ""}) if words == "none" else accounts.exclude(**{field: ""})
        used = values_in_use(field, viewer=reader.viewer, most=MOST_USED + 1)
        if len(used) > MOST_USED:
            return with_words(accounts, words, field)
        wanted = fold(words).split()[:8]
        return accounts.filter(**{f"{field}__in": [value for value in used if all(word in fold(value) for word in wanted)]})

    return narrow


def _segments(_reader: Reader) -> list[tuple[str, Any]]:
    return [(segment.value, SHORT_SEGMENTS[segment]) for segment in Segment]


def _targets(_reader: Reader) -> list[tuple[str, Any]]:
    return [(value, SHORT_SEGMENTS[Segment(value)]) for value, _label in TARGET_SEGMENTS]


def _plain(name: str, words: Any, **more: Any) -> Column:
    given = {"kind": Kind.TEXT, "value": text(name), "sort": lowered(name), "edits": name, "in_bulk": True, "is_usual": False}
    return Column(id=name, name=words, **(given | more))


ACCOUNTS = Grid(
    id="accounts",
    model=Account,
    usual=("name",),
    edit_action="account.edit",
    found_by="account",
    related=("owner",),
    columns=columns(
        Column(
            id="name", name=_("Account"), kind=Kind.TEXT, value=lambda _r: F("name"), sort=lambda _r: Lower("name"), edits="name",
            is_never_empty=True, can_group=False, foot="count", width=236, on_phone=True,
        ),
        Column(
            id="parent", name=_("Part of"), kind=Kind.REFERENCE, value=seen_only("parent", "parent_id"),
            sort=lambda r: Lower(seen_only("parent", "parent__name")(r)), label=seen_only("parent", "parent__name"),
            edits="parent", width=165, is_annotated=True,
        ),
        Column(
            id="owner", name=_("Owner"), kind=Kind.PERSON, value=lambda _r: F("owner_id"), sort=lowered("owner__name"),
            label=lambda _r: F("owner__name"), choices=people, edits="owner", in_bulk=True, width=155,
        ),
        Column(
            id="segment", name=_("Segment now"), kind=Kind.CHOICE, value=text("segment_current"), sort=_rank("segment_current"),
            choices=_segments, edits="segment_current", in_bulk=True, width=130,
        ),
        Column(
            id="segment_target", name=_("Target segment"), kind=Kind.CHOICE, value=text("segment_target"),
            sort=_rank("segment_target"), choices=_targets, edits="segment_target", in_bulk=True, width=130,
        ),
        _plain("industry", _("Industry"), narrow=_used("industry"), width=140),
        _plain("country", _("Country"), narrow=_used("country"), width=110),
        _plain("status", _("Status")),
        _plain("website", _("Website"), in_bulk=False, can_group=False, width=170),
        Column(
            id="employees", name=_("Employees"), kind=Kind.NUMBER, value=lambda _r: F("employees"), edits="employees", foot="sum",
            can_group=False, width=110,
        ),
        Column(
            id="deals", name=_("Deals"), kind=Kind.NUMBER, value=_own(Deal), is_annotated=True, foot="sum", can_group=False,
            width=90, on_phone=True, most=_most(Deal),
        ),
        Column(
            id="plans", name=_("Plans"), kind=Kind.NUMBER, value=_own(Plan), is_annotated=True, foot="sum", can_group=False,
            width=90, on_phone=True, most=_most(Plan),
        ),
        Column(
            id="is_key", name=_("Key account"), kind=Kind.YES_NO, value=lambda _r: F("is_key"), edits="is_key", in_bulk=True,
            is_usual=False, width=110,
        ),
        Column(
            id="former", name=_("Former customer"), kind=Kind.YES_NO, value=lambda _r: F("former"), edits="former", in_bulk=True,
            is_usual=False, width=130,
        ),
        _plain("external_id", _("Key in the source system"), in_bulk=False, can_group=False, width=170),
    ),
)  # fmt: skip


def account_rows(asked: Asked, reader: Reader) -> Rows:
    every: QuerySet[Account] = Account.objects.visible_to(reader.viewer)
    return Rows(ACCOUNTS, asked, reader, every)
