"""The addresses of saved views, under /w/<slug>/views/, and those that every list has."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keystead.web.grid import views
from keystead.web.grid.bulk import bulk
from keystead.web.grid.cells import cell
from keystead.web.grid.exporting import export_csv, export_xlsx
from keystead.web.grid.listing import Listing
from keystead.web.grid.page import grid_page
from keystead.web.requests import WorkspaceRequest

app_name = "views"
urlpatterns = [
    path("", views.new, name="new"),
    path("default/", views.default, name="default"),
    path("<uuid:pk>/", views.change, name="change"),
    path("<uuid:pk>/deletion/", views.deletion, name="deletion"),
]


def list_urls(listing: Listing) -> list[URLPattern]:
    """The list's page, its files, its cells and the change of many."""

    def of(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return lambda request, **parts: view(request, listing, **parts)

    def one_cell(request: WorkspaceRequest, pk: UUID, column: str) -> HttpResponse:
        return cell(request, listing, pk, column)

    both: Any = require_http_methods(["GET", "POST"])
    return [
        path("", require_GET(of(grid_page)), name="list"),
        path("export.csv", require_GET(of(export_csv)), name="export_csv"),
        path("export.xlsx", require_GET(of(export_xlsx)), name="export_xlsx"),
        path("bulk/", require_POST(of(bulk)), name="bulk"),
        path("<uuid:pk>/cells/<slug:column>/", both(one_cell), name="cell"),
    ]
