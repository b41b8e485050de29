"""Two presses of one button at once, on both databases: the carrier is asked once."""

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
