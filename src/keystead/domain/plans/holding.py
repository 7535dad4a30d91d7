"""Plans of which something goes with an account or a person are held first, as whoever writes in a plan holds it first: else the
two could wait for each other."""

from django.db.models import Q, QuerySet

from keystead.data.accounts.models import Account, Contact
from keystead.data.plans.items import Objective
from keystead.data.plans.models import Plan


def hold_plans_of(account: Account) -> None:
    """Its own, and those whose objectives name its people."""
    _hold(Q(account=account) | _naming(Objective.objects.filter(stakeholder__account=account)))


def hold_plans_that_name(contact: Contact) -> None:
    _hold(_naming(Objective.objects.filter(stakeholder=contact)))


def _naming(objectives: QuerySet[Objective]) -> Q:
    return Q(pk__in=objectives.order_by().values("plan"))


def _hold(which: Q) -> None:
    list(Plan.objects.filter(which).select_for_update(of=("self",)).order_by("pk").values_list("pk"))
