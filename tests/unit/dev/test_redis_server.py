"""The embedded Redis keeps what it was told, survives kills on its port, and loses all when asked to."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from b24app.dev import redis_server as module
from b24app.dev.ports import NotReadyError, free_port, port_answers
from b24app.dev.redis_server import RedisServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path / "data") as running:
        yield running


def test_it_runs_as_production_should(server: RedisServer) -> None:
    with server.client() as client:
        wanted = {"appendonly": "yes", "appendfsync": "everysec", "save": "", "maxmemory-policy": "noeviction"}
        assert {name: client.config_get(name)[name] for name in wanted} == wanted
        assert client.config_get("bind")["bind"] == "127.0.0.1"


def test_its_address_reaches_it(server: RedisServer) -> None:
    with redis.Redis.from_url(server.url(3)) as client, server.client(3) as same:
        client.set("word", "kept")
        assert same.get("word") == b"kept"
        assert client.info("server")["process_id"] == server.pid


def test_a_clean_restart_keeps_port_and_data(server: RedisServer) -> None:
    port, pid = server.port, server.pid
    with server.client() as client:
        client.set("word", "kept")
        server.restart()
        assert client.get("word") == b"kept"
    assert server.port == port
    assert server.pid != pid


def test_a_kill_loses_at_most_the_last_second(server: RedisServer) -> None:
    with server.client() as client:
        client.set("word", "kept")
        time.sleep(1.2)
        server.kill()
        assert not server.alive
        with pytest.raises(redis.ConnectionError):
            client.ping()
        server.start()
        assert client.get("word") == b"kept"


def test_a_wipe_loses_everything_and_keeps_the_port(server: RedisServer) -> None:
    port = server.port
    with server.client() as client:
        client.set("word", "kept")
        server.wipe()
        assert client.dbsize() == 0
    assert (server.alive, server.port) == (True, port)


def test_a_wipe_of_a_stopped_one_leaves_it_stopped(server: RedisServer) -> None:
    with server.client() as client:
        client.set("word", "kept")
        server.stop()
        server.wipe()
        assert not server.alive
        server.start()
        assert client.dbsize() == 0


def test_a_frozen_one_answers_again_after_its_thaw(server: RedisServer) -> None:
    server.freeze()
    hasty = redis.Redis(port=server.port, socket_timeout=0.2, retry=Retry(NoBackoff(), 0))
    with hasty, pytest.raises(redis.TimeoutError):
        hasty.ping()
    server.thaw()
    with redis.Redis(port=server.port, socket_timeout=30) as client:
        assert client.ping() is True


def test_a_stop_leaves_neither_port_nor_pid_file(server: RedisServer) -> None:
    assert server.pid_file.read_text() == f"{server.pid} {server.port}\n"
    server.stop()
    assert not server.pid_file.exists()
    assert not port_answers(server.port)


def test_a_leftover_of_an_earlier_run_is_ended_first(server: RedisServer) -> None:
    with server.client() as client:
        client.set("word", "kept")
        second = RedisServer(server.data_dir)
        with second, second.client() as other:
            assert other.get("word") == b"kept"
            assert not server.alive


def test_a_taken_port_is_said_and_nobody_elses_server_is_taken_for_ours(server: RedisServer, tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match=r"(?s)the embedded Redis ended before it was ready.*(bind|listen)"):
        RedisServer(tmp_path / "second", server.port).start()


def test_a_lost_race_for_a_free_port_is_run_again(
    server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offers = iter([server.port, free_port()])
    monkeypatch.setattr(module, "free_port", lambda: next(offers))
    with RedisServer(tmp_path / "second") as second:
        assert second.port != server.port
