"""The fixed words of the one-page plan in the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from keystead.documents.values import OnePageLabels


def labels() -> OnePageLabels:
    return OnePageLabels(
        title=_("Account plan on one page"),
        business_overview=_("Business overview"),
        annual_targets=_("Targets of the period"),
        revenue_streams=_("Revenue streams"),
        action_plan=_("Action plan"),
        owner=_("Owner"),
        segment=_("Segment"),
        strengths=_("Strengths"),
        weaknesses=_("Weaknesses"),
        opportunities=_("Opportunities"),
        threats=_("Threats"),
        legend_won=_("won"),
        legend_weighted=_("weighted pipeline"),
        legend_rest=_("rest of pipeline"),
        legend_gap=_("no deal yet"),
        target=pgettext("forecast bar", "target"),
        no_target=_("no target"),
        product_line=_("Product line"),
        last_year=_("Won the year before"),
        won=_("Won"),
        pipeline=_("Pipeline"),
        forecast=_("Forecast"),
        total=_("Together"),
        objective=_("Objective"),
        progress=_("Progress"),
        status=_("Status"),
        due=_("Due"),
        next_actions=_("Next actions"),
        missing_rates=_("Missing rates"),
        fingerprint=_("Fingerprint"),
        more=_("+{n} more"),
        nothing_overview=_("Nothing is noted about the account yet."),
        nothing_swot=_("nothing noted"),
        nothing_streams=_("No revenue in sight yet."),
        nothing_objectives=_("No objective is active."),
        nothing_actions=_("No action is open."),
    )
