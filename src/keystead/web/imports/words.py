"""What imports are called on the pages: kinds, states, reasons of a guess, decisions, formats."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from keystead.data.exchange.models import Import, ImportKind, ImportState
from keystead.domain.exchange.fields import fields_of
from keystead.domain.exchange.parsing.days import EXAMPLES
from keystead.web.templatetags import formats

# kind: (icon, what its file holds)
KINDS: dict[str, tuple[str, Any]] = {
    ImportKind.ACCOUNTS: ("building-2", _("Customers: industry, country, owner, and the account above")),
    ImportKind.CONTACTS: ("users", _("People at the customers, and whom they report to")),
    ImportKind.PRODUCTS: ("package", _("Products, their lines and list prices")),
    ImportKind.DEALS: ("handshake", _("Opportunities with stage, amount and close date")),
    ImportKind.ORDERS: ("receipt", _("What was ordered or billed, or is to be, each with its day and amount")),
    ImportKind.MEMBERS: ("user-plus", _("Colleagues with manager, region and team")),
    ImportKind.RATES: ("refresh-cw", _("Exchange rates by day")),
}
# The file that others refer to comes first.
ORDER = ("accounts", "products", "members", "contacts", "deals", "orders", "rates")

STATE_TONES: dict[str, str] = {
    ImportState.RECEIVED: "info", ImportState.READING: "info", ImportState.PREVIEWED: "warn", ImportState.COMMITTING: "info",
    ImportState.COMMITTED: "good", ImportState.UNDOING: "info", ImportState.UNDONE: "hatched", ImportState.FAILED: "bad",
}  # fmt: skip


def tone_of(job: Import) -> str:
    """The tone of an import's state; none for a file that holds nothing to write."""
    return "" if job.state == ImportState.PREVIEWED and not job.writes else STATE_TONES[job.state]


WORKING = frozenset({ImportState.RECEIVED, ImportState.READING, ImportState.COMMITTING, ImportState.UNDOING})
WORK: dict[str, Any] = {
    ImportState.RECEIVED: _("Waiting to be read"),
    ImportState.READING: _("Reading the file and comparing it with what is here"),
    ImportState.COMMITTING: _("Writing the rows"),
    ImportState.UNDOING: _("Taking the import back"),
}

WHY = {
    "saved": _("as last time"),
    "name": _("the same name"),
    "synonym": _("a usual name for it"),
    "likeness": _("a similar name"),
    "content": _("by what it holds"),
}

# verdict: (counter, what it means, tone, icon)
VERDICTS: dict[str, tuple[Any, Any, str, str]] = {
    "create": (pgettext_lazy("rows", "Created"), _("new here"), "good", "plus"),
    "update": (_("Updated"), _("here, and different"), "info", "pencil"),
    "unchanged": (_("Left as is"), _("here, and the same"), "", "check"),
    "error": (pgettext_lazy("rows", "Rejected"), _("kept out"), "bad", "circle-alert"),
}

# Of an import that was taken back.
VERDICTS_UNDONE: dict[str, tuple[Any, Any, str, str]] = {
    "create": (pgettext_lazy("rows", "Deleted again"), _("were created"), "", "undo-2"),
    "update": (pgettext_lazy("rows", "Set back"), _("were updated"), "", "undo-2"),
}

MODES = (
    ("both", _("Create new records and update those that are here")),
    ("create", _("Only create new records")),
    ("update", _("Only update records that are here")),
)

# Key, words, example.
DATE_FORMATS = (
    ("", _("As found in each column"), ""),
    ("dmy", _("Day first"), EXAMPLES["dmy"]),
    ("mdy", _("Month first"), EXAMPLES["mdy"]),
    ("ymd", _("Year first"), EXAMPLES["ymd"]),
    ("serial", _("Day counts of a spreadsheet"), EXAMPLES["serial"]),
    ("epoch", _("Milliseconds since 1970"), EXAMPLES["epoch"]),
)
NUMBER_FORMATS = ("1,234.56", "1.234,56", "1 234,56", "1'234.56")

SEPARATORS = {",": _("commas"), ";": _("semicolons"), "\t": _("tabs"), "|": _("vertical bars")}

DECISIONS = {
    "reject": _("Reject these rows"),
    "create": _("Create them"),
    "empty": _("Leave the field empty"),
}


def key_words(kind: str, key: Iterable[str]) -> str:
    """A key as people read it: "Name + Country"."""
    fields = fields_of(kind)
    return " + ".join(str(_("Domain") if name == "website" else fields[name].label) for name in key)


def made_words(kind: str, count: int) -> str:
    """What is created beside the rows, counted: "3 accounts"."""
    shown = {"count": formats.number(count, get_language() or "en")}
    if kind == "accounts":
        return ngettext("%(count)s account", "%(count)s accounts", count) % shown
    if kind == "products":
        return ngettext("%(count)s product", "%(count)s products", count) % shown
    if kind == "members":
        return ngettext("%(count)s person", "%(count)s people", count) % shown
    if kind == "stages":
        return ngettext("%(count)s stage", "%(count)s stages", count) % shown
    return ngettext("%(count)s record", "%(count)s records", count) % shown
