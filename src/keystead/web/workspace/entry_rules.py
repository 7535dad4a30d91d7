"""The page of the rules of entry."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from keystead.data.workspace.entry import EntryRule, Voucher
from keystead.data.workspace.models import Role
from keystead.domain.workspace.entry_rules import ROLES, make_rule, remove_rule
from keystead.domain.workspace.permissions import require
from keystead.web.requests import WorkspaceRequest
from keystead.web.workspace.leaving import confirm_first
from keystead.web.workspace.tabs import settings_crumbs, settings_tabs
from keystead.web.workspace.writing import attempt, status_of


class RuleForm(forms.Form):
    domain = forms.CharField(label=gettext_lazy("Addresses at"), max_length=200, help_text=gettext_lazy("Such as example.com."))
    voucher = forms.ChoiceField(label=gettext_lazy("Vouched for by"), choices=Voucher.choices, required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("Come in as"), choices=[(role.value, role.label) for role in ROLES], initial=Role.VIEWER
    )


def entry_rules(request: WorkspaceRequest) -> HttpResponse:
    require(request.viewer, "workspace.edit")
    form = RuleForm(request.POST or None)
    if form.is_valid():
        confirm_first(request)
        made = attempt(form, lambda: make_rule(viewer=request.viewer, fields=form.cleaned_data))
        if made is not None:
            messages.success(request, _("People at %(domain)s can come in now.") % {"domain": made.domain})
            return redirect("entry_rules", slug=request.workspace.slug)
    here = {"label": _("Rules of entry"), "url": reverse("entry_rules", args=[request.workspace.slug])}
    context = {
        "rules": EntryRule.objects.order_by("domain"), "form": form, "tabs": settings_tabs(request, "workspace_settings"),
        "crumbs": settings_crumbs(request, here),
    }  # fmt: skip
    return render(request, "workspace/entry_rules.html", context, status=status_of(form))


@require_POST
def entry_rule_deletion(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    require(request.viewer, "workspace.edit")
    rule = get_object_or_404(EntryRule.objects.all(), pk=pk)
    remove_rule(viewer=request.viewer, rule=rule)
    messages.success(request, _("Nobody comes in by that rule any more. Those who did stay members."))
    return redirect("entry_rules", slug=request.workspace.slug)
