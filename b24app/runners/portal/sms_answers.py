"""What became of an SMS that the portal asked us to send leaves beside everything else (bitrix24-crm.md §8.1). Telling
the same status twice changes nothing, so that a repeat after an unknown outcome needs no look-up."""

from __future__ import annotations

from b24app.bitrix24 import sms as calls
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.errors import RestError
from b24app.bitrix24.features import Feature, has
from b24app.runners.portal.context import Run
from b24app.store import sms_status
from b24app.store.models import OutboxRow
from b24app.store.sending import Outcome

KIND = sms_status.KIND
#: The portal forgot the message: nobody is left to be told.
_GONE = frozenset({"ERROR_MESSAGE_NOT_FOUND", "ERROR_SENDER_NOT_FOUND"})


def command(run: Run, row: OutboxRow, key: str) -> Command | None:
    """None: the portal took the scope back, and our sender with it."""
    if not has(Feature.SMS, run.portal.scopes):
        return None
    return calls.tell(key, row.payload["message_id"], row.payload["status"])


def refused(row: OutboxRow, error: RestError, ms: int) -> Outcome | None:
    """None = a refusal like any other."""
    if error.code.upper() not in _GONE:
        return None
    return Outcome(row.id, "done", "nobody_waits", ms, error.code, error.text)
