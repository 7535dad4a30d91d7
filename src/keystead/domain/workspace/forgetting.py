"""What is kept for repeats only, and not for long."""

from datetime import datetime, timedelta

from keystead.data.workspace.models import IdempotentAnswer

ANSWERS_KEPT = timedelta(days=7)  # an answer under an Idempotency-Key: longer than any client goes on trying


def forget_answers(*, at: datetime) -> int:
    """Forgets old answers of the open workspace; their keys may be used anew. Returns how many."""
    return int(IdempotentAnswer.objects.filter(created_at__lt=at - ANSWERS_KEPT)._raw_delete("default"))
