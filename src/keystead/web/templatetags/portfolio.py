"""Tags of the grids: a figure that opens its explanation, drawn hundreds of times without a template each."""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from . import pieces
from .quick import escaped, filled

register = template.Library()


@register.simple_tag
def figure(cell: Any) -> SafeString:
    """A `Cell` of web.portfolio.cells: linked text, a mark when rates are missing, and its note."""
    if cell is None or cell == "":
        return mark_safe("")
    text = cell.text or pieces.none()
    title = filled(' title="{}"', cell.full) if cell.full else ""
    url = escaped(cell.explain)
    link = (
        f'<a class="figure-link num" href="{url}" hx-get="{url}" hx-target="#explain-body" hx-sync="replace" data-explain'
        f' aria-haspopup="dialog"{title}>{escaped(text)}</a>'
    )
    note = filled('<span class="sub block">{}</span>', cell.note) if cell.note else ""
    if not cell.is_incomplete:
        return mark_safe(link + note)  # noqa: S308 - each part is escaped
    mark = pieces.icon("triangle-alert", "s", gettext("incomplete: exchange rates are missing"))
    return mark_safe(f'<span class="text-warn">{mark}</span> {link}{note}')  # noqa: S308 - likewise


@register.filter
def at(mapping: Any, key: str) -> Any:
    """`cells|at:"won"`; "" when it is not there."""
    return mapping.get(key, "") if mapping else ""
