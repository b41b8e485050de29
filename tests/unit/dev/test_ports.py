"""Free ports are free; waiting ends with an answer, in time, or with the reason."""

import http.server
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from b24app.dev import ports


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response({"/fine?a=1": 204, "/elsewhere": 302}.get(self.path, 503))
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer((ports.LOOPBACK, 0), Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://{ports.LOOPBACK}:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_free_ports_differ_and_can_be_bound() -> None:
    found = ports.free_ports(5)
    assert len(set(found)) == 5
    for port in found:
        with socket.socket() as sock:
            sock.bind((ports.LOOPBACK, port))


def test_a_port_answers_only_while_somebody_listens() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
        assert ports.port_answers(port)
    assert not ports.port_answers(port)


def test_ports_are_none_that_the_system_gives_to_others() -> None:
    """One that it may give was another process's when a server of ours came to bind it, and events went there."""
    with socket.create_server((ports.LOOPBACK, 0)) as listener:
        theirs = listener.getsockname()[1]
        with socket.create_connection((ports.LOOPBACK, theirs)) as caller:
            least = min(theirs, caller.getsockname()[1])
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii").split()[0])
    assert max(ports.free_ports(20)) < first <= least


def test_a_port_that_somebody_has_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    [first] = ports.free_ports(1)
    with socket.create_server((ports.LOOPBACK, first - 1)):
        assert first - 1 not in ports.free_ports(3)
    monkeypatch.setattr(ports, "_is_free", lambda *_: False)
    with pytest.raises(ports.NotReadyError, match=r"^not 1 of the ports \d+ to \d+ are free$"):
        ports.free_ports(1)


def test_two_processes_choose_different_ports() -> None:
    code = "from b24app.dev.ports import free_ports; print(*[free_ports(1)[0] for _ in range(200)])"
    asking = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [port for each in asking for port in each.communicate()[0].split()]
    assert len(said) == len(set(said)) == 600


def test_what_is_counted_in_a_broken_file_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    [one] = ports.free_ports(1)
    [counted] = tmp_path.iterdir()
    counted.write_text("no number", "ascii")
    [other] = ports.free_ports(1)
    assert one == other
    assert ports.free_ports(1) != [other]


def test_a_url_answers_with_a_page(address: str) -> None:
    assert ports.url_answers(f"{address}/fine?a=1")
    assert not ports.url_answers(f"{address}/elsewhere")
    assert not ports.url_answers(f"{address}/busy")
    assert not ports.url_answers(f"http://{ports.LOOPBACK}:{ports.free_port()}/fine")


def test_waiting_returns_the_seconds_it_took() -> None:
    answers = iter([False, False, True])
    assert 0.03 < ports.wait_until(lambda: next(answers), "it", timeout=5) < 2


def test_waiting_ends_at_the_limit() -> None:
    with pytest.raises(ports.NotReadyError, match=r"^it did not answer within 0\.05 s$"):
        ports.wait_until(lambda: False, "it", timeout=0.05)


def test_waiting_ends_at_once_when_the_other_side_is_gone() -> None:
    with pytest.raises(ports.NotReadyError, match=r"^it ended before it was ready$"):
        ports.wait_until(lambda: False, "it", timeout=60, alive=lambda: False)
