"""What a noun says of its list so that the grid can draw, edit and export it: values of cells, form, verbs, words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keystead.domain.grid.asking import Asked
from keystead.domain.grid.bulk import Outcome
from keystead.domain.grid.columns import Grid, Reader
from keystead.domain.grid.rows import FIRST_PAGE, Rows
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.writing import RecordForm

if TYPE_CHECKING:
    from keystead.web.grid.drawing import Drawer

type Extra = Any  # what the noun looked up for all rows of a page at once


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of a row: `raw` as a file has it (money as Money), `html` as the page has it, when its kind does not say so.

    `in_files` names the columns that stand for it in a file, where one cell of the page says several things.
    """

    raw: Callable[[Any, Extra], Any]
    html: Callable[[Any, Extra], str] | None = None
    in_files: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Listing:
    """`prepare` gets the rows of a page and gives what their cells need; `form` makes the record's form, from which the field
    of a cell is taken; `change` and `change_many` are the domain's verbs. `name` names a row, `counted` a number of them.
    `foot_at_once`: with more rows than this the footer comes after the page; `first_rows`: how many rows come with the page, the
    next ones while it is looked at. Both are small where a row's figures are dear to compute.
    """

    grid: Grid
    rows: Callable[[Asked, Reader], Rows]
    title: Any
    template: str
    cells: Mapping[str, Cell]
    counted: Callable[[int], str]
    form: Callable[..., RecordForm]
    change: Callable[..., Any]
    change_many: Callable[..., Outcome]
    prepare: Callable[[list[Any], Rows, WorkspaceRequest], Extra] = lambda _records, _rows, _request: None
    name: Callable[[Any, Extra], str] = lambda record, _extra: str(record)
    frame: Callable[[WorkspaceRequest], dict[str, Any]] = lambda _request: {}
    framed: Callable[[WorkspaceRequest, Any], dict[str, Any]] = lambda _request, _page: {}
    drawer: "type[Drawer] | None" = None
    tools_template: str = ""
    foot_at_once: int = 2_000
    first_rows: int = FIRST_PAGE

    def is_foot_at_once(self, counted: int) -> bool:
        return counted <= self.foot_at_once

    @property
    def id(self) -> str:
        return self.grid.id
