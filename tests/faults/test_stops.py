"""A worker is stopped for long, or dies with the portal's newest key: whoever goes on does everything once."""

from __future__ import annotations

import time

import pytest

from b24app.demo.setting_up import open_app
from tests.faults.scene import Scene

#: A write that was begun by a stopped worker may not leave after this (5 s to the portal, 8 s to the carrier).
LONG_STOP_S = 9.0
TOKEN_LIFE_S = 3700.0
COLLEAGUE = 77

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("point", ["stopped_before_create", "stopped_after_lookup", "stopped_before_batch"])
def test_a_worker_that_was_stopped_for_long_sends_nothing_any_more(scene: Scene, point: str) -> None:
    """Its work was looked up and done by another one meanwhile; nothing of its own may follow."""
    deal_id = scene.move_a_deal()
    child = scene.stop(point)
    time.sleep(LONG_STOP_S)
    scene.later()
    scene.wait(lambda: scene.told(deal_id), "the work done by another worker", 90)
    child.thaw()
    time.sleep(2.0)
    child.kill()
    scene.finish(deal_id)


def test_a_rotation_that_was_lost_falls_back_to_another_administrator(scene: Scene) -> None:
    scene.house.steer("POST", f"{scene.base}/users", {"id": COLLEAGUE, "name": "Вера", "admin": True})
    open_app(scene.house.steer, scene.member, COLLEAGUE)
    deal_id = scene.move_a_deal()
    scene.house.steer("POST", "/clock", {"advance": TOKEN_LIFE_S})
    scene.crash("during_rotation")
    scene.later()
    scene.finish(deal_id)


def test_without_a_key_left_everything_waits_until_an_administrator_opens_the_app(scene: Scene) -> None:
    deal_id = scene.move_a_deal()
    scene.house.steer("POST", "/clock", {"advance": TOKEN_LIFE_S})
    scene.crash("during_rotation")
    scene.later()
    time.sleep(3.0)
    assert not scene.told(deal_id)
    open_app(scene.house.steer, scene.member)
    scene.rest()
    scene.later(400.0)
    scene.finish(deal_id)
