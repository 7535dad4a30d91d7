"""The addresses of deals, under /w/<slug>/deals/."""

from django.urls import path

from keystead.web.deals import editing, listing, page
from keystead.web.grid.urls import list_urls

app_name = "deals"
urlpatterns = [
    *list_urls(listing.LISTING),
    path("new/", editing.new, name="new"),
    path("<uuid:pk>/", page.detail, name="detail"),
    path("<uuid:pk>/edit/", editing.edit, name="edit"),
    path("<uuid:pk>/deletion/", editing.deletion, name="deletion"),
]
