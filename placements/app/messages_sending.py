"""When messages leave and in whose name: a form of the overview, and a step of the wizard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from b24app.store.audit import Act
from placements.app import messages_rules as rules_of
from placements.app.messages_form import SendingForm, read_sending, sending_form
from placements.app.messages_room import Room
from placements.app.messages_view import hour_choices


def sending_context(room: Room, form: SendingForm | None) -> dict[str, Any]:
    accounts = [("0", room.formats.words("messages.no_account")), *((str(row.id), row.title) for row in room.accounts)]
    return {
        "sending": form or sending_form(room.rules),
        "hours": hour_choices(),
        "accounts": accounts,
    }


def keep_sending(room: Room, form: Mapping[str, str], setup: Mapping[str, Any] | None = None) -> Room:
    """What is right about it already."""
    known = [row.id for row in room.accounts]
    titles = {row.id: row.title for row in room.accounts}
    return room.keep(
        lambda rules: read_sending(form, rules, known)[0],
        Act.MESSAGES,
        lambda rules: rules_of.told_sending(rules, titles),
        setup=setup,
    )
