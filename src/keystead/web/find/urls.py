"""The addresses of finding, under /w/<slug>/find/."""

from django.urls import path

from keystead.web.find import duplicates, page

urlpatterns = [
    path("", page.find_page, name="find"),
    path("duplicates/", duplicates.accounts, name="duplicates"),
    path("duplicates/contacts/", duplicates.contacts, name="duplicate_contacts"),
]
