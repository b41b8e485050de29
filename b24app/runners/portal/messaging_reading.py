"""Whom messages reach, as the portal says it now: people of deals, their chats in open channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from b24app.bitrix24 import clients as calls
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.features import Feature, has
from b24app.bitrix24.names import DEAL
from b24app.flows.messages.client import Chat, Client, client_of
from b24app.flows.messages.rules import Channel
from b24app.runners.messaging_case import Case
from b24app.runners.portal.context import Run

#: People of a deal whose chats are looked for.
_MOST_PEOPLE = 2


def clients(run: Run, cases: Sequence[Case]) -> dict[int, Client]:
    """By message; those that the portal need not be asked about are missing. Raises what reading the portal raises."""
    asking = [case for case in cases if case.asks]
    if not asking:
        return {}
    deals = run.reader.people_of({case.message.deal_id for case in asking}, people=run.people)
    found: dict[int, Client] = {}
    for case in asking:
        request, deal = case.subject.request, deals[case.message.deal_id]
        recipient = request.recipient if request is not None else None
        found[case.message.id] = client_of(recipient, None if deal.gone else deal, case.subject.country)
    return _with_chats(run, [case for case in asking if Channel.CHAT in case.channels], found)


def _with_chats(run: Run, cases: Sequence[Case], found: dict[int, Client]) -> dict[int, Client]:
    """The deal's own chat, else its people's: the newest one that goes on."""
    if not cases or not has(Feature.CHATS, run.portal.scopes):
        return found
    asked: dict[str, tuple[int, int]] = {}
    commands: list[Command] = []
    for case in cases:
        owners = [(DEAL, case.message.deal_id), *found[case.message.id].people[:_MOST_PEOPLE]]
        for at, owner in enumerate(owners):
            key = f"m{case.message.id}x{at}"
            asked[key] = owner
            commands.append(calls.list_chats(key, *owner))
    answer = run.client.read_all(commands, people=run.people)
    for case in cases:
        chat = _chat(case.message.id, asked, answer)
        found[case.message.id] = replace(found[case.message.id], chat=chat)
    return found


def _chat(message_id: int, asked: Mapping[str, tuple[int, int]], answer: BatchAnswer) -> Chat | None:
    """Whose chats this key may not see is as good as one without any."""
    for key, (kind, number) in asked.items():
        if key.startswith(f"m{message_id}x"):
            there = calls.chats_of(answer.results.get(key))
            if there:
                return Chat(there[-1], kind, number)
    return None
