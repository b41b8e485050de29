"""Messages: what is asked (`build_*`) and what an answer says (`parse_*`) (docs/systems/smsc.md §3, §4). Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.messages import SmsState, SmsStatus, TextMessage
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.smsc.errors import Reply
from b24app.systems.smsc.vocabulary import MOST_TEXT, NOT_FOUND, REASONS, STATUS_WORDS, STATUSES, money, number


def build_message(message: TextMessage, sender: str) -> dict[str, str]:
    """Raises Refused for a text that they would refuse. The plus keeps them from putting the phone right."""
    if not message.text.strip() or len(message.text) > MOST_TEXT:
        raise Refused([Problem("sms_text", Field.NONE, Who.ADMIN, params={"most": MOST_TEXT})])
    named = message.sender or sender
    return {
        "phones": message.phone,
        "mes": message.text,
        "id": str(message.number),
        "cost": "3",
        **({"sender": named} if named else {}),
    }


def parse_message(reply: Reply, message: TextMessage) -> SmsState:
    """Raises what a refusal means, `Uncertain` for an answer that is neither."""
    if reply.code is not None:
        raise reply.error()
    found = number(reply.row.get("id"))
    if found != message.number:
        raise Uncertain(f"{reply.label}: an answer without our number")
    return SmsState(
        message.number,
        SmsStatus.ACCEPTED,
        remote_id=str(found),
        price=money(reply.row.get("cost")),
        segments=number(reply.row.get("cnt")) or 0,
    )


def parse_state(reply: Reply, asked: int) -> SmsState | None:
    """None = they know no such message. Raises `Unavailable` for an answer that tells nothing of it: that is no proof
    of absence."""
    if reply.code is not None:
        raise reply.unread()
    code = number(reply.row.get("status"))
    if code is None:
        raise Unavailable(f"{reply.label}: an answer without a status")
    if code == NOT_FOUND:
        return None
    reason = number(reply.row.get("err")) or 0
    stamp = number(reply.row.get("last_timestamp")) or 0
    return SmsState(
        asked,
        STATUSES.get(code, SmsStatus.UNKNOWN),
        remote_id=str(asked),
        their_code=f"{code}.{reason}" if reason else str(code),
        their_text=": ".join(filter(None, (STATUS_WORDS.get(code, ""), REASONS.get(reason, "")))),
        at=datetime.fromtimestamp(stamp, UTC) if stamp > 0 else None,
    )
