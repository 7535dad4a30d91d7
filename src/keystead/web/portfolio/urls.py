"""The addresses of the portfolio, under /w/<slug>/portfolio/."""

from django.urls import path

from keystead.web.portfolio import explaining, exporting, grid

app_name = "portfolio"
urlpatterns = [
    path("", grid.portfolio_list, name="list"),
    path("explanation", explaining.explanation, name="explanation"),
    path("export.csv", exporting.export_csv, name="export_csv"),
    path("export.xlsx", exporting.export_xlsx, name="export_xlsx"),
]
