"""Puts the demo workspace together, in one transaction."""

from datetime import date
from random import Random

from django.db import transaction

from keystead.base.scope import open_scope
from keystead.data.many_rows import expect_many_rows
from keystead.data.models import Member, Stage, User, Workspace
from keystead.domain.plans.linking import relink
from keystead.domain.workspace.demo import cast, facts, plans
from keystead.domain.workspace.founding import found_workspace

SLUG = "demo"
PASSWORD = "keystead-demo"  # noqa: S105 the demo is for looking around on one's own machine: its logins are printed at every start
SEED = 20_260_101


def address(name: str) -> str:
    return f"{name}@demo.keystead.example"


LOGINS = [(address(mail), role) for _, role, _, _, _, mail in cast.PEOPLE if mail]


def build_demo(*, today: date) -> Workspace:
    """Makes the workspace "Northlight Systems" at /w/demo/; the same each time for the same day. Refuses when it exists."""
    random = Random(SEED)
    with transaction.atomic():
        name, _role, *_, mail = cast.PEOPLE[0]
        workspace, owner = found_workspace(
            name="Northlight Systems",
            slug=SLUG,
            currency="EUR",
            owner_email=address(mail or "owner"),
            owner_name=name,
            password=PASSWORD,
            is_demo=True,
            totals_include_hidden=True,
        )
        with open_scope(workspace_id=workspace.pk, actor={"via": "demo", "name": "Demo"}):
            people = _people(owner)
            facts.make_rates(random, today)
            products = facts.make_products()
            accounts = facts.make_accounts(random, people)
            facts.make_contacts(random, accounts)
            stages = {stage.name: stage for stage in Stage.objects.all()}
            deals = facts.make_deals(random, accounts, products, stages, today)
            facts.make_orders(random, deals, today)
            plans.make_plans(random, today, people["Helena Duarte"])
            expect_many_rows()  # the statistics may be those of an empty database
            relink(everything=True)
    return workspace


def _people(owner: Member) -> dict[str, Member]:
    assert owner.user_id is not None
    made = {owner.name: owner}
    User.objects.filter(pk=owner.user_id).update(language="")  # everybody meets the demo in her browser's language
    for name, role, manager, region, team, mail in cast.PEOPLE[1:]:
        user = User.objects.filter(email=address(mail)).first() if mail else None
        if mail and user is None:
            user = User.objects.create_user(address(mail), PASSWORD, name=name)
        made[name] = Member.objects.create(
            name=name,
            role=role,
            manager=made.get(manager or ""),
            region=region,
            team=team,
            user=user,
            email=address(mail) if mail else None,
        )
    return made
