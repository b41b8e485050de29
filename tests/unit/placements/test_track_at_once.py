"""The page of a parcel on both databases: two presses of one button at once, and what no database takes."""

from __future__ import annotations

import threading

from flask import Flask
from sqlalchemy import select

from b24app.clock import FixedClock
from b24app.frames.parts import PageParts
from b24app.store.engine import Sessions, read_scope
from b24app.store.models import Intent, Portal
from tests.unit.placements import parcel as given
from tests.unit.placements.test_track import Client


def test_two_presses_at_once_are_one_change(
    page_app: Flask, parts: PageParts, sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    clock.advance((given.NOW - clock.now()).total_seconds())
    given.list_points(sessions, portal)
    root = given.root(sessions, portal, parts.signer.secrets, given.ship(sessions, portal).id)
    clients = [Client(page_app, root) for _ in range(4)]
    for client in clients:
        assert client.enter().status_code == 303
    stamp, together = clients[0].stamp(), threading.Barrier(len(clients))
    answers: list[int] = []

    def press(client: Client) -> None:
        together.wait(10)
        answers.append(client.post("/point", code="KZN5", stamp=stamp).status_code)

    threads = [threading.Thread(target=press, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers)[:3] == [303] * 3, "of one order three are let through an hour"
    with read_scope(sessions) as session:
        assert session.scalars(select(Intent.kind)).all() == ["change"]


def test_what_strangers_send_is_no_fault_of_ours(
    page_app: Flask, parts: PageParts, sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    """PostgreSQL takes no NUL in a text, not even in a question; and nobody's disk is filled by a form."""
    clock.advance((given.NOW - clock.now()).total_seconds())
    given.list_points(sessions, portal)
    root = given.root(sessions, portal, parts.signer.secrets, given.ship(sessions, portal).id)
    client, back = Client(page_app, root), f"/r/{root.split('/')[2]}"
    client.enter()
    asked = [
        client.http.get("/t/%00/x"), client.http.get("/r/a%00b"), client.http.get("/clerk/pair/a%00b"),
        client.http.post(back, data={"number": "a\x00b", "phone": "+7900\x00"}), client.get("/point?q=a%00b"),
        client.post("/point", code="a\x00b", stamp=client.stamp()),
    ]  # fmt: skip
    assert [answer.status_code for answer in asked] == [404, 404, 404, 422, 200, 303]
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n' + b"x" * 1_100_000
    large = client.http.post(root + "/rating", data=part + b"\r\n--b--", content_type="multipart/form-data; boundary=b")
    assert large.status_code == 413
