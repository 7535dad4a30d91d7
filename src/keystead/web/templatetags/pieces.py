"""The small pieces that a page draws hundreds of times: markup as safe strings, without a template each.

Widths are SVG attributes (percent), so that bars draw without script and without style attributes.
Values may be Decimal, int, float or money (anything with `.amount`, all of one currency); None counts as nothing.
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from . import formats
from .quick import filled

_RING_LENGTH = 100


@lru_cache(maxsize=512)
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An icon of frontend/icons.txt. Decoration unless it has a label. Sizes: "s", "", "l"."""
    classes = f"icon icon-{size}" if size else "icon"
    href = f"{sprite()}#{name}"
    if label:
        return filled('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', classes, label, href)
    return filled('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', classes, href)


@lru_cache(maxsize=1)
def sprite() -> str:
    """The address of the file with all icons."""
    return static("build/icons.svg")


def address(value: str) -> SafeString:
    """An e-mail address that breaks before its "@" and its dots, not within a word."""
    return format_html_join(SafeString("<wbr>"), "{}", ((part,) for part in re.split(r"(?=[@.])", value)))


def chip(text: object, tone: str = "", icon_name: str = "") -> SafeString:
    """A short state. Tones: good, warn, bad, info, accent, hatched; none for neutral."""
    tone_class = {"": "", "hatched": " chip-hatched"}.get(tone, f" is-{tone}")
    drawn = icon(icon_name) if icon_name else ""
    return filled('<span class="chip{}">{}{}</span>', tone_class, drawn, text)


def avatar(name: str | None, size: str = "", tone: str = "", *, is_alone: bool = True) -> SafeString:
    """Initials in a circle; the full name is its accessible name, unless it stands beside the written name."""
    classes = "avatar" + (f" avatar-{size}" if size else "") + (f" is-{tone}" if tone else "")
    if not name:
        nobody = gettext("nobody")
        return filled('<span class="{} avatar-none" role="img" aria-label="{}">–</span>', classes, nobody)
    if not is_alone:
        return filled('<span class="{}" aria-hidden="true">{}</span>', classes, formats.initials(name))
    text = formats.initials(name)
    return filled('<span class="{}" role="img" aria-label="{}" title="{}">{}</span>', classes, name, name, text)


def segment(now: object, target: object = None) -> SafeString:
    """Where an account stands, and where it should move: "Steady → Strategic"."""
    if not now and not target:
        return none()
    if not target or str(target) == str(now):
        return filled('<span class="segment">{}</span>', now)
    return filled(
        '<span class="segment"><span class="segment-from">{}</span><span class="segment-arrow" aria-hidden="true">→</span>'
        '<span class="sr-only"> {} </span><b class="segment-to">{}</b></span>',
        now or "–",
        gettext("moving to"),
        target,
    )


def none(text: str = "—") -> SafeString:
    """What stands for a value that does not exist."""
    return filled('<span class="none" role="img" aria-label="{}">{}</span>', gettext("no value"), text)


def amount_of(value: Any) -> Decimal:
    """The size of a value for drawing. Nothing, and less than nothing, draw as zero."""
    raw = getattr(value, "amount", value)
    if raw is None or raw == "":
        return Decimal(0)
    return max(Decimal(0), raw if isinstance(raw, Decimal) else Decimal(str(raw)))


def share(part: Decimal, whole: Decimal) -> str:
    """A width: "46.8%", never past "100%"."""
    if not whole:
        return "0%"
    return f"{min(Decimal(100), part / whole * 100):.2f}%"


def bar(won: Any, forecast: Any, target: Any) -> SafeString:
    """The small bar of a grid: won, then the rest of the forecast, hatched up to the target."""
    is_won, is_forecast, is_target = amount_of(won), amount_of(forecast), amount_of(target)
    scale = max(is_target, is_forecast, is_won)
    if not scale:
        return filled('<svg class="track track-small" role="img" aria-label="{}"></svg>', gettext("nothing won or planned yet"))
    label = _bar_label(is_won, is_forecast, is_target)
    return filled(
        '<svg class="track track-small" role="img" aria-label="{}"><rect class="won" width="{}" height="100%"/>'
        '<rect class="pipeline" x="{}" width="{}" height="100%"/></svg>',
        label,
        share(is_won, scale),
        share(is_won, scale),
        share(max(Decimal(0), is_forecast - is_won), scale),
    )


def _bar_label(won: Decimal, forecast: Decimal, target: Decimal) -> str:
    if not target:
        return gettext("no target set")
    language = get_language() or "en"
    return gettext("won %(won)s, forecast %(forecast)s of the target") % {
        "won": formats.percent(won / target, language),
        "forecast": formats.percent(forecast / target, language),
    }


def progress(value: Any, tone: str = "", label: str = "", *, is_wide: bool = False) -> SafeString:
    """A ratio from 0 to 1 as a thin bar; None is hatched."""
    classes = "progress" + (" progress-wide" if is_wide else "") + (f" is-{tone}" if tone else "")
    if value is None or value == "":
        text = label or gettext("not measured yet")
        return filled('<svg class="{} progress-none" role="img" aria-label="{}"></svg>', classes, text)
    drawn = amount_of(value)
    text = formats.percent(drawn, get_language() or "en")
    return filled(
        '<svg class="{}" role="img" aria-label="{}"><rect width="{}" height="100%" rx="2.5"/></svg>',
        classes,
        f"{label} {text}".strip(),
        share(drawn, Decimal(1)),
    )


def ring(value: Any, tone: str = "", label: str = "") -> SafeString:
    """A score from 0 to 100 as a ring with its number; None is an empty ring."""
    classes = "score" + (f" is-{tone}" if tone else "")
    if value is None or value == "":
        return filled(
            '<svg class="{}" viewBox="0 0 44 44" role="img" aria-label="{}"><circle cx="22" cy="22" r="19.5"/>'
            '<text x="22" y="22">—</text></svg>',
            classes,
            label or gettext("no score yet"),
        )
    score = min(Decimal(_RING_LENGTH), amount_of(value))
    text = formats.number(score, get_language() or "en", 0)
    return filled(
        '<svg class="{}" viewBox="0 0 44 44" role="img" aria-label="{}"><circle cx="22" cy="22" r="19.5"/>'
        '<circle class="score-value" cx="22" cy="22" r="19.5" pathLength="100" stroke-dasharray="{} 100"/>'
        '<text x="22" y="22">{}</text></svg>',
        classes,
        f"{label} {text}".strip(),
        f"{score:.1f}",
        text,
    )
