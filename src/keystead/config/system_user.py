"""Whom the embedded PostgreSQL runs as: it refuses to run as root, so root lends it an account of its own."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCOUNT = "keystead"


class NoServerAccount(RuntimeError):
    """We are root and there is no unprivileged account for PostgreSQL, nor a way to make one."""

    code = "no_server_account"


@dataclass(frozen=True, slots=True)
class ServerUser:
    """An unprivileged account; None stands for ourselves."""

    name: str
    uid: int
    gid: int

    def options(self) -> dict[str, Any]:
        """What subprocess needs to start a program under this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_user(database: Path) -> ServerUser | None:
    """Ourselves (None) unless we are root; then the owner of existing data, else the account `keystead`, made on first use."""
    if os.geteuid() != 0:
        return None
    owner = database.stat().st_uid if (database / "PG_VERSION").exists() else 0
    entry = pwd.getpwuid(owner) if owner else _account()
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        pass
    useradd = shutil.which("useradd") or shutil.which("useradd", path="/usr/sbin:/sbin")
    if useradd is None:
        raise NoServerAccount(
            "PostgreSQL does not run as root. Run this command as another user, or make a system account named"
            f" {ACCOUNT!r}, or set DATABASE_URL to use another server."
        )
    made = subprocess.run(
        [useradd, "--system", "--no-create-home", "--shell", "/bin/sh", ACCOUNT],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return pwd.getpwnam(ACCOUNT)  # another start may have made it in the same moment: that is as good
    except KeyError:
        raise NoServerAccount(f"Could not make the system account {ACCOUNT!r}: {made.stderr.strip()}") from None


def let_through(path: Path) -> list[Path]:
    """Lets other accounts pass through the folders above `path` (pass, not list). Returns the folders it changed."""
    changed = []
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
            changed.append(folder)
    return changed


def let_read(folder: Path) -> None:
    """Lets other accounts read and run what is in `folder`; needed when a strict umask was on during installation."""
    if (folder / "bin" / "postgres").stat().st_mode & stat.S_IXOTH and folder.stat().st_mode & stat.S_IXOTH:
        return
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        runs = path.is_dir() or mode & stat.S_IXUSR
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if runs else 0))
