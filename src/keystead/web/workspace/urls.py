"""Pages of the workspace itself; included below /w/<slug>/."""

from django.urls import path

from keystead.web.workspace import audit, entry_rules, home, me, members, rates, settings, stages, why

urlpatterns = [
    path("", home.workspace_home, name="workspace_home"),
    path("members/", members.members, name="members"),
    path("members/new/", members.member_new, name="member_new"),
    path("members/<uuid:pk>/", members.member, name="member"),
    path("members/<uuid:pk>/invitation/", members.member_invitation, name="member_invitation"),
    path("members/<uuid:pk>/deactivation/", members.member_deactivation, name="member_deactivation"),
    path("members/<uuid:pk>/activation/", members.member_activation, name="member_activation"),
    path("members/<uuid:pk>/binding/", members.member_binding, name="member_binding"),
    path("settings/", settings.workspace_settings, name="workspace_settings"),
    path("settings/calendar/", settings.calendar_preview, name="calendar_preview"),
    path("settings/entry/", entry_rules.entry_rules, name="entry_rules"),
    path("settings/entry/<uuid:pk>/deletion/", entry_rules.entry_rule_deletion, name="entry_rule_deletion"),
    path("settings/audit/", audit.audit, name="audit"),
    path("settings/audit/csv/", audit.audit_csv, name="audit_csv"),
    path("settings/audit/proof/", audit.audit_proof, name="audit_proof"),
    path("why/<slug:kind>/<uuid:pk>/", why.why_page, name="why"),
    path("settings/stages/", stages.stages, name="stages"),
    path("settings/stages/<uuid:pk>/", stages.stage, name="stage"),
    path("settings/stages/<uuid:pk>/position/", stages.stage_position, name="stage_position"),
    path("settings/stages/<uuid:pk>/deletion/", stages.stage_deletion, name="stage_deletion"),
    path("settings/rates/", rates.rates, name="rates"),
    path("settings/rates/<uuid:pk>/", rates.rate, name="rate"),
    path("settings/rates/<uuid:pk>/deletion/", rates.rate_deletion, name="rate_deletion"),
    path("me/", me.my_settings, name="my_settings"),
    path("me/tokens/", me.my_tokens, name="my_tokens"),
    path("me/tokens/<uuid:pk>/revocation/", me.token_revocation, name="token_revocation"),
]
