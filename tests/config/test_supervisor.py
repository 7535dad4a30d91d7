"""Children are kept running, stopped in order, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from keystead.config import process
from keystead.config.supervisor import Child, Stopped, Supervisor, Watch, next_pause, stop_signals


def eventually(condition: Callable[[], object], *, within: float = 60.0) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


class FakePart:
    """A part whose life the test decides; writes its starts and stops into `story`."""

    def __init__(self, name: str, story: list[str]) -> None:
        self.name, self.story, self.alive = name, story, False

    def start(self) -> None:
        self.story.append(f"start {self.name}")
        self.alive = True

    def stop(self) -> None:
        self.story.append(f"stop {self.name}")
        self.alive = False

    def is_alive(self) -> bool:
        return self.alive


def test_pauses_double_up_to_half_a_minute() -> None:
    assert [next_pause(falls) for falls in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_parts_stop_in_the_reverse_order_of_their_start() -> None:
    story: list[str] = []
    supervisor = Supervisor(say=story.append)
    for name in ("database", "web", "worker"):
        supervisor.add(FakePart(name, story))
    supervisor.stop()
    assert story == ["start database", "start web", "start worker", "stop worker", "stop web", "stop database"]


def test_a_fallen_part_starts_again_after_its_pause_and_says_so() -> None:
    story: list[str] = []
    part = FakePart("worker", story)
    watch = Watch(part)
    watch.start(now=100.0)
    part.alive = False
    watch.tick(101.0, story.append)
    watch.tick(101.4, story.append)
    assert story == ["start worker", "The worker ended by itself; starting it again in 0.5 s"]
    watch.tick(101.5, story.append)
    assert story[-1] == "start worker"
    part.alive = False
    watch.tick(102.0, story.append)
    assert story[-1].endswith("starting it again in 1 s")


def test_a_part_that_had_recovered_waits_the_shortest_pause_again() -> None:
    story: list[str] = []
    part = FakePart("web server", story)
    watch = Watch(part, falls=5)
    watch.start(now=0.0)
    part.alive = False
    watch.tick(61.0, story.append)
    assert story[-1].endswith("starting it again in 0.5 s")


def test_a_child_gets_its_environment_and_its_output_goes_to_its_log(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    program = "import os, time; print('hello', os.environ['COMPANY'], flush=True); time.sleep(60)"
    child = Child("worker", [sys.executable, "-c", program], log, {"COMPANY": "Sonron"})
    child.start()
    try:
        assert eventually(lambda: log.read_text() == "hello Sonron\n")
    finally:
        child.stop()
    assert not child.is_alive()
    assert child.told() == "signal SIGTERM"


def test_a_child_that_ignores_the_polite_signal_is_ended_with_all_it_started(tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    program = (
        "import signal, subprocess, sys, time, pathlib; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "grandchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "pathlib.Path(sys.argv[1]).write_text(str(grandchild.pid)); time.sleep(60)"
    )
    child = Child("web server", [sys.executable, "-c", program, str(note)], tmp_path / "log", {}, grace=0.2)
    child.start()
    assert eventually(lambda: note.exists() and note.read_text())
    child.stop()
    assert child.told() == "signal SIGKILL"
    assert eventually(lambda: process.program_name(int(note.read_text())) is None)


@pytest.mark.skipif(
    sys.platform != "linux", reason="the kernel's parent-death signal is Linux's; elsewhere the next start cleans up"
)
def test_children_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "child"
    program = (
        "import os, sys, time, pathlib; from keystead.config.process import spawn\n"
        "child = spawn([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "pathlib.Path(sys.argv[1]).write_text(str(child.pid)); time.sleep(60)"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", program, str(note)])
    assert eventually(lambda: note.exists() and note.read_text())
    pid = int(note.read_text())
    assert process.program_name(pid) is not None
    supervisor.kill()
    supervisor.wait()
    assert eventually(lambda: process.program_name(pid) is None)


def test_the_first_stop_signal_ends_the_block_and_the_next_ones_do_not_disturb_the_stopping() -> None:
    with stop_signals():
        with pytest.raises(Stopped, match="SIGTERM"):
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(Stopped):  # even when Python had dropped the first one
            Supervisor(say=print).run_until_stopped()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
