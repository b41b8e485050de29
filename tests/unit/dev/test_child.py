"""One child: its output, its readiness, the four signals, and that it never outlives its parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from b24app.dev.child import Child, Spec
from b24app.dev.ports import NotReadyError, free_port, port_answers, wait_until

SLEEPER = "import time; print('here', flush=True); time.sleep(60)"
LISTENER = "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(60)"
COUNTER = "import time\nfor n in range(10000):\n    print(n, flush=True)\n    time.sleep(0.01)"
# A parent of ours that starts a child, says its id, and waits to be killed.
PARENT = """
import sys, time
from pathlib import Path
from b24app.dev.child import Child, Spec
child = Child(Spec(name="grandchild", argv=[sys.executable, "-c", "import time; time.sleep(60)"]), Path(sys.argv[1]))
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""


def python(code: str, *args: str, name: str = "child", **options: float) -> Spec:
    return Spec(name=name, argv=[sys.executable, "-c", code, *args], **options)  # type: ignore[arg-type]


def started(spec: Spec, folder: Path) -> Child:
    child = Child(spec, folder / "log" / "child.log")
    child.start()
    return child


def says(child: Child, text: str) -> None:
    wait_until(lambda: text in child.log_tail(), f"the word {text}", 10)


def exists(pid: int) -> bool:
    """Runs, or waits as a zombie for a parent that will never ask."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_output_goes_to_its_file_and_stop_ends_it(tmp_path: Path) -> None:
    child = started(python(SLEEPER), tmp_path)
    says(child, "here")
    assert child.exit_code is None
    child.stop()
    assert not child.alive
    assert child.exit_code == -signal.SIGTERM


def test_starting_twice_starts_once(tmp_path: Path) -> None:
    child = started(python(SLEEPER), tmp_path)
    pid = child.pid
    child.start()
    assert (child.pid, child.starts) == (pid, 1)
    child.kill()


def test_the_environment_is_laid_over_ours(tmp_path: Path) -> None:
    code = "import os; print(os.environ['WAYBILL_WORD'], 'PATH' in os.environ, flush=True)"
    child = started(Spec(name="env", argv=[sys.executable, "-c", code], env={"WAYBILL_WORD": "слово"}), tmp_path)
    says(child, "слово True")
    child.kill()


def test_ready_when_its_port_answers(tmp_path: Path) -> None:
    port = free_port()
    child = started(Spec(name="web", argv=[sys.executable, "-c", LISTENER, str(port)], port=port), tmp_path)
    child.wait_ready()
    assert port_answers(port)
    child.kill()
    assert not port_answers(port)


def test_one_that_ends_before_it_is_ready_is_quoted(tmp_path: Path) -> None:
    child = started(
        Spec(name="web", argv=[sys.executable, "-c", "raise SystemExit('no licence')"], port=free_port()), tmp_path
    )
    with pytest.raises(NotReadyError, match=r"web ended before it was ready; its log ends with:\nno licence"):
        child.wait_ready()


def test_one_that_ignores_sigterm_is_killed_after_its_grace(tmp_path: Path) -> None:
    child = started(python(DEAF, grace_seconds=0.3), tmp_path)
    says(child, "here")
    began = time.monotonic()
    child.stop()
    assert child.exit_code == -signal.SIGKILL
    assert 0.3 <= time.monotonic() - began < 30


def test_a_frozen_one_does_nothing_until_it_is_thawed(tmp_path: Path) -> None:
    child = started(python(COUNTER), tmp_path)
    says(child, "3")
    child.freeze()
    time.sleep(0.05)
    before = child.log_tail()
    time.sleep(0.2)
    assert child.alive
    assert child.log_tail() == before
    child.thaw()
    wait_until(lambda: child.log_tail() != before, "more output", 30)
    child.kill()


def test_a_frozen_one_can_be_stopped(tmp_path: Path) -> None:
    child = started(python(SLEEPER), tmp_path)
    says(child, "here")
    child.freeze()
    child.stop()
    assert child.exit_code == -signal.SIGTERM


def test_kill_takes_what_the_child_had_started(tmp_path: Path) -> None:
    code = "import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
    child = started(python(code), tmp_path)
    wait_until(lambda: child.log_tail() != "", "the id", 30)
    grandchild = int(child.log_tail())
    child.kill()
    wait_until(lambda: not exists(grandchild), "the end of the grandchild", 30)


def test_it_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout:
        pid = int(parent.stdout.readline())
    assert exists(pid)
    parent.kill()
    parent.wait()
    wait_until(lambda: not exists(pid), "the end of the child", 30)


def test_asking_for_the_id_before_the_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="early was not started"):
        _ = Child(python(SLEEPER, name="early"), tmp_path / "log").pid


def test_who_was_killed_is_not_killed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its number may be another's by then: of a deployment that runs beside us, of a browser."""
    child = started(python(SLEEPER), tmp_path)
    child.kill()
    signalled: list[int] = []
    monkeypatch.setattr(os, "killpg", lambda pid, _number: signalled.append(pid))
    child.kill()
    child.stop()
    assert signalled == []
    child.start()
    before = child.pid
    monkeypatch.undo()
    child.kill()
    assert not exists(before)
