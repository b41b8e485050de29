"""What became of a message to a client, and what its people are told of that: whoever learns it says it here, in the
transaction that saves it.

A message that did not go, or may not have gone, is a Problem of the deal: the responsible hears of it once, and it is
over as soon as the deal's client was told something, or somebody says that it may rest."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from b24app.flows.decisions import Text
from b24app.flows.messages.masks import masked
from b24app.flows.messages.rules import Channel
from b24app.logistics.problem import Field, Problem, Who
from b24app.store import comments, deals, outbox, problems
from b24app.store.lanes import LaneRef
from b24app.store.models import Message, MessageState, Portal, ProblemRow, ProblemState
from b24app.store.notices import problem_notice
from b24app.store.outbox import ToPortal
from b24app.words import say

S = MessageState
#: It is over: nothing more becomes of it by itself. (`sent` may still become `delivered`.)
ENDED = frozenset({S.DELIVERED, S.UNDELIVERED, S.MAYBE, S.FAILED, S.DROPPED})
#: The client was told, as far as anybody knows.
WENT = frozenset({S.SENT, S.DELIVERED})
#: `Message.why` of one whose client has no address for any of the ways that the portal uses.
UNREACHABLE = "unreachable"
#: A person has to see to it.
BAD = {S.FAILED: "message_failed", S.UNDELIVERED: "message_undelivered", S.MAYBE: "message_maybe"}


def became(
    session: Session, message: Message, state: MessageState, *, now: datetime, why: str = "", error: str = ""
) -> LaneRef | None:
    """The message is `state` now. `why` is one of the `message.why.*` words, `error` what the other side said. The lane
    to wake after the commit (None = nobody is told anything)."""
    was = S(message.state)
    message.state, message.why, message.changed_at = state, why[:48], now
    message.last_error = error[:2000] or message.last_error
    message.next_try_at = message.deadline = None
    if state in WENT and message.sent_at is None:
        message.sent_at = now
    session.flush()
    things: list[ToPortal] = []
    portal = session.get_one(Portal, message.portal_id)
    if state in WENT and was not in WENT:
        rest(session, message.portal_id, message.deal_id, now)
        things += _entry(portal, message)
    if state in BAD:
        things += _problem(session, portal, message, state, now)
    if not things:
        return None
    return outbox.add(session, message.portal_id, things, now=now, trace_id=message.trace_id)


def rest(session: Session, portal_id: int, deal_id: int, now: datetime) -> int:
    """Problems with messages of this deal are over."""
    mine = select(ProblemRow.key).where(
        ProblemRow.portal_id == portal_id, ProblemRow.deal_id == deal_id, ProblemRow.state == ProblemState.OPEN,
        ProblemRow.key.like(f"{problems.MESSAGES}%"),
    )  # fmt: skip
    keys = list(session.scalars(mine))
    return problems.solve(session, portal_id, deal_id, keys, now) if keys else 0


def _entry(portal: Portal, message: Message) -> list[ToPortal]:
    """One line in the timeline; letters stand in the feed by themselves, and what the portal itself asked us to send
    does too."""
    if message.channel == Channel.EMAIL or not message.moment or not message.deal_id:
        return []
    lang = portal.language
    params = {
        "what": say(f"message.moment.{message.moment}", lang),
        "channel": say(f"message.channel.{message.channel}", lang),
        "to": masked(str((message.said or {}).get("to") or "")),
    }
    text = Text("message.told", params, f"msg:{message.id}")
    return [comments.comment(portal.id, message.deal_id, text, lang, message.shipment_id)]


def _problem(session: Session, portal: Portal, message: Message, state: MessageState, now: datetime) -> list[ToPortal]:
    if not message.deal_id:
        return []
    # Who cannot be reached is told of once a parcel, not at each of its statuses.
    lost = message.why == UNREACHABLE
    problem = Problem("message_unreachable" if lost else BAD[state], Field.NONE, Who.MANAGER)
    about = UNREACHABLE if lost else message.moment or str(message.id)
    key = f"{problems.MESSAGES}{about}|{message.return_id or message.shipment_id or 0}"
    new = problems.open_problem(
        session, portal.id, message.deal_id, key, problem.to_json(), now=now, shipment_id=message.shipment_id,
        input_hash="" if lost else str(message.id),
    )  # fmt: skip
    deal = deals.states(session, portal.id, [message.deal_id]).get(message.deal_id)
    if not new or deal is None or deal.gone or not deal.assigned_by:
        return []
    return [problem_notice(portal.id, message.deal_id, deal.assigned_by, problem, key, portal.language, deal.title)]
