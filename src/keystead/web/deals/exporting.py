"""The list of deals as a file: everything that the filters leave, in the order on the page."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keystead.data.accounts.models import Account
from keystead.data.deals.models import DealStatus
from keystead.documents.sheets import Cell, Sheet, SheetColumn, csv_bytes, xlsx_bytes
from keystead.web.deals.asking import asked_of, filtered, ordered
from keystead.web.deals.links import plans_of, reason
from keystead.web.requests import WorkspaceRequest


@require_GET
def export_csv(request: WorkspaceRequest) -> HttpResponse:
    headers = {"Content-Disposition": 'attachment; filename="deals.csv"'}
    return HttpResponse(csv_bytes(_sheet(request)), "text/csv; charset=utf-8", headers=headers)


@require_GET
def export_xlsx(request: WorkspaceRequest) -> HttpResponse:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    headers = {"Content-Disposition": 'attachment; filename="deals.xlsx"'}
    return HttpResponse(xlsx_bytes([_sheet(request)]), kind, headers=headers)


def _sheet(request: WorkspaceRequest) -> Sheet:
    asked = asked_of(request)
    found = list(ordered(filtered(asked, request.viewer).select_related("stage", "owner", "product"), asked["order"]))
    plans = plans_of(found, "deal", request)
    seen = dict(Account.objects.visible_to(request.viewer).values_list("pk", "name"))
    texts = [_("Deal"), _("Account"), _("Product"), _("Status"), _("Stage"), _("Owner"), _("Currency")]
    columns = [SheetColumn(name, "text", 20) for name in texts] + [SheetColumn(_("Amount"), "money")]
    columns += [SheetColumn(_("Probability, %"), "count"), SheetColumn(_("Created"), "day"), SheetColumn(_("Closes"), "day")]
    columns += [SheetColumn(name, "text", 30) for name in (_("Counts in"), _("Why in no plan"), _("Key in the source system"))]
    rows: list[list[Cell]] = [
        [
            deal.name, seen.get(deal.account_id, "") if deal.account_id else "", deal.product.name if deal.product else "",
            str(DealStatus(deal.status).label), deal.stage.name if deal.stage else "", deal.owner.name if deal.owner else "",
            deal.currency, deal.amount, deal.probability, deal.created_date, deal.close_date,
            "; ".join(plan["name"] for plan in plans.get(deal.pk, [])), reason(deal), deal.external_id or "",
        ]
        for deal in found
    ]  # fmt: skip
    return Sheet(_("Deals"), columns, rows)
