"""The addresses of the portfolio, under /w/<slug>/portfolio/."""

from django.urls import path

from keystead.web.grid.urls import list_urls
from keystead.web.portfolio import explaining, listing

app_name = "portfolio"
urlpatterns = [
    *list_urls(listing.LISTING),
    path("explanation", explaining.explanation, name="explanation"),
]
