"""Pages lead to one another by URL name, and a name that no address has would make its link vanish without a word."""

import re
from pathlib import Path

from django.urls import get_resolver

import keystead.web

WAY = re.compile(r'way\(\s*"([a-z_:]+)"')


def names() -> set[str]:
    """Every URL name, with its namespace."""
    resolver = get_resolver()
    spaces = {space: inner for space, (_, inner) in resolver.namespace_dict.items()}
    found = {f"{space}:{name}" for space, inner in spaces.items() for name in inner.reverse_dict if isinstance(name, str)}
    return found | {name for name in resolver.reverse_dict if isinstance(name, str)}


def test_every_way_that_a_page_names_is_there() -> None:
    sources = Path(keystead.web.__file__).parent.rglob("*.py")
    asked = {name for source in sources for name in WAY.findall(source.read_text())}
    assert len(asked) >= 10
    assert asked <= names()
