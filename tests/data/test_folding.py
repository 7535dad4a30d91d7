"""Steps as one step. That both ways end at the same schema is held by tests/luck/test_upgrade.py."""

from importlib import import_module

import pytest
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState

from keystead.data.folding import _in_order, folded


def _table(name: str, *named: str) -> ModelState:
    keys = [(to.lower(), models.ForeignKey(to, models.CASCADE)) for to in named]
    return ModelState("keystead", name, [("id", models.BigAutoField(primary_key=True)), *keys])


def _ordered(*tables: ModelState) -> list[str]:
    return [table.name for table in _in_order(ProjectState({(table.app_label, table.name_lower): table for table in tables}))]


def test_a_table_comes_after_those_it_names() -> None:
    deal = _table("Deal", "keystead.Account", "keystead.Stage")
    account = _table("Account", "keystead.Account")  # its parent
    assert _ordered(deal, account, _table("Stage", "auth.Group")) == ["Account", "Stage", "Deal"]


def test_tables_that_name_one_another_cannot_be_made_in_one_step() -> None:
    with pytest.raises(ValueError, match="in a circle: deal, order"):
        _ordered(_table("Deal", "keystead.Order"), _table("Order", "keystead.Deal"))


def test_a_step_that_runs_python_code_cannot_be_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("keystead.data.migrations.0003_import_keys")
    monkeypatch.setattr(module.Migration, "operations", [migrations.RunPython(migrations.RunPython.noop)])
    with pytest.raises(ValueError, match="cannot be folded"):
        folded(["0003_import_keys"])
