"""A portal's picture and the numbers of its messages: one row whoever saves at once, nothing of a neighbour."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from b24app.clock import FixedClock
from b24app.flows.brand import KEY, Brand
from b24app.flows.logo import clean
from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import EVERY, Channel, MessageRules, Plan
from b24app.store import logos, message_rules, message_stats, messages, portal_settings, portals
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.message_stats import Told
from b24app.store.messages import Occasion
from b24app.store.models import Message, MessageState, Portal, PortalLogo
from tests.unit.flows.test_logo import head, png, points
from tests.unit.meeting import at_once

S = MessageState
WIDE = clean(png(first=head(width=64), data=points(width=64)))


def test_two_who_save_at_once_leave_one_picture(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    with session_scope(sessions) as session:
        portal_settings.merge(session, portal.id, **{KEY: {"name": "Лён"}})
    first, second = at_once(sessions, lambda session: logos.keep(session, portal.id, WIDE, clock.now()))
    assert first == second
    with read_scope(sessions) as session:
        assert session.scalar(select(func.count()).select_from(PortalLogo)) == 1
        assert logos.content(session, portal.id) == WIDE.content
        assert logos.content(session, neighbour.id) is None
        brand = Brand.of(portals.get(session, portal.id).settings, portal.domain)
        assert (brand.name, brand.logo) == ("Лён", first)
    with session_scope(sessions) as session:
        other = logos.keep(session, portal.id, clean(png()), clock.now())
        assert other != first
        logos.keep(session, neighbour.id, WIDE, clock.now())
        logos.drop(session, portal.id)
    with read_scope(sessions) as session:
        assert logos.content(session, portal.id) is None
        assert logos.content(session, neighbour.id) == WIDE.content
        assert Brand.of(portals.get(session, portal.id).settings, portal.domain).logo == ""


def test_messages_are_counted_by_moment_and_way(
    sessions: Sessions, portal: Portal, neighbour: Portal, clock: FixedClock
) -> None:
    now = clock.now()
    kinds = [(Moment.READY, "sms", S.DELIVERED), (Moment.READY, "sms", S.UNDELIVERED), (Moment.READY, "", S.FAILED),
             (Moment.LATE, "email", S.MAYBE), (Moment.LATE, "email", S.QUEUED)]  # fmt: skip
    with session_scope(sessions) as session:
        for owner, at in ((portal, now), (neighbour, now), (portal, now - timedelta(days=31))):
            occasions = [Occasion(kind[0], f"{at:%m%d}-{n}", 7) for n, kind in enumerate(kinds)]
            messages.note(session, owner.id, occasions, now=at, trace_id="t")
            rows = select(Message).where(Message.portal_id == owner.id, Message.created_at == at).order_by(Message.id)
            for row, (_, channel, state) in zip(session.scalars(rows), kinds, strict=True):
                row.channel, row.state = channel, state
    with read_scope(sessions) as session:
        found = message_stats.since(session, portal.id, now - timedelta(days=30))
    assert {(each.moment, each.channel): each.told for each in found} == {
        ("ready", "sms"): Told(sent=2, delivered=1, bad=1),
        ("ready", ""): Told(bad=1),
        ("late", "email"): Told(maybe=1, waits=1),
    }
    assert message_stats.summed(found) == Told(sent=2, delivered=1, bad=2, maybe=1, waits=1)


def test_two_who_change_rules_at_once_lose_nothing(sessions: Sessions, portal: Portal) -> None:
    moments = iter((Moment.READY, Moment.LATE))

    def switch_on(session: Session) -> MessageRules:
        moment = next(moments)

        def edit(rules: MessageRules) -> MessageRules:
            mine = {**rules.plans.get(EVERY, {}), moment: Plan(True, (Channel.SMS,))}
            return replace(rules, plans={EVERY: mine})

        return message_rules.change(session, portal.id, edit, lambda kept: {"told": [*kept.get("told", ()), moment]})[1]

    at_once(sessions, switch_on)
    with read_scope(sessions) as session:
        kept = portals.get(session, portal.id).settings
    assert set(MessageRules.of(kept).plans[EVERY]) == {Moment.READY, Moment.LATE}
    assert kept["told"] == [Moment.READY, Moment.LATE]
