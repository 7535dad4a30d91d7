"""Finding records by a few letters: what the box of the pages and the API answer."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from keystead.data.accounts.models import Account
from keystead.data.workspace.models import Member
from keystead.domain.find.asking import Asked, read
from keystead.domain.find.candidates import candidates
from keystead.domain.find.kinds import KINDS, MODELS, Row, read_rows, visible_keys
from keystead.domain.find.ranking import Marks, Tier, fit, marks
from keystead.domain.find.recent import opened_lately
from keystead.domain.find.slips import other_spellings

FEW = 5  # visible results below which slips of the finger are looked for
USUAL = 6  # of each kind


@dataclass(frozen=True, slots=True)
class Hit:
    """One found record. `about` is its second line, `marks` are places in `name`, `plan` is what an objective or action is in."""

    kind: str
    key: UUID
    name: str
    about: tuple[str, ...]
    tier: Tier = Tier.EXACT
    marks: Marks = ()
    account: UUID | None = None
    plan: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Fit:
    """A row that fits, before it is known whether it is among the best."""

    kind: str
    row: Row
    name: str
    tier: Tier
    late: int

    @property
    def account(self) -> UUID | None:
        column = KINDS[self.kind].account
        return self.row[column] if column else None


_Place = tuple[str, UUID]
_NEVER = 10**6


def find(*, viewer: Member, text: str, kinds: tuple[str, ...] = tuple(MODELS), limit: int = USUAL) -> list[Hit]:
    """The best `limit` hits of each kind, all together best first. Nothing is looked for when nothing is typed."""
    asked = read(text)
    if not asked.chunks:
        return []
    lately = {place: late for late, place in enumerate(opened_lately(viewer))}
    fits = _fitting(viewer, asked, kinds, lately)
    if len(fits) < FEW:
        wider = asked.spelled(other_spellings(word.typed for chunk in asked.chunks for word in (chunk.joined, *chunk.parts)))
        if wider != asked:
            fits = _fitting(viewer, wider, kinds, lately) | fits
            asked = wider
    return _best(list(fits.values()), asked, limit, viewer)


def recent(*, viewer: Member, limit: int = 8) -> list[Hit]:
    """What the viewer opened lately, latest first, as far as it is there and visible."""
    lately = opened_lately(viewer)
    keys = {kind: [key for each, key in lately if each == kind] for kind in MODELS}
    rows = _rows({kind: visible_keys(kind, wanted, viewer) for kind, wanted in keys.items() if wanted})
    places = {place: late for late, place in enumerate(lately)}
    fits = [_Fit(kind, row, KINDS[kind].name(row), Tier.EXACT, places[kind, row["pk"]]) for kind, row in rows]
    first = sorted(fits, key=lambda each: each.late)[:limit]
    accounts = _names(first, viewer)
    return [_hit(each, None, accounts) for each in first]


def _fitting(viewer: Member, asked: Asked, kinds: tuple[str, ...], lately: dict[_Place, int]) -> dict[_Place, _Fit]:
    fits = {}
    for kind, row in _rows(candidates(viewer=viewer, asked=asked, kinds=kinds, lately=list(lately))):
        name = KINDS[kind].name(row)
        tier = fit(asked, name, KINDS[kind].more(row), filter(None, (row.get("external_id"), *row.get("merged", ()))))
        if tier is not None:
            fits[kind, row["pk"]] = _Fit(kind, row, name, tier, lately.get((kind, row["pk"]), _NEVER))
    return fits


def _rows(keys: dict[str, list[UUID]]) -> list[tuple[str, Row]]:
    return [(kind, row) for kind, wanted in keys.items() if wanted for row in read_rows(kind, set(wanted))]


def _best(fits: list[_Fit], asked: Asked, limit: int, viewer: Member) -> list[Hit]:
    """Best first: how it fits, then what was opened lately, then one's own accounts, then the shorter name."""
    own = _own(fits, viewer)

    def order(each: _Fit) -> tuple[object, ...]:
        return each.tier, each.late, each.account not in own, len(each.name), each.name, each.row["pk"]

    chosen = []
    taken: Counter[str] = Counter()
    for each in sorted(fits, key=order):
        taken[each.kind] += 1
        if taken[each.kind] <= limit:
            chosen.append(each)
    accounts = _names(chosen, viewer)
    return [_hit(each, asked, accounts) for each in chosen]


def _own(fits: list[_Fit], viewer: Member) -> set[UUID]:
    """Which of their accounts are the viewer's own."""
    keys = {each.account for each in fits if each.account}
    if not keys:
        return set()
    return set(Account.objects.filter(pk__in=keys, owner=viewer).order_by().values_list("pk", flat=True))


def _names(chosen: list[_Fit], viewer: Member) -> dict[UUID, str]:
    """The names of their accounts, as far as the viewer may see these; an account's own name stands in its hit."""
    keys = {each.account for each in chosen if each.account and each.kind != "account"}
    if not keys:
        return {}
    return dict(Account.objects.visible_to(viewer).filter(pk__in=keys).order_by().values_list("pk", "name"))


def _hit(each: _Fit, asked: Asked | None, accounts: dict[UUID, str]) -> Hit:
    """The second line begins with the account's name, unless that is the hit itself or not visible."""
    shape = KINDS[each.kind]
    account = accounts.get(each.account, "") if each.account and each.kind != "account" else ""
    about = tuple(part for part in (account, *shape.about(each.row)) if part)
    marked = marks(asked, each.name, each.tier) if asked else ()
    plan = each.row[shape.under] if shape.under else None
    return Hit(each.kind, each.row["pk"], each.name, about, each.tier, marked, each.account, plan)
