"""What SMSC posts when a message's status changes (docs/systems/smsc.md §6): a hint, whoever sent it; the message is
asked about. An administrator types our address into its cabinet."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl

from b24app.logistics.ports import CallbackHint

_MOST_FIELDS = 40


def parse_callback(body: bytes) -> list[CallbackHint]:
    """The message that a body speaks of; [] for anything else."""
    try:
        form = dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS))
    except ValueError:
        return []
    number = form.get("id", "").strip()
    if not (number.isascii() and number.isdecimal() and len(number) <= 10 and form.get("status")):
        return []
    key = hashlib.sha256("\n".join(form.get(name, "") for name in ("id", "status", "ts")).encode()).hexdigest()[:32]
    # Messages of another program in the same account are none of ours, and nobody's loss.
    return [CallbackHint(number, key=key, checked=False)]
