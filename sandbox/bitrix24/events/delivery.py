"""Sends events: late, once, in no order, perhaps twice or never, as the portal's switches say (§4.2)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from sandbox.bitrix24.state.install import Handler, Install
from sandbox.bitrix24.state.users import Actor
from sandbox.kernel.push import Push, Result

from . import payload
from .offline import enqueue

if TYPE_CHECKING:
    from sandbox.bitrix24.oauth.tokens import Token
    from sandbox.bitrix24.state.portal import Portal

FORM = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Bitrix24 Webhook Engine"}
# The only events whose auth has a refresh token (§4.2).
WITH_REFRESH = frozenset({"ONAPPINSTALL", "ONAPPUPDATE", "ONOFFLINEEVENT", "ONAPPTEST"})
_SLOW = 1.0


class Delivery:
    """The vendor's queue server in front of one portal's handlers."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._rng = random.Random(portal.switches.event_seed)
        self._last_due = 0.0

    def reseed(self) -> None:
        """Begin the dice anew, after the seed was changed."""
        self._rng = random.Random(self._portal.switches.event_seed)

    def chance(self, least: float, most: float) -> float:
        """A throw of the portal's dice between two numbers."""
        return self._rng.uniform(least, max(least, most))

    def emit(self, event: str, data: dict[str, Any], actor: Actor) -> None:
        """Queue ``event`` for every handler bound to it. Before installFinish and while blocked nothing is sent."""
        app = self._portal.app
        if not app.running or (actor.hops is not None and actor.hops <= 0):
            return
        for handler in app.handlers:
            if handler.event != event:
                continue
            if handler.offline:
                enqueue(self._portal, handler, data, actor)
            else:
                self.queue(handler, event, data, actor)

    def queue(self, handler: Handler, event: str, data: dict[str, Any], actor: Actor) -> None:
        """One event for one handler, with the portal's chances of loss and doubling."""
        switches = self._portal.switches
        if self._rng.random() < switches.event_drop:
            self._portal.note("event.dropped", event, handler=handler.handler, data=data)
            return
        copies = 2 if self._rng.random() < switches.event_duplicate else 1
        for _ in range(copies):
            self._portal.hub.timers.at(self._due(handler), lambda: self._send(handler, event, data, actor))

    def _due(self, handler: Handler) -> float:
        switches = self._portal.switches
        now = self._portal.hub.clock.time()
        due = now + self._rng.uniform(switches.event_delay_min, max(switches.event_delay_min, switches.event_delay_max))
        if switches.event_throttle_slow and handler.slowness > _SLOW:
            due += handler.slowness
        if not switches.event_shuffle:
            # A clock that was set back must not hold events for ever.
            due = max(due, self._last_due) if self._last_due - now < 3600 else due
            self._last_due = due
        return due

    def _send(self, handler: Handler, event: str, data: dict[str, Any], actor: Actor) -> None:
        portal = self._portal
        with portal.lock:
            install = portal.app.install
            if install is None or not portal.app.running:
                return
            token = self._token(install, handler, actor)
            auth = payload.full_auth(portal, install, token, refresh=event in WITH_REFRESH)
            body = payload.body(portal, event, handler.id, data, auth)
        self.post(handler, event, data, body, with_token=token is not None)

    def _token(self, install: Install, handler: Handler, actor: Actor) -> Token | None:
        user_id = handler.auth_type or actor.user_id
        user = self._portal.users.get(user_id) if user_id else None
        if user is None or not user.active:
            return None
        hops = (actor.hops if actor.hops is not None else self._portal.switches.event_hops) - 1
        session = None if handler.event in WITH_REFRESH else hops
        card = self._portal.hub.card
        return self._portal.hub.tokens.issue(
            card.client_id, self._portal.member_id, user.id, install.scope, install.generation, hops=session
        )

    def post(self, handler: Handler, event: str, data: dict[str, Any], body: bytes, *, with_token: bool) -> None:
        """One attempt, whatever comes of it."""
        portal = self._portal

        def done(result: Result) -> None:
            handler.slowness = result.seconds
            portal.note(
                "event.sent",
                event,
                handler=handler.handler,
                data=data,
                status=result.status,
                error=result.error,
                token=with_token,
                ms=round(result.seconds * 1000, 1),
            )

        portal.hub.pusher.send(Push(handler.handler, body, FORM, portal.switches.event_timeout, done))

    def send_uninstall(self, data: dict[str, Any], application_token: str) -> None:
        """ONAPPUNINSTALL to whoever bound it, with nothing but the application token (§1.9)."""
        portal = self._portal
        auth = payload.bare_auth(portal, application_token)
        for handler in [row for row in portal.app.handlers if row.event == "ONAPPUNINSTALL" and not row.offline]:
            body = payload.body(portal, "ONAPPUNINSTALL", handler.id, data, auth)
            self._later(handler, "ONAPPUNINSTALL", data, body)

    def send_payment(self, data: dict[str, Any]) -> None:
        """ONAPPPAYMENT, whose documented auth lacks even the application token (§1.10)."""
        portal = self._portal
        auth = payload.bare_auth(portal, "")
        del auth["application_token"]
        for handler in [row for row in portal.app.handlers if row.event == "ONAPPPAYMENT" and not row.offline]:
            self._later(handler, "ONAPPPAYMENT", data, payload.body(portal, "ONAPPPAYMENT", handler.id, data, auth))

    def _later(self, handler: Handler, event: str, data: dict[str, Any], body: bytes) -> None:
        due = self._due(handler)
        self._portal.hub.timers.at(due, lambda: self.post(handler, event, data, body, with_token=False))
