"""The people at an account: list, add, change, delete."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keystead.data.accounts.models import Contact
from keystead.domain.accounts.editing import change_contact, create_contact, delete_contact
from keystead.domain.workspace.permissions import require
from keystead.web.accounts.forms import ContactForm
from keystead.web.accounts.page import account_context, find_account, may_here
from keystead.web.accounts.references import contacts_at
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.writing import attempt, status_of

_BOTH = require_http_methods(["GET", "POST"])


@require_GET
def contacts(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    account = find_account(request, pk)
    above = Prefetch("reports_to", Contact.objects.visible_to(request.viewer))
    found = contacts_at(account, request.viewer).prefetch_related(above)
    return render(request, "accounts/contacts.html", account_context(request, account, "contacts") | {"contacts": found})


@_BOTH
def new(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    account = find_account(request, pk)
    require(request.viewer, "contact.create")
    form = ContactForm(request.POST or None, viewer=request.viewer, account=account)
    if form.is_valid():
        made = attempt(form, lambda: create_contact(viewer=request.viewer, fields=form.fields_given | {"account": account}))
        if made is not None:
            messages.success(request, _("%(name)s is there.") % {"name": made})
            return redirect("accounts:contacts", slug=request.workspace.slug, pk=pk)
    context = account_context(request, account, "contacts", _("New contact")) | {"form": form}
    return render(request, "accounts/contact.html", context, status=status_of(form))


@_BOTH
def contact(request: WorkspaceRequest, pk: UUID, contact_pk: UUID) -> HttpResponse:
    account = find_account(request, pk)
    person = get_object_or_404(contacts_at(account, request.viewer), pk=contact_pk)
    if request.method == "POST":
        require(request.viewer, "contact.edit", person)
    form = ContactForm(request.POST or None, viewer=request.viewer, account=account, record=person)
    if form.is_valid():
        saved = attempt(
            form, lambda: change_contact(contact=person, viewer=request.viewer, fields=form.fields_given, seen=form.seen_version)
        )
        if saved is not None:
            messages.success(request, form.said(_("Saved.")))
            return redirect("accounts:contacts", slug=request.workspace.slug, pk=pk)
    rights = {"may_change": may_here(request.viewer, "contact.edit"), "may_remove": may_here(request.viewer, "contact.delete")}
    context = account_context(request, account, "contacts", str(person)) | {"form": form, "person": person, **rights}
    return render(request, "accounts/contact.html", context, status=status_of(form))


@require_POST
def deletion(request: WorkspaceRequest, pk: UUID, contact_pk: UUID) -> HttpResponse:
    account = find_account(request, pk)
    person = get_object_or_404(contacts_at(account, request.viewer), pk=contact_pk)
    delete_contact(contact=person, viewer=request.viewer)
    messages.success(request, _("%(name)s is deleted.") % {"name": person})
    return redirect("accounts:contacts", slug=request.workspace.slug, pk=pk)
