"""Every act of a person on our pages leaves its row in the audit, with who, what and on what; and nothing secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from b24app.clock import FixedClock
from b24app.flows.laying import lay
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import EVERY, Channel, MessageRules, Plan
from b24app.flows.messages.rules import KEY as MESSAGES
from b24app.flows.packing import Packing, together
from b24app.flows.plan import ParcelPlan
from b24app.flows.rates import Choice, Facts
from b24app.flows.simulate import Priced
from b24app.flows.snapshot import CatalogueSize, Defaults, ProductRow, Source
from b24app.frames.words import LANGUAGES, words
from b24app.logistics.aftercare import CourierRequest
from b24app.logistics.model import DeliveryKind, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from b24app.store import (
    deal_extras,
    decisions,
    intents,
    jobs,
    outbox,
    parcels,
    portal_settings,
    portals,
    rates,
    reconciling,
    return_process,
)
from b24app.store.audit import ACTS, Act
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import AuditRow, Intent, Job, OutboxRow, Portal, Rate, Shipment
from b24app.store.outbox import ToPortal
from b24app.store.reconciling import Missing
from b24app.store.return_process import TypeName
from placements.tab_changes_view import stamp_of
from tests.unit.placements.audit_table import LEAVES, NOTHING, PLACE
from tests.unit.placements.rights_table import TABLE
from tests.unit.placements.test_rights_table import DEAL, Caller, Ids, app, caller, content, ours

__all__ = ["app", "caller", "ours"]


CUPS = Packing(
    (ProductRow(1, "Чашка", Money.of(450), Decimal(2), sizes=(CatalogueSize(Source.VARIATION, 300),)),), Defaults()
)


def path_of(line: str) -> str:
    return line.partition("#")[0]


def test_every_address_that_changes_something_is_told() -> None:
    """The rights table has all addresses (its own test sees to it)."""
    told = {path_of(line) for line in LEAVES} | set(NOTHING)
    asked = {line for line in TABLE if line.startswith(("POST", "PUT", "PATCH", "DELETE"))}
    lacking = sorted(asked - told)
    assert not lacking, "Say in tests/unit/placements/audit_table.py what these leave in the audit:\n" + "\n".join(
        lacking
    )
    assert {line for line in NOTHING if line not in TABLE} == set()


def test_every_act_has_its_words_and_one_group() -> None:
    assert sorted(act for acts in ACTS.values() for act in acts) == sorted(Act)
    keys = [f"audit.{act}" for act in Act] + [f"journal.group.{group}" for group in ACTS]
    assert [key for lang in LANGUAGES for key in keys if not words(lang).has(key)] == []


# --- what has to be there first --------------------------------------------------------------------------------------


def _paused(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    account = portals.connections(session, portal.id)[0]
    account.state, account.pause_reason = "paused", "r"
    return {}


def _profiled(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    """The account is at a system that has a profile, and has one of its own."""
    account = portals.connections(session, portal.id)[0]
    account.system, account.settings = "manhattan", {"profile": "{}"}
    return {}


def _pipeline_off(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    portals.pipelines(session, portal.id)[0].enabled = False
    return {}


def _section(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    portal_settings.merge(session, portal.id, sections=[{"id": 7, "name": "Пледы", "above": 0}])
    return {}


def _unshipped(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    session.execute(delete(Shipment).where(Shipment.portal_id == portal.id))
    return {}


def _stamp(session: Session, portal: Portal, clock: FixedClock) -> dict[str, Any]:
    row = session.scalars(select(Shipment).where(Shipment.portal_id == portal.id)).one()
    return {"stamp": stamp_of(ShipmentRequest.from_json(row.request))}


def _missing(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    _unshipped(session, portal, clock)
    rows = [Missing(DEAL, "Забытая", "SHIP", 0, clock.now())]
    reconciling.keep(session, portal.id, rows, [], clock.now(), 12, more=False)
    return {}


def _dead(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    thing = ToPortal(DEAL, "deal_update", f"{portal.id}:a", {"fields": {"address": "Казань"}, "stage": None})
    outbox.add(session, portal.id, [thing], now=clock.now(), trace_id="t")
    row = session.scalars(select(OutboxRow).where(OutboxRow.marker == thing.marker)).one()
    row.state, row.attempts, row.next_try_at, row.closed_at = "dead", 3, None, clock.now()
    return {"dead": row.id}


def _rate(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    """The deal was read and is not shipped, and the account has told a price."""
    _unshipped(session, portal, clock)
    account, now = portals.connections(session, portal.id)[0], clock.now()
    asked = {account.id: ("key", {"number": ""})}
    rates.spread(session, portal.id, DEAL, Facts(DeliveryKind.COURIER), asked, (), now, "t")
    row = session.scalars(select(Rate).where(Rate.portal_id == portal.id)).one()
    priced = Priced((Quote("parcel", Money(48600), 2, 3),))
    rates.answered(session, portal.id, row.id, now, priced, now)
    return {}


def _chosen(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    account = portals.connections(session, portal.id)[0]
    choice = Choice(account.id, "parcel", DeliveryKind.COURIER, clock.now())
    decisions.choose(session, portal.id, DEAL, choice, clock.now())
    return {}


def _order_over(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    session.execute(update(Shipment).where(Shipment.portal_id == portal.id).values(status="cancelled"))
    return {}


def _moved(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    session.execute(update(Shipment).where(Shipment.portal_id == portal.id).values(status="in_transit"))
    return {}


def _follows(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    """The order carries what a warehouse packed."""
    session.execute(update(Shipment).where(Shipment.portal_id == portal.id).values(follows=999))
    return {}


def _called(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    """A courier comes for the order."""
    row = session.scalars(select(Shipment).where(Shipment.portal_id == portal.id)).one()
    wanted = CourierRequest(f"{row.number}-c1", clock.now().date(), time(10), time(18), (str(row.remote_id),))
    payload = {"request": wanted.to_json(), "shipments": [row.id], "told": {"remote_id": "c-1", "number": "77"}}
    intents.add(session, row, "courier", payload, now=clock.now(), trace_id="t")
    session.flush()
    session.execute(update(Intent).values(state="done", next_try_at=None))
    return {}


def _printed(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    """A press of this person on the deal, whose label is there."""
    now = clock.now()
    given = {"wish": "print", "deals": [DEAL], "size": "A6", "key": "p" * 16}
    job = Job(
        portal_id=portal.id, kind="many", input=given, memory={}, result={}, asked_by=7, created_at=now, state="done",
        done=1, total=1,
    )  # fmt: skip
    session.add(job)
    session.flush()
    return {"job": job.id}


def _goods(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    """The deal's goods were read: two cups."""
    now = clock.now()
    job, _ = parcels.ask(session, portal.id, DEAL, asked_by=7, now=now, trace_id="t")
    jobs.finish(job, CUPS.to_json(), now)
    return {"goods": job.id}


def _laid(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    found, [one] = _goods(session, portal, clock), together(CUPS.rows).parcels
    plan = ParcelPlan(CUPS.signature, (replace(one, weight_g=900),))
    made, _ = lay(CUPS.rows, CUPS.defaults, plan)
    parcels.keep(session, portal.id, DEAL, plan, made, seen=0, by=9, name="Борис", now=clock.now())
    return found


def _ticked(session: Session, portal: Portal, clock: FixedClock) -> dict[str, int]:
    """What the buyer chose for the deal, which is not shipped."""
    _unshipped(session, portal, clock)
    deal_extras.keep_buyers(session, portal.id, DEAL, ("fitting",), clock.now())
    return {}


def _process(session: Session, portal: Portal, clock: FixedClock) -> dict[str, Any]:
    """The portal has a smart process that may be chosen for returns."""
    named = (TypeName(12, "Рекламации"),)
    return_process.change(session, portal.id, lambda kept: replace(kept, types=named))
    return {}


def _told(session: Session, portal: Portal, clock: FixedClock) -> dict[str, Any]:
    """Clients are written to when a parcel waits for them; a pipeline has plans of its own."""
    own = {Moment.READY: Plan(True, (Channel.EMAIL,))}
    rules = MessageRules(plans={EVERY: own, "0": own})
    portal_settings.merge(session, portal.id, **{MESSAGES: rules.to_json(), "message_setup": {"done": True}})
    return {}


READY: dict[str, Callable[[Session, Portal, FixedClock], dict[str, Any]]] = {
    "paused": _paused,
    "pipeline_off": _pipeline_off,
    "profiled": _profiled,
    "section": _section,
    "missing": _missing,
    "order_over": _order_over,
    "moved": _moved,
    "follows": _follows,
    "called": _called,
    "printed": _printed,
    "unshipped": _unshipped,
    "stamp": _stamp,
    "dead": _dead,
    "rate": _rate,
    "chosen": _chosen,
    "goods": _goods,
    "laid": _laid,
    "ticked": _ticked,
    "process": _process,
    "told": _told,
}


class Walk:
    """Does what a line says, as user 7, an administrator; `rows` are what it left."""

    def __init__(self, caller: Caller, sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
        self.caller, self.sessions, self.portal, self.clock = caller, sessions, portal, clock

    def do(self, line: str) -> list[AuditRow]:
        leaves = LEAVES[line]
        ids: dict[str, Any] = dict(self.caller.ids)
        with session_scope(self.sessions) as session:
            ids |= READY[leaves.ready](session, self.portal, self.clock) if leaves.ready else {}
        form = {name: value.format(**ids) for name, value in leaves.form.items()}
        takes = TABLE.get(path_of(line))
        token = self.caller.token(takes.placement if takes else "DEFAULT", admin=True)
        answer = self.caller.call(path_of(line), token, ids, **form)
        assert answer.status_code in {200, 204}, answer.text
        return self.rows()

    def rows(self) -> list[AuditRow]:
        with self.sessions() as session:
            return list(session.scalars(select(AuditRow).order_by(AuditRow.id)))


@pytest.fixture
def database_url(sqlite_database_url: str) -> str:
    """One database is enough here: who is let in and what is noted is decided in Python, hundreds of times."""
    return sqlite_database_url


@pytest.fixture
def walk(caller: Caller, sessions: Sessions, set_up: Portal, clock: FixedClock) -> Walk:
    return Walk(caller, sessions, set_up, clock)


@pytest.mark.parametrize("line", sorted(LEAVES))
def test_an_act_leaves_one_row_with_its_author(line: str, walk: Walk, clock: FixedClock) -> None:
    leaves = LEAVES[line]
    [row] = walk.do(line)
    assert (row.action, row.user_id, row.detail["name"]) == (leaves.act, 7, "Анна")
    assert (row.portal_id, row.at) == (walk.portal.id, clock.now())
    assert row.deal_id == (DEAL if leaves.on_deal else None)
    assert row.detail.get("reason", "") == leaves.form.get("reason", "")
    told = json.dumps(row.detail, ensure_ascii=False)
    secrets = ["s3cret-7", PLACE["name"], "+7495", "495 123", "Тверская, 7", "Ромашка"]
    assert [secret for secret in secrets if secret in told] == []


def changed(row: AuditRow) -> dict[str, Any]:
    """Field -> (before, after), or "hidden"."""
    return {
        each["field"]: "hidden" if each["hidden"] else (each["before"], each["after"])
        for each in row.detail.get("changes", ())
    }


CHANGES: dict[str, Mapping[str, Any]] = {
    "POST /app/account/cdek/0": {
        "title": (None, "СДЭК, склад"), "mode": (None, "test"), "own_account": "hidden", "own_secret": "hidden",
        "own_contract": (None, "1"),
    },
    "POST /app/account/cdek/{account}": {
        "title": ("Наш договор 77-31", "СДЭК, склад"), "own_account": "hidden", "own_secret": "hidden",
        "own_contract": (None, "1"),
    },
    "POST /app/origin/0": {
        "title": (None, "Склад на Тверской"), "default": (None, True), "company": "hidden", "name": "hidden",
        "phone": "hidden", "address": "hidden",
    },
    "POST /app/pipeline/0#off": {
        "enabled": (True, False), "hold_s": (0, 60), "service": (None, "cdek:parcel"),
        "service_courier": ("cdek:parcel", None),
    },
    "POST /app/defaults": {"weight_g": (None, 500)},
    "POST /app/defaults/section/7": {"weight_g": (None, 1500)},
    "POST /app/rules/0": {
        "title": (None, "Казань"), "connection": (None, "Наш договор 77-31"), "service_courier": (None, "cdek:parcel"),
        "cities": (None, ["Казань"]),
    },
    "POST /app/rules/{rule}/off": {"enabled": (True, False)},
    "POST /app/rules/{rule}/remove": {
        "position": (1, None), "enabled": (True, None), "title": ("Наш договор 77-31", None),
        "connection": ("Наш договор 77-31", None),
    },
    "POST /app/rights": {"right_cancel": ("everyone", ["Борис"])},
    "POST /app/alarms": {},
    "POST /tab/parcels/save": {"parcels": (1, 2), "total_g": (None, 700)},
    "POST /tab/parcels/drop": {"total_g": (900, None)},
    "POST /tab/extras": {"extra_fitting": (True, False), "extra_sms": (False, True)},
    "POST /tab/extras/drop": {"extra_fitting": (True, False)},
    "POST /tab/rates/choose": {"connection": (None, "Наш договор 77-31"), "service": (None, "cdek:parcel")},
    "POST /tab/rates/drop": {"connection": ("Наш договор 77-31", None), "service": ("cdek:parcel", None)},
}  # fmt: skip


@pytest.mark.parametrize("line", sorted(CHANGES))
def test_what_was_before_and_after(line: str, walk: Walk) -> None:
    [row] = walk.do(line)
    assert changed(row) == CHANGES[line]


@pytest.mark.parametrize("line", ["POST /tab/read", "POST /app/rules/{rule}/form"])
def test_what_leaves_nothing_changes_nothing(line: str, walk: Walk) -> None:
    before = content(walk.sessions, walk.portal)
    assert walk.caller.call(line, walk.caller.token(TABLE[line].placement, admin=True)).status_code == 200
    assert content(walk.sessions, walk.portal) == before


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("POST /app/account/cdek/0", {"title": "x"}),
        ("POST /app/account/{account}/pause", {"reason": " "}),
        ("POST /app/origin/0", {"title": ""}),
        ("POST /app/defaults", {"all_weight_g": "heavy"}),
        ("POST /app/rules/0", {"title": "x"}),
        ("POST /app/failed/give-up", {"row": "outbox:1", "reason": ""}),
        ("POST /app/checks/off/foreign/{order}", {"reason": ""}),
    ],
)
def test_what_was_refused_leaves_nothing(line: str, form: dict[str, str], walk: Walk, caller: Caller) -> None:
    assert caller.call(line, caller.token("DEFAULT", admin=True), None, **form).status_code in {200, 422}
    assert walk.rows() == []


def test_a_second_press_leaves_no_second_row(walk: Walk) -> None:
    walk.do("POST /tab/ship_now")
    assert len(walk.do("POST /tab/ship_now")) == 1


def test_the_installer_leaves_its_row(
    walk: Walk, caller: Caller, person: Any, frame_query: Mapping[str, str], frame_body: Mapping[str, str], ours: Ids
) -> None:
    person.answers["user.admin"] = True
    body = {**frame_body, "PLACEMENT": "DEFAULT"}
    assert caller.app.test_client().post("/install", query_string=dict(frame_query), data=body).status_code == 200
    [row] = walk.rows()
    assert (row.action, row.user_id, row.detail) == ("install_again", 7, {"name": "Анна Лугова"})
