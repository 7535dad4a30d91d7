"""Texts as values: how a column writes its days and numbers, and what each cell of it is."""
