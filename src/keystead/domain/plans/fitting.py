"""What a plan would link before it exists: the rule of `linking`, counted."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from keystead.data.accounts.models import Account
from keystead.data.deals.models import Deal, Order
from keystead.data.workspace.models import Member
from keystead.domain.accounts.tree import subtree


@dataclass(frozen=True, slots=True)
class Fitting:
    """Rows that the viewer may open: won, open and lost deals and orders that would link, and the near misses by reason."""

    won: int
    open: int
    lost: int
    orders: int
    outside_period: int
    other_team: int
    below: int

    @property
    def deals(self) -> int:
        return self.won + self.open + self.lost


def would_link(*, account: Account, start: date, end: date, team_key: str, includes_descendants: bool, viewer: Member) -> Fitting:
    """Counts the revenue that a plan with this header would link. Writes nothing."""
    deals: QuerySet[Deal] = Deal.objects.visible_to(viewer).filter(account__in=subtree(account.pk))
    own_team = Coalesce(NullIf("team_key", Value("")), "owner__team", Value(""))
    place = Q(account__isnull=False) if includes_descendants else Q(account=account)  # of those at the account and below
    time = Q(close_date__range=(start, end))
    team = Q(team=team_key) if team_key else Q()
    fits = place & time & team
    other = ~team if team_key else Q(pk__in=[])
    found = deals.annotate(team=own_team).aggregate(
        won=Count("pk", filter=fits & Q(status="won")),
        open=Count("pk", filter=fits & Q(status="open")),
        lost=Count("pk", filter=fits & Q(status="lost")),
        outside_period=Count("pk", filter=place & team & ~time),
        other_team=Count("pk", filter=place & time & other),
        below=Count("pk", filter=~place & time & team),
    )
    orders: QuerySet[Order] = Order.objects.visible_to(viewer).filter(place, account__in=subtree(account.pk))
    ordered = orders.filter(Q(order_date__range=(start, end)), Q(team_key=team_key) if team_key else Q())
    return Fitting(**found, orders=ordered.count())
