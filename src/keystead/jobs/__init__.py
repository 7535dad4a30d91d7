"""Work in the background: what the queue runs, told by ids. Each module registers its tasks when it is imported."""

from keystead.jobs import exchange, letters, plans, upkeep

__all__ = ["exchange", "letters", "plans", "upkeep"]
