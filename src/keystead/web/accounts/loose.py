"""A contact by itself: a page for whoever belongs to no account (imports bring such), and a lasting address for all others."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from keystead.data.accounts.models import Contact
from keystead.data.workspace.models import Member
from keystead.domain.accounts.editing import change_contact, delete_contact
from keystead.domain.workspace.permissions import may, require
from keystead.web.accounts.forms import ContactForm
from keystead.web.accounts.references import ReferenceField, ReferenceForm
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.writing import attempt, status_of


class LooseContactForm(ContactForm):
    """With the account that the contact is to belong to; without one she reports to nobody."""

    account = ReferenceField(
        "account", label=gettext_lazy("Account"), required=False, help_text=gettext_lazy("Where this person works.")
    )

    def __init__(self, data: Any = None, *, viewer: Member, record: Contact) -> None:
        ReferenceForm.__init__(self, data, viewer=viewer, record=record)
        del self.fields["reports_to"]


@require_http_methods(["GET", "POST"])
def contact(request: WorkspaceRequest, contact_pk: UUID) -> HttpResponse:
    person = _find(request, contact_pk)
    if request.method == "POST":
        require(request.viewer, "contact.edit", person)
    if person.account_id:
        return redirect("accounts:contact", slug=request.workspace.slug, pk=person.account_id, contact_pk=person.pk)
    form = LooseContactForm(request.POST or None, viewer=request.viewer, record=person)
    if form.is_valid():
        saved = attempt(
            form, lambda: change_contact(contact=person, viewer=request.viewer, fields=form.fields_given, seen=form.seen_version)
        )
        if saved is not None:
            messages.success(request, form.said(_("Saved.")))
            return redirect("accounts:contact_alone", slug=request.workspace.slug, contact_pk=person.pk)
    context = {
        "form": form, "person": person, "may_change": may(request.viewer, "contact.edit", person),
        "may_remove": may(request.viewer, "contact.delete", person),
        "crumbs": [{"label": _("Accounts"), "url": reverse("accounts:list", args=[request.workspace.slug])},
                   {"label": str(person), "url": ""}],
    }  # fmt: skip
    return render(request, "accounts/contact_alone.html", context, status=status_of(form))


@require_POST
def deletion(request: WorkspaceRequest, contact_pk: UUID) -> HttpResponse:
    person = _find(request, contact_pk)
    delete_contact(contact=person, viewer=request.viewer)
    messages.success(request, _("%(name)s is deleted.") % {"name": person})
    return redirect("accounts:list", slug=request.workspace.slug)


def _find(request: WorkspaceRequest, key: UUID) -> Contact:
    return get_object_or_404(Contact.objects.visible_to(request.viewer).select_related("account"), pk=key)
