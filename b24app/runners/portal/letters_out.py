"""Letters and words in chats on their way through the portal, and what became of them (`store.letters_out`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from b24app.bitrix24 import clients as calls
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.errors import Kind, RestError
from b24app.bitrix24.features import Feature, has
from b24app.flows.brand import Brand
from b24app.flows.messages.letter import letter
from b24app.flows.messages.rules import MessageRules
from b24app.frames.public_links import logo_address
from b24app.lanes import ladder
from b24app.runners.messaging_case import held
from b24app.runners.portal import answers
from b24app.runners.portal.context import Run
from b24app.store import letters_out, message_news, messages
from b24app.store.engine import read_scope
from b24app.store.models import Message, MessageState, OutboxRow
from b24app.store.sending import Outcome

S = MessageState


@dataclass(frozen=True, slots=True)
class Step:
    """Of a letter that did not leave: the activities in the feed that say it did."""

    letters: tuple[int, ...] = ()


def steps(run: Run, rows: Sequence[OutboxRow]) -> dict[int, Step]:
    """For rows of the kind `unsent`. Raises what reading the portal raises."""
    if not rows:
        return {}
    asked = [
        calls.find_letter(f"l{row.id}", row.deal_id, letters_out.origin_of(letters_out.message_of(row))) for row in rows
    ]
    answer = run.client.read_all(asked, people=run.people)
    return {row.id: Step(tuple(calls.letters_of(answer.results.get(f"l{row.id}")))) for row in rows}


def removal(key: str, step: Step) -> list[Command]:
    """The first one's key is `key`."""
    return [calls.delete_letter(key if not at else f"{key}n{at}", each) for at, each in enumerate(step.letters)]


def removed(row: OutboxRow, answer: BatchAnswer, key: str, ms: int) -> Outcome:
    """A letter that cannot be taken out stays: the tab says that it did not leave."""
    error = answer.errors.get(key)
    if error is None or error.not_found:
        return Outcome(row.id, "done", "done", ms)
    return Outcome(row.id, "done", "refused", ms, error.code, error.text)


def command(run: Run, row: OutboxRow, key: str) -> Command | None:
    """None = it is not to leave any more, or not now, or the portal took back what it takes."""
    now = run.services.clock.now()
    with read_scope(run.services.sessions) as session:
        message = _message(run, session, row)
        if message is None or message.state != S.QUEUED or not message.said:
            return None
        if held(session, run.portal, message, now) is not None:
            return None
    said, user = message.said, int(message.said.get("user") or 0)
    entity, number = (int(each) for each in said["entity"])
    if row.kind == letters_out.CHAT:
        if not has(Feature.CHATS, run.portal.scopes):
            return None
        return calls.say_in_chat(key, int(said["to"]), (entity, number), user, said["body"])
    settings = run.portal.settings or {}
    brand = Brand.of(settings, run.portal.domain)
    html = letter(
        said["body"], brand, message.lang, stop_link=str(said.get("stop") or ""),
        logo=logo_address(run.services.settings.public_url, run.portal.public_id or "", brand.logo),
    )  # fmt: skip
    return calls.send_letter(
        key, row.deal_id, letters_out.origin_of(message.id), (said["to"], entity, number), said["subject"], html,
        user=user, sender=MessageRules.of(settings).sender, at=now,
    )  # fmt: skip


def outcome(
    run: Run, session: Session, row: OutboxRow, answer: BatchAnswer, key: str, now: datetime, ms: int
) -> Outcome:
    """What the portal said of this one."""
    error, message = answer.errors.get(key), _message(run, session, row)
    if error is None:
        reference = answers.reference(answer.results.get(key))
        if message is not None:
            message.remote_id = reference or ""
            message_news.became(session, message, S.SENT, now=now)
        return Outcome(row.id, "done", "done", ms, result_ref=reference)
    if error.uncertain or error.kind is Kind.NOT_RUN:
        return unsure(run, session, row, error.text, now, ms)
    if error.retryable and not ladder.is_spent(row.attempts + 1, run.services.settings.dead_after):
        due = ladder.next_try(now, row.attempts + 1, spread=run.services.spread())
        return Outcome(row.id, "pending", "later", ms, error.code, error.text, due)
    return _refused(session, row, message, error, now, ms)


def unsure(run: Run, session: Session, row: OutboxRow, words: str, now: datetime, ms: int = 0) -> Outcome:
    """Nobody knows whether it left: it is not repeated, a person decides."""
    message = _message(run, session, row)
    if message is not None and message.state == S.QUEUED:
        message_news.became(session, message, S.MAYBE, now=now, why="lost", error=words)
    return Outcome(row.id, "done", "maybe", ms, words=words)


def silent(run: Run, session: Session, row: OutboxRow, now: datetime) -> None:
    """Nothing left for it: the portal took back what it takes, or it waited so long that it is decided about anew."""
    message = _message(run, session, row)
    if message is None or message.state != S.QUEUED:
        return
    if row.kind == letters_out.CHAT and not has(Feature.CHATS, run.portal.scopes):
        message_news.became(session, message, S.FAILED, now=now, why="scope")
    else:
        messages.anew(session, message, now)


def _refused(
    session: Session, row: OutboxRow, message: Message | None, error: RestError, now: datetime, ms: int
) -> Outcome:
    if message is not None:
        why = "chat_refused" if row.kind == letters_out.CHAT else "letter_refused"
        if row.kind == letters_out.LETTER and calls.is_unsent(error.text):
            why = "no_mailbox" if "from" in error.text.lower() else "letter_refused"
            letters_out.queue_removal(session, message, now)
        message_news.became(session, message, S.FAILED, now=now, why=why, error=error.text or error.code)
    return Outcome(row.id, "done", "refused", ms, error.code, error.text)


def _message(run: Run, session: Session, row: OutboxRow) -> Message | None:
    return messages.get(session, run.portal.id, letters_out.message_of(row))
