"""What a person still has to decide of a file, and what she was proposed and has taken."""

from dataclasses import dataclass

from keystead.data.models import Import, Member
from keystead.domain.exchange.fields import fields_of
from keystead.domain.exchange.problems.groups import problem_groups
from keystead.domain.exchange.recognising.learning import taught_for
from keystead.domain.exchange.recognising.resembling import NAMING
from keystead.domain.exchange.recognising.values import LIKELY, likeness


@dataclass(frozen=True, slots=True)
class Proposal:
    """In this file, `text` of the field is taken for the known name `means`, since the two are alike."""

    field: str
    text: str
    means: str
    likeness: float


def unknown_words(job: Import) -> dict[str, list[tuple[str, int]]]:
    """{field: [(word, rows)]} of words that are none of a fixed list ("Ganho!"): they can be mapped like names."""
    found: dict[str, list[tuple[str, int]]] = {}
    for group in problem_groups(job=job):
        name = job.mapping.get(group.column or "", "")
        if group.code == "bad_choice" and name and group.value:
            found.setdefault(name, []).append((group.value, group.count))
    return found


def undecided(job: Import) -> int:
    """How many different names of the file nobody knows, and whose rows are therefore rejected."""
    offers = [offer for offer in job.offers.get("fields", {}).values() if offer["decision"] == "reject"]
    names = sum(offer.get("total", len(offer["unknown"])) for offer in offers)
    return int(names) + sum(map(len, unknown_words(job).values()))


def proposals(*, job: Import, viewer: Member) -> list[Proposal]:
    """The names that are taken for others because they are nearly the same, the least alike first; not what was learnt before."""
    fields = fields_of(job.kind)
    found = [
        Proposal(name, text, means, alike)
        for name, pairs in (job.options.get("values") or {}).items()
        if name in fields and (fields[name].to or name == NAMING.get(job.kind))
        for text, means in pairs.items()
        if LIKELY < (alike := likeness(text, means)) < 1
    ]
    learnt = taught_for(job=job, viewer=viewer) if found else {}
    new = [one for one in found if one.text not in learnt.get(one.field, {})]
    return sorted(new, key=lambda one: (one.likeness, one.text))
