"""Django looks for models here; they live in the folders of their nouns."""

from keystead.data.accounts.distinct import DistinctAccounts, DistinctContacts
from keystead.data.accounts.keys import AccountKey, ContactKey
from keystead.data.accounts.models import Account, AccountTeamMember, Contact
from keystead.data.changes.models import UndoneChange
from keystead.data.counting.by_account import DealCount, DealCountLine
from keystead.data.counting.models import CountLine
from keystead.data.deals.kept import KeptAnswer, KeptEvidence, KeptGroup, KeptLack, KeptLine, KeptMark, KeptPeriod, KeptTree
from keystead.data.deals.models import Deal, DealStageChange, Order, Product, Stage
from keystead.data.exchange.models import Import, ImportRow, SavedMapping
from keystead.data.find.alike import AlikePair, Comparison
from keystead.data.find.models import FindTerm, FindWord, Opened
from keystead.data.plans.items import Action, Measure, MeasureReading, Objective, SwotItem
from keystead.data.plans.models import Plan, PlanApproval, PlanRate, PlanSnapshot, RevenueLink
from keystead.data.workspace.audit import AuditEvent
from keystead.data.workspace.entry import EntryRule, UnopenedPlace
from keystead.data.workspace.models import ApiToken, IdempotentAnswer, Invitation, Member, Rate, User, Workspace
from keystead.data.workspace.views import DefaultView, SavedView, ViewUse

__all__ = [
    "Account", "AccountKey", "AccountTeamMember", "Action", "AlikePair", "ApiToken", "AuditEvent", "Comparison",
    "Contact", "ContactKey", "CountLine", "Deal", "DealCount", "DealCountLine", "DealStageChange",
    "DefaultView", "DistinctAccounts", "DistinctContacts", "EntryRule", "FindTerm", "FindWord", "IdempotentAnswer", "Import",
    "ImportRow", "Invitation", "KeptAnswer", "KeptEvidence", "KeptGroup", "KeptLack", "KeptLine", "KeptMark", "KeptPeriod",
    "KeptTree", "Measure", "MeasureReading", "Member",
    "Objective", "Opened", "Order", "Plan", "PlanApproval", "PlanRate", "PlanSnapshot", "Product", "Rate", "RevenueLink",
    "SavedMapping", "SavedView", "Stage", "SwotItem", "UndoneChange", "UnopenedPlace", "User", "ViewUse", "Workspace",
]  # fmt: skip
