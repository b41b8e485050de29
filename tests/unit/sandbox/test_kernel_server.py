"""The HTTP server of the sandbox: keep-alive, bodies, broken connections, and speed."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from flask import Flask, request

from sandbox.kernel.server import BreakConnection, Server, serve


def _app() -> Flask:
    app = Flask(__name__)
    go_on = threading.Event()

    @app.route("/echo", methods=["GET", "POST"])
    def echo() -> dict[str, object]:
        return {"q": request.args.to_dict(), "body": request.get_data(as_text=True), "x": request.headers.get("X-A")}

    @app.route("/break")
    def break_() -> str:
        raise BreakConnection

    @app.route("/slow")
    def slow() -> str:
        assert go_on.wait(30)
        return "slow"

    @app.route("/go-on")
    def others_go_on() -> str:
        go_on.set()
        return "go on"

    @app.route("/empty")
    def empty() -> tuple[str, int]:
        return "", 204

    return app


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = serve(_app())
    yield running
    running.stop()


def test_query_body_and_headers_arrive(server: Server) -> None:
    answer = requests.post(
        server.base_url + "/echo?имя=Анна&x=1+2", data="тело".encode(), headers={"X-A": "b"}, timeout=5
    )
    assert answer.json() == {"q": {"имя": "Анна", "x": "1 2"}, "body": "тело", "x": "b"}


def test_chunked_bodies_are_read(server: Server) -> None:
    answer = requests.post(server.base_url + "/echo", data=iter([b"ab", b"cd"]), timeout=5)
    assert answer.json()["body"] == "abcd"


def test_one_connection_carries_many_calls_and_head_has_no_body(server: Server) -> None:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=5)
    sockets = set()
    for method, path, status in [("GET", "/echo", 200), ("HEAD", "/echo", 200), ("GET", "/empty", 204)] * 2:
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == status
        assert (body == b"") == (method == "HEAD" or status == 204)
        assert connection.sock is not None
        sockets.add(connection.sock.getsockname())
    assert len(sockets) == 1
    connection.close()


def test_a_broken_connection_is_reset_without_an_answer(server: Server) -> None:
    with socket.create_connection((server.host, server.port)) as raw:
        raw.sendall(b"GET /break HTTP/1.1\r\nHost: x\r\n\r\n")
        raw.settimeout(3)
        with pytest.raises(ConnectionResetError):
            raw.recv(100)


def test_a_slow_call_does_not_block_another(server: Server) -> None:
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(requests.get, server.base_url + "/slow", timeout=20)
        assert requests.get(server.base_url + "/echo", timeout=20).ok
        assert not slow.done()
        requests.get(server.base_url + "/go-on", timeout=20)
        assert slow.result().text == "slow"


def test_stop_frees_the_port() -> None:
    first = serve(_app())
    port = first.port
    requests.get(first.base_url + "/echo", timeout=5)
    first.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(first.base_url + "/echo", timeout=5)
    second = serve(_app(), port=port)
    assert requests.get(second.base_url + "/echo", timeout=5).ok
    second.stop()


def test_a_bug_of_an_application_is_a_plain_500() -> None:
    def broken(environ: object, start_response: Callable[..., object]) -> Iterable[bytes]:
        raise RuntimeError("bug")

    running = serve(broken)
    assert requests.get(running.base_url, timeout=5).status_code == 500
    running.stop()
