"""Free ports are free; waiting ends with an answer, in time, or with the reason."""

import http.server
import socket
import threading
from collections.abc import Iterator

import pytest

from b24app.dev import ports


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204 if self.path == "/fine?a=1" else 503)
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


def test_a_url_answers_below_400(address: str) -> None:
    assert ports.url_answers(f"{address}/fine?a=1")
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
