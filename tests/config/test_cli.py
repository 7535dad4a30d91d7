"""The command line picks the data directory and the login before Django sees anything."""

import pytest

from keystead.config import cli


@pytest.mark.parametrize(
    ("arguments", "kept", "data"),
    [
        (["doctor", "--json"], ["doctor", "--json"], None),
        (["--data", "/srv/acme", "doctor"], ["doctor"], "/srv/acme"),
        (["backup", "--data=/srv/acme data", "f.tar"], ["backup", "f.tar"], "/srv/acme data"),
        (["testdb", "--", "pytest", "--data", "x"], ["testdb", "--", "pytest", "--data", "x"], None),
    ],
)
def test_the_data_directory_is_taken_out_wherever_it_stands(arguments: list[str], kept: list[str], data: str | None) -> None:
    assert cli.without_data_option(arguments) == (kept, data)


def test_a_data_option_without_a_directory_is_refused() -> None:
    with pytest.raises(SystemExit, match="--data needs a directory"):
        cli.without_data_option(["doctor", "--data"])


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("migrate", "owner"),
        ("backup", "owner"),
        ("restore", "owner"),
        ("worker", "worker"),
        ("token-create", "app"),
        ("web", "app"),
    ],
)
def test_only_migrations_and_backups_run_as_the_owner(name: str, role: str) -> None:
    assert cli.role_of(name) == role


def test_without_a_command_the_commands_are_listed_and_the_exit_code_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    assert cli.main(["--help"]) == 0
    printed = capsys.readouterr().out
    for name in ("workspace-create", "token-create", "backup", "restore", "doctor", "migrate"):
        assert name in printed
