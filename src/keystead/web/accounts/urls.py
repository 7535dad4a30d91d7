"""The addresses of accounts, under /w/<slug>/accounts/."""

from django.urls import path

from keystead.web.accounts import contacts, editing, facts, listing, loose, overview, references, team
from keystead.web.grid.urls import list_urls

app_name = "accounts"
_CONTACT = "<uuid:pk>/contacts/<uuid:contact_pk>/"

urlpatterns = [
    *list_urls(listing.LISTING),
    path("options/", references.options, name="options"),
    path("new/", editing.new, name="new"),
    path("contacts/<uuid:contact_pk>/", loose.contact, name="contact_alone"),
    path("contacts/<uuid:contact_pk>/deletion/", loose.deletion, name="contact_alone_deletion"),
    path("<uuid:pk>/", overview.detail, name="detail"),
    path("<uuid:pk>/edit/", editing.edit, name="edit"),
    path("<uuid:pk>/deletion/", editing.deletion, name="deletion"),
    path("<uuid:pk>/plans/", facts.plans, name="plans"),
    path("<uuid:pk>/deals/", facts.deals, name="deals"),
    path("<uuid:pk>/orders/", facts.orders, name="orders"),
    path("<uuid:pk>/activity/", facts.activity, name="activity"),
    path("<uuid:pk>/contacts/", contacts.contacts, name="contacts"),
    path("<uuid:pk>/contacts/new/", contacts.new, name="contact_new"),
    path(_CONTACT, contacts.contact, name="contact"),
    path(_CONTACT + "deletion/", contacts.deletion, name="contact_deletion"),
    path("<uuid:pk>/team/", team.team, name="team"),
    path("<uuid:pk>/team/<uuid:member_pk>/deletion/", team.leave, name="team_leave"),
]
