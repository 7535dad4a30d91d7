"""How the fields of forms are drawn: by Django's templates, but lists of choices by hand.

Django draws each option by two templates. For two lists of all currencies that was more than the rest of their page.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize

from keystead.web.templatetags.quick import escaped


class Drawing(DjangoTemplates):
    """Character for character what Django's renderer gives."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> Any:
        if template_name == "django/forms/widgets/select.html":
            return "".join(_select(context["widget"]))
        return super().render(template_name, context, request)


def _select(widget: Mapping[str, Any]) -> Iterator[str]:
    yield f'<select name="{escaped(widget["name"])}"{_attributes(widget["attrs"])}>'
    for group, choices, _turn in widget["optgroups"]:
        if group:
            yield f'\n  <optgroup label="{escaped(localize(group))}">'
        yield from _options(choices)
        if group:
            yield "\n  </optgroup>"
    yield "\n</select>"


def _options(choices: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for option in choices:
        value, words = escaped(str(option["value"])), escaped(localize(option["label"]))
        yield f'\n  <option value="{value}"{_attributes(option["attrs"])}>{words}</option>\n'


def _attributes(values: Mapping[str, Any]) -> str:
    given = ((name, value) for name, value in values.items() if value is not False)
    return "".join(f" {name}" if value is True else f' {name}="{escaped(str(value))}"' for name, value in given)
