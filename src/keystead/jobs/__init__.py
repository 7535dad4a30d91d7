"""Work in the background: what the queue runs, told by ids. Each module registers its tasks when it is imported."""

from keystead.jobs import exchange, find, letters, plans, upkeep

__all__ = ["exchange", "find", "letters", "plans", "upkeep"]
