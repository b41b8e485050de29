"""What a message says when it leaves, and to whom: what is true then."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.messages.client import Client, language
from b24app.flows.messages.compose import compose
from b24app.flows.messages.defaults import default, words_of
from b24app.flows.messages.rules import Channel
from b24app.frames.client_links import ClientLinks
from b24app.runners.messaging_case import Case
from b24app.runners.portal.context import Run
from b24app.store import public_ids
from b24app.store.faces.messages import facts_of
from b24app.words import language_of


def said(
    run: Run, session: Session, case: Case, client: Client, channel: Channel, now: datetime
) -> tuple[dict[str, Any], str]:
    """`Message.said` and its language. `entity`: type and id of whose letterbox or chat it is."""
    portal, settings = run.portal, run.services.settings
    lang = language(language_of(portal.language), client, case.plan, channel)
    secrets = [each.get_secret_value() for each in settings.signing_keys]
    links = ClientLinks(settings.public_url, public_ids.of_portal(session, portal.id), portal.id, secrets)

    def carrier(system: str, lang: str) -> str:
        plugin = run.services.plugins.get(system)
        title = plugin.manifest.title if plugin is not None else {}
        return title.get(lang) or title.get("en") or ""

    facts = facts_of(session, portal, case.moment, case.subject, lang, links, carrier)
    to, entity = _to(client, channel)
    words = words_of(case.plan, case.moment, lang, channel)
    if channel is Channel.EMAIL and not words.subject.strip():  # the portal refuses a letter without one
        words = replace(words, subject=default(case.moment, lang, channel).subject)
    text = compose(words, facts, lang, now, case.zone, to)
    user = case.deal.assigned_by if case.deal is not None else None
    return {**text.to_json(), "entity": list(entity), "user": user or 0, "stop": facts.stop_link}, lang


def _to(client: Client, channel: Channel) -> tuple[str, tuple[int, int]]:
    if channel is Channel.SMS:
        return client.mobile, (0, 0)
    if channel is Channel.EMAIL:
        box = client.boxes[0]
        return box.address, (box.entity, box.id)
    if channel is Channel.CHAT and client.chat is not None:
        return str(client.chat.id), (client.chat.entity, client.chat.of)
    return "", (0, 0)
