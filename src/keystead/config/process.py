"""Child processes that do not outlive us, and that stop in order."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path | None = None,
    death_signal: int = signal.SIGTERM,
    **options: Any,
) -> "subprocess.Popen[bytes]":
    """Starts a child in a session of its own, so that Ctrl-C reaches us alone and we stop things in order.

    On Linux the kernel sends it `death_signal` when we die, even by SIGKILL. Elsewhere the next start finds and ends it.
    Call it from the main thread: the kernel ties that signal to the thread that started the child.
    With `log` both outputs are appended to that file; `options` go to subprocess.Popen.
    """
    parent = os.getpid()

    def die_with_parent() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != parent:  # we died between the fork and the line above
                os._exit(1)

    with ExitStack() as opened:
        if log is not None:
            options |= {"stdout": opened.enter_context(log.open("ab")), "stderr": subprocess.STDOUT}
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - our processes that spawn have one thread
            **options,
        )


def stop(child: "subprocess.Popen[bytes]", *steps: tuple[int, float]) -> None:
    """Sends each signal in turn and waits its seconds for the child to end; SIGKILL when none helped.

    What it leaves behind in its session goes with it.
    """
    for number, seconds in (*steps, (signal.SIGKILL, 5.0)):
        if child.poll() is not None:
            break
        child.send_signal(number)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    end_session(child)


def end_session(child: "subprocess.Popen[bytes]") -> None:
    """Ends the grandchildren of a child that is gone, so that they hold no port and no connection."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def program_name(pid: int) -> str | None:
    """The name of the program running as this process, None when there is no such process or it has ended."""
    try:
        name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
    except OSError:
        pass
    else:
        return None if rest.split()[0] == "Z" else name  # Z: ended, but nobody has asked for its exit code yet
    if Path("/proc/self").exists():
        return None
    answer = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return Path(answer.stdout.strip()).name or None


def last_lines(log: Path, count: int = 20) -> str:
    """The end of a log file, for telling why something did not start."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""
