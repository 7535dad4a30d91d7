"""The grid's state stands in its address, or in a saved view that the address names. Every link is the state, changed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from keystead.data.workspace.views import SavedView
from keystead.domain.grid.asking import MOST_SORTS, Asked, Sort, read_asked
from keystead.domain.grid.columns import Grid
from keystead.domain.workspace.views import default_view, views_of
from keystead.web.requests import WorkspaceRequest

WITHOUT_VIEW = "all"


@dataclass(frozen=True, slots=True)
class State:
    """`view`: the saved view that is shown, or that the state was changed from. `default`: what an empty address means.

    `views`: all that the reader may use here. `is_lost`: the address names one that is not among them.
    """

    grid: Grid
    asked: Asked
    view: SavedView | None = None
    default: SavedView | None = None
    views: tuple[SavedView, ...] = ()
    is_lost: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether the page shows something else than its view says."""
        return self.view is not None and self.asked.query != self.view.query

    def pairs(self, asked: Asked | None = None) -> list[tuple[str, str]]:
        asked = self.asked if asked is None else asked
        if self.view is not None:
            return [("view", str(self.view.pk))] if asked.query == self.view.query else [*asked.pairs, ("of", str(self.view.pk))]
        return asked.pairs or ([("view", WITHOUT_VIEW)] if self.default else [])

    def to(self, asked: Asked | None = None, **more: str) -> str:
        """The address with this state; `more` are further parameters."""
        return "?" + urlencode([*self.pairs(asked), *((name, value) for name, value in more.items() if value)], safe=",:")

    @property
    def in_full(self) -> str:
        """The address that goes on meaning these rows, whatever becomes of the view: for what is done with all of them."""
        pairs = self.asked.pairs + ([("of", str(self.view.pk))] if self.view else [])
        return "?" + urlencode(pairs or [("view", WITHOUT_VIEW)], safe=",:")

    # What links change

    def sorted_by(self, sorts: Iterable[Sort]) -> str:
        return self.to(replace(self.asked, order=tuple(sorts)[:MOST_SORTS]))

    def grouped_by(self, names: Iterable[str]) -> str:
        return self.to(replace(self.asked, group=tuple(names)))

    def without(self, *names: str) -> str:
        return self.to(self.asked.without(*names))

    def footed(self, column: str, how: str) -> str:
        foot = {name: value for name, value in self.asked.foot.items() if name != column}
        usual = self.grid.columns[column].foot
        return self.to(replace(self.asked, foot=foot if how == usual else foot | {column: how or "none"}))

    def with_columns(self, names: Iterable[str]) -> str:
        made = tuple(names)
        return self.to(replace(self.asked, columns=() if made == self.grid.usual_columns else made))


def state_of(request: WorkspaceRequest, grid: Grid) -> State:
    asked = read_asked(request.GET, grid)
    views = tuple(views_of(viewer=request.viewer, list_id=grid.id))
    default = default_view(viewer=request.viewer, list_id=grid.id) if views else None
    named, of = (_key(request.GET.get(name, "")) for name in ("view", "of"))
    if named or of:
        view = next((each for each in views if each.pk == (named or of)), None)
        if view is not None and named:
            asked = read_asked(QueryDict(view.query), grid)
        return State(grid, asked, view, default, views, is_lost=view is None)
    if default is not None and not asked.pairs and request.GET.get("view") != WITHOUT_VIEW:
        return State(grid, read_asked(QueryDict(default.query), grid), default, default, views)
    return State(grid, asked, None, default, views)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def hidden_inputs(state: State, asked: Asked | None = None, *, but: Iterable[str] = ()) -> list[tuple[str, str]]:
    """What a form carries along so that the rest of the state (or of `asked`) stays, and its view; without one, that an address
    which says nothing else does not mean the default view."""
    left_out = set(but)
    pairs = [pair for pair in (asked or state.asked).pairs if pair[0] not in left_out]
    if state.view is not None:
        return [*pairs, ("of", str(state.view.pk))]
    return [*pairs, ("view", WITHOUT_VIEW)] if state.default else pairs
