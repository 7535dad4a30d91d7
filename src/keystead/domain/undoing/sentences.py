"""Why a change was not taken back, in sentences: the same on a page and in the API."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keystead.domain.undoing.refusals import CannotUndo, Obstacle

_SENTENCES = {
    "decided": gettext_lazy("A decision about a plan is not undone. Recall the plan instead."),
    "taken": gettext_lazy("Another record has the same key or name by now."),
    "missing": gettext_lazy("Something that it belongs to is no longer there."),
    "cycle": gettext_lazy("It would stand below itself now."),
    "overlaps": gettext_lazy("Another plan already covers this account in this time."),
    "archived": gettext_lazy("The plan is archived by now. Reopen it first."),
    "last_owner": gettext_lazy("Nobody would be left who can log in as an owner."),
    "has_login": gettext_lazy("Somebody logs in with this address by now."),
    "has_facts": gettext_lazy("Money is recorded in the new currency by now."),
    "stage_in_use": gettext_lazy("Deals are in this stage by now."),
}


def sentences(refusal: CannotUndo) -> list[str]:
    """One sentence for each obstacle; one for the whole when there is none."""
    if refusal.obstacles:
        return [sentence(each) for each in refusal.obstacles]
    if refusal.code == "already_undone":
        return [_already(refusal)]
    return [str(_SENTENCES[refusal.code])]


def _already(refusal: CannotUndo) -> str:
    if refusal.by and refusal.at:
        return _("%(by)s has undone this already (%(at)s).") % {"by": refusal.by, "at": _moment(refusal)}
    return _("This has been undone already.")


def sentence(obstacle: Obstacle) -> str:
    values = {"title": obstacle.title or _("The record"), "by": obstacle.by or _("somebody"), "at": _moment(obstacle)}
    if obstacle.code == "changed" and obstacle.field is not None:
        values["field"] = str(obstacle.field.verbose_name)
        return _("%(title)s: %(by)s has changed “%(field)s” since (%(at)s).") % values
    if obstacle.code == "hidden":
        return _("Something that you may not see stands in the way.")
    if obstacle.code == "in_use" and not obstacle.count:
        return _("%(title)s is in use by now, by records that you may not see.") % values
    if obstacle.code == "in_use":
        text = ngettext(
            "%(title)s is in use by now: %(count)s record refers to it.",
            "%(title)s is in use by now: %(count)s records refer to it.",
            obstacle.count,
        )
        return text % (values | {"count": obstacle.count})
    if obstacle.code == "deleted":
        return _("%(by)s has deleted %(title)s since (%(at)s).") % values
    return _("%(title)s is there again already.") % values


def _moment(told: CannotUndo | Obstacle) -> str:
    return date_format(timezone.localtime(told.at), "SHORT_DATETIME_FORMAT") if told.at else "–"
