"""The addresses of deals, under /w/<slug>/deals/."""

from django.urls import path

from keystead.web.deals import editing, exporting, listing, page

app_name = "deals"
urlpatterns = [
    path("", listing.deal_list, name="list"),
    path("export.csv", exporting.export_csv, name="export_csv"),
    path("export.xlsx", exporting.export_xlsx, name="export_xlsx"),
    path("new/", editing.new, name="new"),
    path("<uuid:pk>/", page.detail, name="detail"),
    path("<uuid:pk>/edit/", editing.edit, name="edit"),
    path("<uuid:pk>/deletion/", editing.deletion, name="deletion"),
]
