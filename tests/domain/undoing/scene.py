"""One request as the surfaces make it, and everything that a workspace holds, to be compared before and after."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from keystead.base.scope import open_scope
from keystead.data.models import Contact, Deal, Member, Objective, PlanSnapshot, Product, Stage
from keystead.domain.accounts.editing import join_team
from keystead.domain.deals.editing import create_deal, create_order
from keystead.domain.plans.editing import create_plan
from keystead.domain.plans.items import read_measure, save_action, save_measure, save_objective, save_swot_item
from keystead.domain.plans.snapshots import snapshot_plans
from keystead.domain.undoing.kinds import KINDS
from keystead.domain.undoing.undo import Undone, undo
from tests.support.world import World, account

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = AT.date()


def change(member: Member, write: Callable[[], Any], via: str = "web") -> UUID:
    """Runs the write as one request of the member; the id under which history has it."""
    request = uuid4()
    actor = {"member": str(member.pk), "name": member.name, "via": via, "request": str(request)}
    with open_scope(workspace_id=member.workspace_id, user_id=member.user_id, actor=actor):
        write()
    return request


def take_back(member: Member, change_id: UUID) -> Undone:
    actor = {"member": str(member.pk), "name": member.name, "via": "web", "request": str(uuid4())}
    with open_scope(workspace_id=member.workspace_id, user_id=member.user_id, actor=actor):
        return undo(change=change_id, viewer=member, at=AT)


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables that can be taken back, links and lineages with them; versions and times of change apart."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with connection.cursor() as cursor:
        for kind in KINDS.values():
            columns = ", ".join(f'"{column}"' for column in [*kind.columns, *kind.derived] if column != "version")
            cursor.execute(f"SELECT {columns} FROM {kind.table} ORDER BY id")
            found[kind.name] = cursor.fetchall()
        cursor.execute("SELECT plan_id, deal_id, order_id, via FROM keystead_revenuelink ORDER BY 1, 2, 3")
        found["links"] = cursor.fetchall()
    return found


class Scene:
    """Aurelia Foods with a company below it, contacts, deals, an order and a plan with everything in it."""

    def __init__(self, world: World) -> None:
        alice, olga = world.alice, world.olga
        self.world = world
        self.aurelia = account("Aurelia Foods", owner=alice)
        self.chilled = account("Aurelia Chilled", owner=alice, parent=self.aurelia)
        self.bolt = account("Bolt Energy", owner=alice)
        join_team(account=self.aurelia, member=world.bob, viewer=olga, function="Logistics")
        self.lena = Contact.objects.create(
            account=self.aurelia, first_name="Lena", last_name="Lindt", email="lena@aurelia.example"
        )
        self.marc = Contact.objects.create(account=self.aurelia, first_name="Marc", last_name="Meyer", reports_to=self.lena)
        self.product = Product.objects.create(name="Cold rooms")
        self.open_stage = Stage.objects.filter(status="open").order_by("position")[0]
        self.won_stage = Stage.objects.filter(status="won")[0]
        self.deals = [self.deal("Cold-chain renewal", self.aurelia), self.deal("Freezer doors", self.chilled)]
        self.order = create_order(
            viewer=olga,
            fields={"number": "A-1", "account": self.aurelia, "amount": Decimal(70), "currency": "EUR", "order_date": TODAY},
        )
        period = {"start_date": date(2026, 1, 1), "end_date": date(2026, 12, 31), "target": Decimal(1000)}
        self.plan = create_plan(
            viewer=alice, today=TODAY, fields={"account": self.aurelia, "includes_descendants": True, **period}
        )
        self.objectives = [self.objective(title) for title in ("Renew the cold chain", "Win the doors", "Meet the new board")]
        self.measure = save_measure(objective=self.objectives[0], viewer=alice, fields={"name": "Net promoter score"})
        read_measure(measure=self.measure, viewer=alice, on=TODAY, value=Decimal(40))
        self.action = save_action(plan=self.plan, viewer=alice, fields={"title": "Call Lena", "objective": self.objectives[0]})
        self.item = save_swot_item(plan=self.plan, viewer=alice, fields={"quadrant": "threat", "text": "A rival is cheaper"})
        snapshot_plans(at=AT, today=TODAY)
        assert PlanSnapshot.objects.filter(plan=self.plan).exists()

    def deal(self, name: str, at: Any) -> Deal:
        fields = {"name": name, "account": at, "amount": Decimal(500), "close_date": date(2026, 5, 1), "stage": self.open_stage}
        return create_deal(viewer=self.world.olga, fields={**fields, "product": self.product, "owner": self.world.alice})

    def objective(self, title: str) -> Objective:
        return save_objective(plan=self.plan, viewer=self.world.alice, fields={"title": title, "stakeholder": self.lena})
