"""Clocks: aware UTC; the sandbox's offset is followed in the background and outlives its server."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import requests
import responses

from b24app.clock import FixedClock, SandboxClock, SystemClock
from b24app.dev.ports import wait_until

URL = "http://127.0.0.1:9/clock"


def test_system_and_fixed_clocks() -> None:
    assert abs(SystemClock().now() - datetime.now(UTC)) < timedelta(seconds=1)
    assert SystemClock().now().tzinfo is UTC
    clock = FixedClock()
    before = clock.now()
    clock.advance(90)
    assert (clock.now() - before, clock.monotonic()) == (timedelta(seconds=90), 90.0)


@responses.activate
def test_the_sandboxs_offset_is_followed_and_survives_its_absence() -> None:
    responses.get(URL, json={"now": "x", "offset": 3600.0})
    clock = SandboxClock("http://127.0.0.1:9/", poll_s=0.05)
    assert timedelta(minutes=59) < clock.now() - datetime.now(UTC) < timedelta(minutes=61)
    assert 3590 < clock.monotonic() - time.monotonic() < 3610
    responses.replace(responses.GET, URL, json={"now": "x", "offset": 7200.0})
    wait_until(lambda: clock.now() - datetime.now(UTC) > timedelta(minutes=119), "the later time", 30)
    responses.replace(responses.GET, URL, body=requests.ConnectionError("gone"))
    time.sleep(0.2)
    assert clock.now() - datetime.now(UTC) > timedelta(minutes=119)


@responses.activate
@pytest.mark.parametrize("body", ["no json", "[]", '{"offset": null}'])
def test_nonsense_of_the_control_api_is_no_time(body: str) -> None:
    responses.get(URL, body=body)
    clock = SandboxClock("http://127.0.0.1:9", poll_s=0.01, first_s=0.1)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


@responses.activate
def test_nobody_is_told_a_time_before_the_first_answer() -> None:
    """A program begins with a dozen threads: what one of them writes at a wrong time would be due minutes later."""

    def slow(_request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        time.sleep(0.2)
        return 200, {}, '{"offset": -600.0}'

    responses.get(URL, body=requests.ConnectTimeout("busy"))
    responses.add_callback(responses.GET, URL, callback=slow)
    clock = SandboxClock("http://127.0.0.1:9", poll_s=0.05)
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: datetime.now(UTC) - clock.now(), range(4)))
    assert all(timedelta(minutes=9) < each < timedelta(minutes=11) for each in told)


@responses.activate
def test_whoever_asks_after_a_long_silence_is_told_the_present() -> None:
    """A page server that nobody used while weeks went by would sign a session with a time long past."""
    responses.get(URL, json={"offset": 60.0})
    silent, used = (SandboxClock("http://127.0.0.1:9", poll_s=60.0, stale_s=stale) for stale in (0.1, 30.0))
    assert silent.now() - used.now() < timedelta(minutes=2)
    responses.replace(responses.GET, URL, json={"offset": 86400.0})
    time.sleep(0.15)
    assert used.now() - datetime.now(UTC) < timedelta(minutes=2)
    assert silent.now() - datetime.now(UTC) > timedelta(hours=23)
