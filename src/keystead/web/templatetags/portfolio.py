"""Tags of the grids: a figure that opens its explanation, drawn hundreds of times without a template each."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from . import pieces

register = template.Library()


@register.simple_tag
def figure(cell: Any) -> SafeString:
    """A `Cell` of web.portfolio.cells: linked text, a mark when rates are missing, and its note."""
    if cell is None or cell == "":
        return mark_safe("")
    text = cell.text or pieces.none()
    title = format_html(' title="{}"', cell.full) if cell.full else mark_safe("")
    link = format_html(
        '<a class="figure-link num" href="{0}" hx-get="{0}" hx-target="#explain-body" hx-sync="replace" data-explain'
        ' aria-haspopup="dialog"{1}>{2}</a>',
        cell.explain, title, text,
    )  # fmt: skip
    mark = pieces.icon("triangle-alert", "s", gettext("incomplete: exchange rates are missing")) if cell.is_incomplete else ""
    note = format_html('<span class="sub block">{}</span>', cell.note) if cell.note else ""
    if mark:
        return format_html('<span class="text-warn">{}</span> {}{}', mark, link, note)
    return format_html("{}{}", link, note)


@register.filter
def at(mapping: Any, key: str) -> Any:
    """`cells|at:"won"`; "" when it is not there."""
    return mapping.get(key, "") if mapping else ""
