"""The support bundle: one use, one portal, nobody's name."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from b24app.clock import FixedClock
from b24app.logistics.problem import Field, Problem
from b24app.settings import Settings, knobs
from b24app.store import deals, inbox, intents, lanes, outbox, portals, problems, shipments, tokens
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Portal
from b24app.store.outbox import ToPortal
from b24app.wire.mask import excerpt
from tests.unit.placements.page import Page
from tests.unit.store.test_calls import call

PEOPLE = ["Северцева", "+79000001462", "79000001462", "Баумана", "olga@example.test", "Склад Ивана", "Анна Лугова"]
SECRETS = ["s3cret-of-cdek", "acc-0815", "access-token-1", "refresh-token-1", "t-north", "hook-", "their-own-data"]


def fill(sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock) -> None:
    """Personal data in every place where the program keeps some."""
    now = clock.now()
    person = {"name": "Мария Северцева", "phone": "+79000001462", "address": "Казань, ул. Баумана, 5"}
    sent = {"recipient": person, "email": "olga@example.test", "auth": "access-token-1", "comment": "Баумана"}
    with session_scope(sessions) as session:
        account = portals.connections(session, portal.id)[0]
        account.title, account.settings = "Склад Ивана", {"account": "acc-0815", "secret": "s3cret-of-cdek"}
        account.state, account.pause_reason = "paused", "Анна Лугова: не звонить +79000001462"
        tokens.remember(
            session, portal.id, 7, access="access-token-1", refresh="refresh-token-1", is_admin=True, now=now,
            expires_at=now + timedelta(hours=1),
        )  # fmt: skip
        deals.save(session, portal.id, {501: {"title": "Северцева, плед", "stage": "SHIP"}})
        row = shipments.create(session, portal, 501, 1, account.id, status="created", request=sent, now=now)
        row.remote_text = "Баумана"
        intents.add(session, row, "create", sent, now=now, trace_id="t")
        outbox.add(session, portal.id, [ToPortal(501, "comment", "m1", {"text": "Северцева"})], now=now, trace_id="t")
        said = Problem("address_unknown", Field.ADDRESS, their_code="E1", their_text="нет дома: Баумана, 5").to_json()
        problems.open_problem(session, portal.id, 501, "k", said, now=now)
        lane = lanes.portal_lane(session, portal.id)
        inbox.append(session, lane.id, "ship_now", "501", {"name": "Анна Лугова"}, now=now, trace_id="t")
        body = json.dumps(sent, ensure_ascii=False).encode()
        session.add(call(now, f"portal:{portal.member_id}", sent=excerpt(body), got=excerpt(body)))
        session.add(call(now, f"portal:{neighbour.member_id}", label="their-own-data"))


def link(page: Page) -> str:
    return str(page.ask("GET", "/app/support/link").headers["HX-Redirect"])


def test_the_bundle_holds_nobodys_data_and_no_secret(
    page: Page, sessions: Sessions, set_up: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    fill(sessions, set_up, neighbour, clock)
    answer = page.client.get(link(page))
    assert answer.mimetype == "application/zip"
    assert 'filename="waybill-support-' in answer.headers["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    files = {name: archive.read(name).decode() for name in archive.namelist()}
    with sessions() as session:
        hook = portals.connections(session, set_up.id)[0].hook_secret
    whole = "\n".join(files.values())
    assert [text for text in [*PEOPLE, *SECRETS, hook] if text in whole] == []
    assert sorted(files) == sorted(
        ["README.txt", "attempts.json", "calls.json", "connections.json", "counts.json", "pipelines.json",
         "portal.json", "queues.json", "settings.json", "versions.json"]
    )  # fmt: skip
    assert json.loads(files["counts.json"])["problems"] == {"open: address_unknown": 1}
    assert [row["label"] for row in json.loads(files["calls.json"])] == ["crm.item.list"]
    told = json.loads(files["versions.json"])
    assert told["revision"] == told["revision_of_release"]
    assert json.loads(files["connections.json"])[0]["has_reason"] is True


def test_a_link_works_once_and_not_for_long(page: Page, clock: FixedClock) -> None:
    first = link(page)
    assert page.client.get(first).status_code == 200
    assert page.client.get(first).status_code == 409
    late = link(page)
    clock.advance(121)
    assert page.client.get(late).status_code == 409
    assert page.client.get(first[:-3] + "abc").status_code == 409
    assert page.client.get("/download/nonsense").status_code == 409


def test_a_page_session_is_no_link(page: Page, parts: Any) -> None:
    assert page.client.get(f"/download/{page.token}").status_code == 409
    forged = parts.signer.seal("another", {"portal": 1, "link": 1})
    assert page.client.get(f"/download/{forged}").status_code == 409


def test_managers_get_no_link(page: Page, parts: Any, clock: FixedClock) -> None:
    from dataclasses import replace

    page.token = parts.signer.write(replace(parts.signer.read(page.token, clock.now()), admin=False))
    assert page.ask("GET", "/app/support/link").status_code == 403


@pytest.mark.parametrize("secret", ["app_secret", "database_url", "redis_url", "signing_keys"])
def test_settings_tell_names_and_no_secret(secret: str) -> None:
    value = ("s3cret",) if secret == "signing_keys" else "postgresql://u:s3cret@h/d"
    told = knobs(Settings.model_validate({secret: value}))
    assert told[f"WAYBILL_{secret.upper()}"] == "set"
    assert told["WAYBILL_CALL_LOG_DAYS"] == "7"
    assert "s3cret" not in str(told)
