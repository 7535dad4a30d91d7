"""Alice owns the account, Bob is her colleague, Mona their manager, Olga owns the workspace, Charlie sits in another one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from keystead.base.scope import open_scope
from keystead.data.models import Account, Member, User, Workspace
from keystead.domain.workspace.founding import found_workspace

PASSWORD = "correct horse battery"


@dataclass
class World:
    northwind: Workspace
    olga: Member
    mona: Member
    alice: Member
    bob: Member
    vera: Member
    gus: Member
    contoso: Workspace
    charlie: Member

    @contextmanager
    def inside(self, member: Member | None = None) -> Iterator[None]:
        """The member's workspace is open (Northwind's when none is given)."""
        member = member or self.olga
        with open_scope(
            workspace_id=member.workspace_id, user_id=member.user_id, actor={"member": str(member.pk), "via": "test"}
        ):
            yield


def _members(*people: Member) -> list[Member]:
    """With their logins; one statement for all of these and one for all of those, since most tests begin here."""
    for person in people:
        person.email = f"{person.name.split(maxsplit=1)[0].lower()}@northwind.example"
        person.user = User(email=person.email, name=person.name)
        person.user.set_password(PASSWORD)
    User.objects.bulk_create([person.user for person in people if person.user])
    return Member.objects.bulk_create(people)


def build_world() -> World:
    northwind, olga = found_workspace(
        name="Northwind", slug="northwind", currency="EUR", owner_email="olga@northwind.example", owner_name="Olga Owner",
        password=PASSWORD,
    )  # fmt: skip
    with open_scope(workspace_id=northwind.pk):
        mona = Member(name="Mona Manager", role="manager", region="South")
        alice = Member(name="Alice Alvarez", role="account_manager", manager=mona, region="South")
        bob = Member(name="Bob Brown", role="account_manager", manager=mona, region="North")
        vera, gus = Member(name="Vera Viewer", role="viewer"), Member(name="Gus Guest", role="guest")
        _members(mona, alice, bob, vera, gus)
    contoso, charlie = found_workspace(
        name="Contoso", slug="contoso", currency="USD", owner_email="charlie@contoso.example", owner_name="Charlie Cole",
        password=PASSWORD,
    )  # fmt: skip
    return World(northwind, olga, mona, alice, bob, vera, gus, contoso, charlie)


def account(name: str, **fields: Any) -> Account:
    """An account with its lineage, in the open workspace."""
    from keystead.domain.accounts.tree import refresh_lineage

    made = Account.objects.create(name=name, **fields)
    refresh_lineage([made.pk])
    made.refresh_from_db()
    return made
