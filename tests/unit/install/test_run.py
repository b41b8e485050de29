"""The job over a real database: each step once, resumable, safe to repeat, honest about what did not work."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from b24app.bitrix24.errors import NoToken, RestError
from b24app.bitrix24.own_fields import OWN
from b24app.bitrix24.robots import CREATE, MOVE, OF_DEALS, START
from b24app.clock import FixedClock
from b24app.flows.automation import WHATS, code_of
from b24app.flows.return_process import OffReason
from b24app.flows.returns.rules import KEY as RULES
from b24app.flows.returns.rules import Reason, ReturnRules
from b24app.frames.formats import Formats
from b24app.frames.words import words as words_in
from b24app.lanes.engine import LaneEngine, Timing
from b24app.lanes.slices import Slice, SliceResult
from b24app.lanes.wake import LocalWakes
from b24app.logistics.returning import ReturnStage
from b24app.store import portal_settings, portals
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.field_wishes import read_again
from b24app.store.models import InboxKind, InboxRow, LaneKind, Portal, PortalState
from b24app.store.return_process import Kept
from b24app.wire.errors import NotSent, Why
from install import run, wanted_returns
from install.steps import STEPS
from install.view import install_view
from install.wanted import EVENTS
from tests.unit.install.conftest import ITEMS

PUBLIC, HOOKS = "https://waybill.example", "https://hooks.waybill.example"


@pytest.fixture
def job(sessions: Sessions, clock: FixedClock, portal: Portal, there: Any) -> Iterator[Callable[[], None]]:
    """Asks for the job, runs the lane until it is idle."""
    with session_scope(sessions) as session:
        portals.get(session, portal.id).state = PortalState.INSTALLING
    wakes = LocalWakes()
    engine = LaneEngine(sessions, clock, wakes, "test", Timing())
    parts = run.InstallParts(lambda _: there, PUBLIC, HOOKS, spread=lambda: 0.5)
    handle = partial(run.handle, parts=parts)

    def serve(slice_: Slice) -> SliceResult:
        with read_scope(sessions) as session:
            rows = slice_.claim_inbox(session, (InboxKind.INSTALL,))
        handle(slice_, rows)
        return SliceResult()

    engine.register(LaneKind.PORTAL, serve)

    def go(fresh: bool = True) -> None:
        if fresh:
            with session_scope(sessions) as session:
                wakes.wake(run.start(session, portal.id, clock.now(), "trace"))
        engine.run_until_idle()

    yield go


def states(sessions: Sessions, portal: Portal) -> dict[str, str]:
    with sessions() as session:
        return {row.step: row.state for row in portals.install_steps(session, portal.id)}


def test_a_portal_gets_everything_once(job: Callable[[], None], sessions: Sessions, portal: Portal, there: Any) -> None:
    job()
    assert states(sessions, portal) == {step.name: "done" for step in STEPS}
    assert {row["FIELD_NAME"] for row in there.fields} == {own.name for own in OWN.values()}
    assert [row["event"] for row in there.events] == [*EVENTS, *ITEMS]
    assert {row["handler"] for row in there.events} == {f"{HOOKS}/b24/events"}
    assert [(row["placement"], row["handler"]) for row in there.placements] == [
        ("CRM_DEAL_DETAIL_TAB", f"{PUBLIC}/tab"),
        ("CRM_DEAL_LIST_TOOLBAR", f"{PUBLIC}/deals"),
        ("CRM_DYNAMIC_1042_DETAIL_TAB", f"{PUBLIC}/return"),
    ]
    assert there.placements[0]["langAll"]["en"]["TITLE"] == "Delivery"
    assert [(row["USER_TYPE_ID"], row["HANDLER"]) for row in there.field_types] == [
        ("wbpoint", f"{PUBLIC}/field/point")
    ]
    with sessions() as session:
        row = portals.get(session, portal.id)
        assert (row.state, row.plan, row.edition, row.rate_size) == (PortalState.ACTIVE, "pro100", "cloud", 50)
        assert row.installed_at is not None
        assert portals.field_map(session, portal.id)["address"] == "UF_CRM_DELIVERY_ADDRESS"
        assert row.settings["sections"] == [
            {"id": 47, "name": "Кухня", "above": 0},
            {"id": 48, "name": "Кофе", "above": 47},
        ]
        assert row.settings["delivery_types"] == {"31": "courier", "32": "pickup"}
        pipeline = portals.pipelines(session, portal.id)[0]
        assert (pipeline.trigger_stage, pipeline.enabled) == ("WB_SHIP", False)


def test_robots_are_registered_mended_and_renewed(
    job: Callable[[], None], sessions: Sessions, portal: Portal, there: Any
) -> None:
    job()
    assert list(there.robots) == [*OF_DEALS, START, MOVE]
    assert there.robots[CREATE]["PROPERTIES"]["how"]["Options"]["cheapest"] == "Самым дешёвым"
    assert there.robots[START]["HANDLER"] == f"{PUBLIC}/b24/robots/{START}"
    assert there.robots[START]["PROPERTIES"]["reason"]["Options"]["defect"] == "Брак"
    assert there.robots[MOVE]["PROPERTIES"]["trouble"]["Options"]["bell"] == "В ленту и ответственному"
    stages = there.robots[MOVE]["PROPERTIES"]["stage"]["Options"]
    assert list(stages) == [stage.value for stage in ReturnStage]
    # It works on the items of the portal's own process too.
    assert there.robots[MOVE]["FILTER"]["INCLUDE"][1][2] == "DYNAMIC_1042"

    # Somebody deleted one, and an older release had another.
    del there.robots[MOVE]
    there.robots |= {"waybill_older": {}, "somebody_elses": {}}
    job()
    assert set(there.robots) == {*OF_DEALS, START, MOVE, "somebody_elses"}

    rules = ReturnRules(reasons=(Reason("scratch", {"ru": "Царапина"}), Reason("size", {"ru": "Размер"}, off=True)))
    with session_scope(sessions) as session:
        portal_settings.merge(session, portal.id, **{RULES: rules.to_json()})
    there.asked.clear()
    job()
    assert there.asked.count("bizproc.robot.update") == len(there.robots) - 1
    assert there.robots[START]["PROPERTIES"]["reason"]["Options"] == {"scratch": "Царапина"}


def test_a_portal_without_automation_is_installed(
    job: Callable[[], None], sessions: Sessions, portal: Portal, there: Any
) -> None:
    there.broken["bizproc.robot.add"] = RestError("ERROR_ACTIVITY_ADD_FAILURE", "Activity save error!", "…")
    job()
    with sessions() as session:
        [row] = [row for row in portals.install_steps(session, portal.id) if row.step == "robots"]
    assert (row.state, row.words) == ("done", "skipped|Activity save error!")
    there.broken.clear()
    job()
    assert list(there.robots) == [*OF_DEALS, START, MOVE]


def test_triggers_are_registered_in_the_portals_language_mended_and_renewed(
    job: Callable[[], None], sessions: Sessions, portal: Portal, there: Any
) -> None:
    job()
    assert list(there.triggers) == [code_of(what) for what in WHATS]
    assert there.triggers["waybill.delivered"] == "Waybill: доставлено"
    # Somebody deleted one, an older release had another and called a third otherwise.
    del there.triggers["waybill.ready"]
    there.triggers |= {"waybill.older": "…", "somebody.elses": "…", "waybill.late": "Опоздание"}
    there.asked.clear()
    job()
    assert set(there.triggers) == {*map(code_of, WHATS), "somebody.elses"}
    assert there.asked.count("crm.automation.trigger.add") == 2
    # A portal whose plan has none is installed without.
    there.triggers.clear()
    there.broken["crm.automation.trigger.add"] = RestError("", "Access denied.", "…")
    job()
    with sessions() as session:
        [row] = [row for row in portals.install_steps(session, portal.id) if row.step == "triggers"]
    assert (row.state, row.words) == ("done", "skipped|Access denied.")


def test_doing_it_again_writes_nothing(job: Callable[[], None], there: Any) -> None:
    job()
    there.asked.clear()
    job()
    assert there.writes == []


def test_a_portal_that_has_no_events_of_one_process_is_told_of_all(job: Callable[[], None], there: Any) -> None:
    there.typed = False
    job()
    assert [row["event"] for row in there.events][-3:] == list(wanted_returns.EVENTS)
    there.typed = True
    job()
    assert [row["event"] for row in there.events] == [*EVENTS, *ITEMS]


def test_what_belongs_to_a_process_goes_with_it(job: Callable[[], None], there: Any) -> None:
    """… and nothing is bound where the portal has none."""
    job()
    there.broken["crm.type.list"] = RestError("CREATE_DYNAMIC_TYPE_RESTRICTED", "no", "crm.type.list")
    job()
    assert [row["event"] for row in there.events] == list(EVENTS)
    assert not any(row["placement"].startswith("CRM_DYNAMIC") for row in there.placements)


def test_an_older_address_is_replaced(job: Callable[[], None], there: Any) -> None:
    there.events.append({"event": "ONCRMDEALADD", "handler": "https://old.example/b24/events", "offline": 0})
    there.placements.append({"placement": "CRM_DEAL_DETAIL_TAB", "handler": "https://old.example/tab"})
    there.field_types.append({"USER_TYPE_ID": "wbpoint", "HANDLER": "https://old.example/field/point"})
    job()
    assert [row["HANDLER"] for row in there.field_types] == [f"{PUBLIC}/field/point"]
    assert {row["handler"] for row in there.events} == {f"{HOOKS}/b24/events"}
    assert [row["handler"] for row in there.placements] == [f"{PUBLIC}/{each}" for each in ("tab", "deals", "return")]


def test_a_silent_portal_is_tried_again_from_the_step_that_failed(
    job: Any, sessions: Sessions, portal: Portal, there: Any, clock: FixedClock
) -> None:
    there.broken["placement.bind"] = NotSent(Why.CONNECT)
    job()
    assert [states(sessions, portal)[step.name] for step in STEPS] == [*["done"] * 3, *["waiting"] * (len(STEPS) - 3)]
    there.broken.clear()
    there.asked.clear()
    clock.advance(3)
    job(fresh=False)
    assert set(states(sessions, portal).values()) == {"done"}
    assert "app.info" not in there.asked


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RestError("ACCESS_DENIED", "Access denied!", "placement.get"), "refused|Access denied!"),
        (NoToken("none"), "no_admin_key|none"),
    ],
)
def test_a_refusal_waits_for_a_person(
    job: Any, sessions: Sessions, portal: Portal, there: Any, error: Exception, words: str
) -> None:
    there.broken["placement.bind"] = error
    job()
    with sessions() as session:
        step = next(row for row in portals.install_steps(session, portal.id) if row.step == "placements")
        assert (step.state, step.words) == ("failed", words)
        assert portals.get(session, portal.id).state == PortalState.INSTALLING
        assert {row.state for row in session.query(InboxRow)} == {"done"}
    there.broken.clear()
    job()
    assert set(states(sessions, portal).values()) == {"done"}


def test_enterprise_and_box_portals_are_told_apart(job: Any, sessions: Sessions, portal: Portal, there: Any) -> None:
    there.info = {"LICENSE": "ru_ent250", "LICENSE_TYPE": "ent250", "LICENSE_FAMILY": "ent"}
    job()
    with sessions() as session:
        row = portals.get(session, portal.id)
        assert (row.rate_size, row.rate_drain) == (250, 5)
    there.info = {"LICENSE": "ru_selfhosted"}
    job()
    with sessions() as session:
        assert portals.get(session, portal.id).edition == "box"


def test_a_choice_of_fields_that_an_administrator_made_is_kept(job: Any, sessions: Sessions, portal: Portal) -> None:
    with session_scope(sessions) as session:
        portals.set_fields(session, portal.id, {"phone": "UF_CRM_OUR_PHONE"})
    job()
    with sessions() as session:
        assert portals.field_map(session, portal.id)["phone"] == "UF_CRM_OUR_PHONE"


def test_a_reading_of_the_fields_alone_does_nothing_else_and_is_no_update(
    job: Any, sessions: Sessions, portal: Portal, there: Any, clock: FixedClock
) -> None:
    """Asked for while the same step ran: it is done once more."""
    job()
    with session_scope(sessions) as session:
        portals.get(session, portal.id).provisioned = "an older release"
        read_again(session, portal.id, clock.now(), "trace")
        portals.save_steps(session, portal.id, [{"step": "fields", "state": "done"}], clock.now())
    there.asked.clear()
    job(fresh=False)
    assert there.asked == ["crm.deal.userfield.list", "crm.item.fields", "crm.item.fields"]
    with sessions() as session:
        assert portals.get(session, portal.id).provisioned == "an older release"


def test_a_portal_without_smart_processes_is_installed_and_the_page_says_what_it_went_without(
    job: Any, sessions: Sessions, portal: Portal, there: Any
) -> None:
    there.broken["crm.type.add"] = RestError("CREATE_DYNAMIC_TYPE_RESTRICTED", "Исчерпан тариф", "crm.type.add")
    job()
    with sessions() as session:
        rows = portals.install_steps(session, portal.id)
        kept = Kept.of(portals.get(session, portal.id).settings)
        assert portals.get(session, portal.id).state == PortalState.ACTIVE
    assert {row.state for row in rows} == {"done"}
    assert kept.off is not None
    assert (kept.off.why, kept.off.said) == (OffReason.PLAN, "Исчерпан тариф")
    view = install_view(rows, Formats(words_in("ru"), UTC, datetime(2026, 11, 30, tzinfo=UTC)))
    [told] = [step.trouble for step in view.steps if step.trouble]
    assert told == "Пропущено, остальное работает. Битрикс24 ответил: «Исчерпан тариф»"


def test_a_portal_that_is_overloaded_is_asked_again_for_its_smart_process(
    job: Any, sessions: Sessions, portal: Portal, there: Any, clock: FixedClock
) -> None:
    there.broken["crm.type.add"] = RestError("QUERY_LIMIT_EXCEEDED", "Too many requests", "crm.type.add")
    job()
    assert states(sessions, portal)["returns"] == "waiting"
    there.broken.clear()
    clock.advance(30)
    job(fresh=False)
    assert len(there.types) == 1
    assert set(states(sessions, portal).values()) == {"done"}
