"""Django looks for models here; they live in the folders of their nouns."""

from keystead.data.accounts.models import Account, AccountTeamMember, Contact
from keystead.data.changes.models import UndoneChange
from keystead.data.deals.models import Deal, DealStageChange, Order, Product, Stage
from keystead.data.exchange.models import Import, ImportRow, SavedMapping
from keystead.data.plans.models import (
    Action,
    Measure,
    MeasureReading,
    Objective,
    Plan,
    PlanApproval,
    PlanRate,
    PlanSnapshot,
    RevenueLink,
    SwotItem,
)
from keystead.data.workspace.models import ApiToken, IdempotentAnswer, Invitation, Member, Rate, User, Workspace

__all__ = [
    "Account", "AccountTeamMember", "Action", "ApiToken", "Contact", "Deal", "DealStageChange", "IdempotentAnswer", "Import",
    "ImportRow", "Invitation", "Measure", "MeasureReading", "Member", "Objective", "Order", "Plan", "PlanApproval", "PlanRate",
    "PlanSnapshot", "Product", "Rate", "RevenueLink", "SavedMapping", "Stage", "SwotItem", "UndoneChange", "User", "Workspace",
]  # fmt: skip
