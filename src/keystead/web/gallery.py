"""The gallery: every component in every state, on invented data and without a database. Look here before drawing anything new."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from keystead.analytics.measures import BEHIND
from keystead.base.money import Money

_LONG = "Implantação do programa de fidelização da cadeia de frio em todas as unidades ibéricas"
_PARTS = {"explanation": "gallery/explanation.html", "job": "gallery/job_done.html"}


def gallery(request: HttpRequest) -> HttpResponse:
    """`?part=explanation` and `?part=job` are the fragments that the samples on the page ask for."""
    part = _PARTS.get(request.GET.get("part", ""))
    context: dict[str, Any] = {"kpis": _kpis(), "explain": f"{reverse('gallery')}?part=explanation"}
    if part and "HX-Request" in request.headers:
        return render(request, part, context)
    return render(request, "gallery/index.html", context | _shell() | _samples() | {"part": part})


def _euro(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def _kpis() -> dict[str, Any]:
    return {
        "target": _euro("4200000"),
        "won": _euro("1966420"),
        "weighted": _euro("672000"),
        "pipeline": _euro("1612000"),
        "forecast": _euro("3578420"),
        "variance": _euro("-621580"),
        "pace": _euro("2562000"),
        "achievement": Decimal("0.852"),
        "won_share": Decimal("0.468"),
        "coverage": Decimal("0.72"),
        "fx": _euro("-40210"),
    }


def _shell() -> dict[str, Any]:
    icons = ("house", "layout-grid", "building-2", "target", "handshake", "database", "settings")
    labels = ("Home", "Portfolio", "Accounts", "Plans", "Deals", "Data", "Settings")
    here = reverse("gallery")
    nav = [
        {"label": label, "url": here, "icon": icon, "is_current": label == "Plans", "is_last": label == "Settings"}
        for label, icon in zip(labels, icons, strict=True)
    ]
    nav[0]["count"] = 4
    views = ("At risk", "Calls due this week", "Key accounts without a plan")
    nav[1]["views"] = [{"label": label, "url": here, "is_current": False} for label in views]
    names = ("Nordlicht Industries", "Keystead demo")
    return {
        "nav": nav,
        "workspace": {"name": names[0]},
        "workspaces": [{"name": name, "url": here, "is_current": name == names[0]} for name in names],
        "member": {"name": "Ana Moreira", "email": "ana.moreira@nordlicht.example"},
        "crumbs": [
            {"label": "Accounts", "url": here},
            {"label": "Aurelia Foods Group", "url": here},
            {"label": "Key account plan 2026", "url": ""},
        ],
        "find_url": here,
        "settings_url": here,
    }


def _samples() -> dict[str, Any]:
    return {
        "rows": [_row(line) for line in _ROWS],
        "page": Paginator(range(85), len(_ROWS)).page(2),
        "bars": _BARS,
        "from_date": date(2026, 11, 23),
        "to_date": date(2026, 12, 20),
        "today": date(2026, 11, 25),
        "plan_end": date(2026, 12, 31),
        "plan_start": date(2026, 1, 1),
        "form": SampleForm(),
        "wrong_form": SampleForm({"name": "", "amount": "twelve", "currency": "EUR", "start": "", "kind": ""}),
        "long_text": _LONG,
        "icons": ["house", "building-2", "target", "handshake", "database", "users", "calendar", "file-text", "upload", "search"],
        "tones": ["good", "warn", "bad", "info", "accent", "hatched"],
        "scores": [(0, "bad"), (31, "bad"), (58, "warn"), (72, ""), (100, "good")],
    }


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name of the plan", help_text="Shown on the portfolio and on the first page of the PDF.")
    kind = forms.ChoiceField(label="Type", choices=[("", "Choose a type"), ("key", "Key account"), ("sales", "Sales")])
    amount = forms.DecimalField(label="Target", help_text="For the whole period.")
    currency = forms.ChoiceField(choices=[("EUR", "EUR"), ("USD", "USD"), ("BRL", "BRL")])
    start = forms.DateField(label="Starts on", widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label="Why this target", widget=forms.Textarea, required=False)
    scope = forms.ChoiceField(
        label="Covers",
        choices=[("one", "This account alone"), ("all", "This account and everything below it")],
        widget=forms.RadioSelect,
        initial="all",
    )
    remind = forms.BooleanField(label="Remind me before each review", required=False, help_text="Two days ahead, by e-mail.")


def _row(line: str) -> dict[str, Any]:
    name, place, now, to, owner, health, won, forecast, target, due = (cell.strip() for cell in line.split("|"))
    achieved = Decimal(forecast) / Decimal(target) if target else None
    return {
        "name": name,
        "place": place,
        "now": now,
        "to": to,
        "owner": owner,
        "health": int(health) if health else None,
        "tone": "" if not health else "good" if int(health) > 65 else "warn" if int(health) > 35 else "bad",
        "won": _euro(won) if won else None,
        "forecast": _euro(forecast) if forecast else None,
        "target": _euro(target) if target else None,
        "achieved": achieved,
        "is_behind": achieved is not None and achieved < BEHIND,
        "due": due,
        "is_late": "late" in due,
    }


# name, place, segment now, target segment, owner, health, won, forecast, target, next contact
_ROWS = """
Aurelia Foods Group | Food · ES | Steady | Strategic | Ana Moreira | 82 | 1966420 | 3578420 | 4200000 | today
Nordhaven Shipping | Logistics · DK | Strategic | | Jonas Reuter | 74 | 4148000 | 7120000 | 6800000 | in 6 days
Brasilux Energia | Energy · BR | Expert for hire | Steady | Ana Moreira | 58 | 609000 | 1440000 | 2100000 | 2 days late
Kestrel Diagnostics | Health · UK | Steady | | Tove Sand | 69 | 1045000 | 1860000 | 1900000 | in 11 days
Montclair Retail | Retail · FR | Strategic | | Jonas Reuter | 31 | 1782000 | 3020000 | 5400000 | 19 days late, none booked
Vale Verde Agro | Agro · BR | Dormant | Steady | Ana Moreira | 40 | 64000 | 210000 | 800000 | in 20 days
Helio Mobility | Automotive · PT | No relationship | Expert for hire | Jonas Reuter | | | | | no plan yet
""".strip().splitlines()

_BARS = [
    {"label": "Site audit Zaragoza", "start": date(2026, 11, 24), "end": date(2026, 12, 1), "row": 0, "tone": "bad"},
    {"label": "Business case v2", "start": date(2026, 12, 2), "end": date(2026, 12, 10), "row": 1, "tone": "bad"},
    {"label": "Steering committee", "start": date(2026, 12, 11), "end": date(2026, 12, 11), "row": 1, "is_milestone": True},
    {"label": "Map Group IT", "start": date(2026, 11, 26), "end": date(2026, 12, 2), "row": 2},
    {"label": "Renewal terms, legal", "start": date(2026, 12, 7), "end": date(2026, 12, 15), "row": 2},
]
