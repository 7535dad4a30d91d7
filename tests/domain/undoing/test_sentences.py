"""Every reason for which a change stays as it is has its sentence."""

from datetime import UTC, datetime
from typing import Any

import pytest

from keystead.domain.undoing.refusals import CannotUndo, Obstacle
from keystead.domain.undoing.sentences import sentences

NINE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "told", "sentence"),
    [
        ("deleted", {"by": "Bob Brown", "at": NINE}, "Bob Brown has deleted Aurelia Foods since (11/20/2026 9 a.m.)."),
        ("deleted", {}, "somebody has deleted Aurelia Foods since (–)."),
        ("in_use", {"count": 3}, "Aurelia Foods is in use by now: 3 records refer to it."),
        ("in_use", {}, "Aurelia Foods is in use by now, by records that you may not see."),
        ("there_again", {}, "Aurelia Foods is there again already."),
        ("hidden", {}, "Something that you may not see stands in the way."),
    ],
)
def test_an_obstacle_is_named_with_who_and_when(code: str, told: dict[str, Any], sentence: str) -> None:
    obstacle = Obstacle(code, "Account", 1, "Aurelia Foods", **told)
    assert sentences(CannotUndo("changed_since", obstacles=[obstacle])) == [sentence]


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (CannotUndo("already_undone", by="Bob Brown", at=NINE), "Bob Brown has undone this already (11/20/2026 9 a.m.)."),
        (CannotUndo("already_undone"), "This has been undone already."),
        (CannotUndo("cycle"), "It would stand below itself now."),
    ],
)
def test_a_refusal_as_a_whole_says_why(refusal: CannotUndo, sentence: str) -> None:
    assert sentences(refusal) == [sentence]
