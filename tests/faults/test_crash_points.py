"""A worker (or a server for machines) dies at one line; another one finishes, and everything has happened once."""

from __future__ import annotations

import sys

import pytest

from b24app.demo.house import ROOT
from b24app.dev.child import Spec
from tests.faults.scene import WORKER, Scene

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize(
    "point", ["before_decisions_are_committed", "between_decisions_and_wake", "after_intent_before_call"]
)
def test_a_death_before_the_call(scene: Scene, point: str) -> None:
    deal_id = scene.move_a_deal()
    scene.crash(point)
    assert scene.accepted(deal_id) == 0
    scene.later()
    scene.finish(deal_id)


def test_a_death_while_the_carrier_is_still_taking_the_order(scene: Scene) -> None:
    deal_id = scene.move_a_deal()
    scene.slow("cdek", "POST", "/v2/orders")
    scene.crash("during_create")
    assert scene.accepted(deal_id) == 0
    scene.wait(lambda: scene.accepted(deal_id) == 1, "the order that the dead worker had sent", 10)
    scene.later()
    scene.finish(deal_id)


def test_a_death_between_the_carriers_answer_and_its_saving(scene: Scene) -> None:
    deal_id = scene.move_a_deal()
    scene.crash("after_answer_before_saving")
    assert scene.accepted(deal_id) == 1
    scene.later()
    scene.finish(deal_id)


def test_a_death_while_the_portal_is_still_writing(scene: Scene) -> None:
    deal_id = scene.move_a_deal()
    scene.slow("bitrix24", "POST", "/rest/*batch*")
    scene.crash("during_batch")
    assert not scene.told(deal_id)
    scene.wait(lambda: scene.told(deal_id), "the batch that the dead worker had sent", 10)
    scene.later()
    scene.finish(deal_id)


def test_a_death_between_the_portals_answer_and_its_saving(scene: Scene) -> None:
    deal_id = scene.move_a_deal()
    scene.crash("after_batch_before_saving")
    assert scene.told(deal_id)
    scene.later()
    scene.finish(deal_id)


def test_a_hook_that_dies_whenever_it_has_stored_an_event(scene: Scene) -> None:
    """The row is there, nobody was woken: the sweep finds it."""
    hooks = scene.house.supervisor["hooks"]
    scene.house.supervisor.hold("hooks")
    port = str(scene.house.hooks_port)
    argv = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "1", "--no-control-socket"]
    spec = Spec(
        name="crashing-hooks",
        argv=[*argv, "tests.faults.crasher:hooks"],
        env=scene.house.env,
        cwd=ROOT,
        url=hooks.spec.url,
    )
    crashing = scene.house.supervisor.start(spec)
    deal_id = scene.move_a_deal()
    scene.wait(lambda: "exited with" in crashing.log_path.read_text("utf-8"), "a crash of the hook", 10)
    scene.house.supervisor.hold("crashing-hooks")
    scene.house.supervisor.release("hooks")
    hooks.wait_ready()
    scene.house.supervisor.release(WORKER)
    scene.finish(deal_id)
