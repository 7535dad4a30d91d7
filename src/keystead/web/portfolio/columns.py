"""The portfolio's columns as the grid knows them. Its figures are computed in sets elsewhere: here stands what may be asked."""

from typing import Any, Literal

from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from keystead.data.accounts.models import TARGET_SEGMENTS, Account, Segment
from keystead.domain.accounts.columns import SHORT_SEGMENTS, people
from keystead.domain.accounts.finding import values_in_use
from keystead.domain.accounts.portfolio.columns import COLUMNS, FOOT, GROUPS, MOST_GROUPS, Kind
from keystead.domain.accounts.portfolio.query import OWNERS, PLANS
from keystead.domain.grid.columns import Column, Grid, Reader, columns
from keystead.domain.grid.columns import Kind as GridKind

_KINDS = {Kind.TEXT: GridKind.TEXT, Kind.MONEY: GridKind.MONEY, Kind.RATIO: GridKind.RATIO, Kind.COUNT: GridKind.NUMBER}
_USUAL = ("target", "won", "forecast", "achievement")


def _nothing(_reader: Reader) -> Any:
    return Value(None)


def _values(field: Literal["industry", "country"]) -> Any:
    """The values that accounts have there, as far as the reader may see them."""

    def found(reader: Reader) -> list[tuple[str, str]]:
        return [(value, value) for value in values_in_use(field, viewer=reader.viewer)]

    return found


def _owners(reader: Reader) -> list[tuple[str, Any]]:
    return [*((key, words) for key, words in OWNERS.items() if key not in ("me", "nobody")), *people(reader)]


def _column(name: str, **more: Any) -> Column:
    about = COLUMNS[name]
    given = {"id": name, "name": about.name, "kind": _KINDS[about.kind], "value": _nothing, "can_group": name in GROUPS}
    return Column(**(given | more))


def _figure(name: str) -> Column:
    return _column(
        name, can_filter=False, is_usual=name in _USUAL, foot="sum", says=tuple(FOOT),
        width=120 if name == "achievement" else 96, on_phone=name == "achievement",
    )  # fmt: skip


def _group(name: str) -> Column:
    """Something that groups and is no column."""
    return Column(
        id=name, name=GROUPS[name].name, kind=GridKind.TEXT, value=_nothing, can_sort=False, can_filter=False, can_show=False,
        is_usual=False,
    )  # fmt: skip


_SEGMENTS = [(segment.value, SHORT_SEGMENTS[segment]) for segment in Segment]
_TARGETS = [(value, SHORT_SEGMENTS[Segment(value)]) for value, _label in TARGET_SEGMENTS]
PORTFOLIO = Grid(
    id="portfolio",
    model=Account,
    usual=("account",),
    edit_action="account.edit",
    extra_filters=("period", "below"),
    context=("period",),
    most_groups=MOST_GROUPS,
    columns=columns(
        _column("account", width=178, on_phone=True, can_filter=False, is_never_empty=True, edits="name"),
        _column(
            "segment", kind=GridKind.CHOICE, choices=lambda _r: _SEGMENTS, edits="segment_current", in_bulk=True, width=165,
        ),
        _column(
            "owner", kind=GridKind.PERSON, choices=_owners, edits="owner", in_bulk=True, width=134,
        ),
        Column(
            id="bar", name=_("Won and forecast"), kind=GridKind.TEXT, value=_nothing, can_sort=False, can_group=False,
            can_filter=False, width=110, on_phone=True,
        ),
        *(_figure(name) for name in COLUMNS if COLUMNS[name].is_figure),
        _column("plan", kind=GridKind.CHOICE, choices=lambda _r: list(PLANS.items()), is_never_empty=True, width=126),
        _column(
            "segment_target", kind=GridKind.CHOICE, choices=lambda _r: _TARGETS, edits="segment_target",
            in_bulk=True, is_usual=False, width=140,
        ),
        _column("industry", kind=GridKind.CHOICE, choices=_values("industry"), edits="industry", in_bulk=True, is_usual=False),
        _column("country", kind=GridKind.CHOICE, choices=_values("country"), edits="country", in_bulk=True, is_usual=False),
        Column(
            id="is_key", name=_("Key account"), kind=GridKind.YES_NO, value=_nothing, can_sort=False, can_group=False,
            edits="is_key", in_bulk=True, is_usual=False, width=110, is_never_empty=True,
        ),
        *(_group(name) for name in GROUPS if name not in COLUMNS),
    ),
)  # fmt: skip
