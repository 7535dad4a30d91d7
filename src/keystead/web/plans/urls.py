"""The addresses of plans, under /w/<slug>/plans/."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from keystead.domain.plans.approval import TRANSITIONS
from keystead.web.grid.urls import list_urls
from keystead.web.plans import actions, explaining, header, history, listing, objectives, one_page, overview, revenue, swot


class VerbConverter(StringConverter):
    """What may be decided about a plan."""

    regex = "|".join(TRANSITIONS)


register_converter(VerbConverter, "plan_verb")

app_name = "plans"
_OBJECTIVE = "<uuid:pk>/objectives/<uuid:item>/"
_MEASURE = _OBJECTIVE + "measures/<uuid:measure_pk>/"
_ACTION = "<uuid:pk>/actions/<uuid:item>/"
_SWOT = "<uuid:pk>/swot/<uuid:item>/"

urlpatterns = [
    *list_urls(listing.LISTING),
    path("new/", header.new, name="new"),
    path("new/fitting/", header.fitting, name="fitting"),
    path("<uuid:pk>/", overview.detail, name="detail"),
    path("<uuid:pk>/header/", header.edit, name="edit"),
    path("<uuid:pk>/deletion/", header.delete, name="delete"),
    path("<uuid:pk>/moves/<plan_verb:verb>/", header.decide, name="move"),
    path("<uuid:pk>/one-page/", one_page.one_page, name="one_page"),
    path("<uuid:pk>/figures/", overview.band, name="band"),
    path("<uuid:pk>/figures/<slug:kpi>/", explaining.explanation, name="explanation"),
    path("<uuid:pk>/figures/<slug:kpi>.csv", explaining.explanation_csv, name="explanation_csv"),
    path("<uuid:pk>/objectives/", objectives.objectives, name="objectives"),
    path("<uuid:pk>/objectives/new/", objectives.objective_new, name="objective_new"),
    path(_OBJECTIVE, objectives.objective, name="objective"),
    path(_OBJECTIVE + "rank/", objectives.objective_rank, name="objective_rank"),
    path(_OBJECTIVE + "deletion/", objectives.objective_deletion, name="objective_deletion"),
    path(_OBJECTIVE + "measures/new/", objectives.measure, name="measure_new"),
    path(_MEASURE, objectives.measure, name="measure"),
    path(_MEASURE + "deletion/", objectives.measure_deletion, name="measure_deletion"),
    path(_MEASURE + "readings/", objectives.readings, name="readings"),
    path(_MEASURE + "readings/<uuid:reading_pk>/deletion/", objectives.reading_deletion, name="reading_deletion"),
    path("<uuid:pk>/actions/", actions.actions, name="actions"),
    path("<uuid:pk>/actions/new/", actions.action_new, name="action_new"),
    path(_ACTION, actions.action, name="action"),
    path(_ACTION + "status/", actions.action_status, name="action_status"),
    path(_ACTION + "deletion/", actions.action_deletion, name="action_deletion"),
    path("<uuid:pk>/swot/", swot.swot, name="swot"),
    path(_SWOT, swot.item, name="swot_item"),
    path(_SWOT + "deletion/", swot.item_deletion, name="swot_item_deletion"),
    path(_SWOT + "objective/", swot.item_objective, name="swot_objective"),
    path(_SWOT + "action/", swot.item_action, name="swot_action"),
    path("<uuid:pk>/revenue/", revenue.revenue, name="revenue"),
    path("<uuid:pk>/revenue/source/", revenue.revenue_source, name="revenue_source"),
    path("<uuid:pk>/revenue/links/", revenue.revenue_links, name="revenue_links"),
    path("<uuid:pk>/history/", history.history, name="history"),
]
