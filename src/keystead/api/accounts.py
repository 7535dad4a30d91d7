"""/accounts with their teams, and /contacts."""

from django.db.models import Q
from ninja import Router

from keystead.api.wire.fields import Choice, Filter, Text, Truth, uuid
from keystead.api.wire.numbers import Whole
from keystead.api.wire.people import CONTACT_NAMES, CONTACT_WAYS, member
from keystead.api.wire.references import Reference
from keystead.api.wire.resource import Resource, Under, Write, record_fields
from keystead.api.wire.routes import publish
from keystead.data.accounts.models import TARGET_SEGMENTS, Account, AccountTeamMember, Contact, Segment
from keystead.domain.accounts import editing
from keystead.domain.writing import hold

router = Router()

ACCOUNTS = Resource(
    path="accounts", name="Account", about="A customer: a company or a part of one.", model=Account, order="name",
    fields=(
        *record_fields(),
        Text(name="name", required=True),
        Reference(name="parent", to=Account, nullable=True),
        Text(name="industry", longest=100),
        Text(name="country", longest=100),
        Text(name="website"),
        Whole(name="employees", nullable=True),
        Text(name="status", longest=100),
        Choice(name="segment_current", words=Segment.values, nullable=True),
        Choice(name="segment_target", words=[value for value, _label in TARGET_SEGMENTS], nullable=True),
        member("owner"),
        Truth(name="former"),
        Truth(name="is_key"),
    ),
    more_filters=(
        Filter(
            "under", lambda text: Q(lineage__contains=[uuid(text, "")]), {"type": "string", "format": "uuid"},
            guard=lambda viewer, text: Q() if Account.objects.visible_to(viewer).filter(pk=text).exists() else Q(pk__in=[]),
        ),
    ),
    create=lambda write: editing.create_account(viewer=write.viewer, fields=write.fields),
    change=lambda account, write: editing.change_account(
        account=account, viewer=write.viewer, fields=write.fields, seen=write.seen
    ),
    delete=lambda account, write: editing.delete_account(account=account, viewer=write.viewer, seen=write.seen),
)  # fmt: skip

CONTACTS = Resource(
    path="contacts", name="Contact", about="A person at a customer.", model=Contact, order="last_name,first_name",
    fields=(
        *record_fields(),
        Text(name="first_name", longest=150),
        Text(name="last_name", longest=150),
        Text(name="email", longest=254),
        Text(name="phone", longest=100),
        Text(name="title", longest=200),
        Reference(name="account", to=Account, nullable=True),
        Reference(name="reports_to", to=Contact, nullable=True, names=CONTACT_NAMES, ways=CONTACT_WAYS),
    ),
    create=lambda write: editing.create_contact(viewer=write.viewer, fields=write.fields),
    change=lambda contact, write: editing.change_contact(
        contact=contact, viewer=write.viewer, fields=write.fields, seen=write.seen
    ),
    delete=lambda contact, write: editing.delete_contact(contact=contact, viewer=write.viewer, seen=write.seen),
)  # fmt: skip


def _join(write: Write) -> AccountTeamMember:
    values = {"account": write.parent, "viewer": write.viewer, **write.fields}
    return editing.join_team(**values)


def _leave(found: AccountTeamMember, write: Write) -> None:
    found = hold(found, write.seen)
    editing.leave_team(account=found.account, member=found.member, viewer=write.viewer)


TEAM = Resource(
    path="team", name="AccountTeamMember", about="A colleague who works on the account beside its owner.",
    model=AccountTeamMember, order="member", one="team_member", under=Under("accounts", Account, "account"),
    fields=(
        *record_fields(external_id=False),
        member("member", required=True),
        Text(name="function", longest=100),
    ),
    create=_join,
    delete=_leave,
)  # fmt: skip

for resource in (ACCOUNTS, CONTACTS, TEAM):
    publish(router, resource)
