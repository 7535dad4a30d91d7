"""A new workspace with its first owner, its stages, and nothing else."""

from django.db import IntegrityError, transaction

from keystead.base.ids import uuid7
from keystead.base.scope import open_scope
from keystead.data.deals.models import Stage
from keystead.data.workspace.models import Member, Role, User, Workspace

# The usual pipeline, in the workspace's language; an import adds the stages that its file names.
_STAGES = {
    "en": ["Prospecting", "Qualification", "Proposal", "Negotiation", "Won", "Lost"],
    "pt-br": ["Prospecção", "Qualificação", "Proposta", "Negociação", "Ganho", "Perdido"],
    "es": ["Prospección", "Calificación", "Propuesta", "Negociación", "Ganado", "Perdido"],
}
_STEPS = [("open", 10), ("open", 25), ("open", 50), ("open", 75), ("won", 100), ("lost", 0)]


class CannotFound(ValueError):
    """The workspace cannot be made; `code` says why (slug_taken)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def found_workspace(
    *, name: str, slug: str, currency: str, owner_email: str, owner_name: str = "", password: str | None = None,
    language: str = "en", fiscal_start_month: int = 1, **settings: object,
) -> tuple[Workspace, Member]:  # fmt: skip
    """Makes the workspace, its pipeline stages and its owner (an existing login with that address is used as it is).

    Fires nothing else: no mail, no job. Raises `CannotFound("slug_taken")`.
    """
    workspace = Workspace(
        id=uuid7(), name=name, slug=slug, currency=currency.upper(), language=language,
        fiscal_start_month=fiscal_start_month, **settings,
    )  # fmt: skip
    with open_scope(workspace_id=workspace.pk, actor={"via": "command"}), transaction.atomic():
        try:
            with transaction.atomic():
                workspace.save(force_insert=True)
        except IntegrityError as error:
            raise CannotFound("slug_taken") from error
        user = User.objects.filter(email=owner_email.lower()).first()
        if user is None:
            user = User.objects.create_user(owner_email, password, name=owner_name, language=language)
        owner = Member.objects.create(
            user=user, name=owner_name or user.name or owner_email.split("@", maxsplit=1)[0], email=user.email, role=Role.OWNER
        )
        Stage.objects.bulk_create(
            Stage(name=stage, status=status, probability=probability, position=position)
            for position, (stage, (status, probability)) in enumerate(zip(_STAGES[language], _STEPS, strict=True))
        )
    return workspace, owner
