"""What is said above every section about the portal itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest

from b24app.clock import FixedClock
from b24app.flows.return_process import OffReason
from b24app.frames.formats import Formats
from b24app.frames.words import LANGUAGES, words
from b24app.store import portal_settings, portals, updates
from b24app.store.engine import Sessions, read_scope, session_scope
from b24app.store.faces.portal import portal_facts
from b24app.store.models import Portal, PortalState
from b24app.store.return_process import KEY, Kept, Off
from placements.app.standing import NEWS, Banner, standing

WANTED = "f" * 40
Say = Callable[..., list[Banner]]


@pytest.fixture
def say(sessions: Sessions, clock: FixedClock, portal: Portal) -> Say:
    """Changes the portal's row, then draws."""

    def draw(lang: str = "ru", key: bool = True, later: timedelta = timedelta(), **columns: Any) -> list[Banner]:
        with session_scope(sessions) as session:
            row = portals.get(session, portal.id)
            row.state, row.provisioned = PortalState.ACTIVE, WANTED
            for name, value in columns.items():
                setattr(row, name, value)
        with read_scope(sessions) as session:
            facts = portal_facts(session, portal.id)
        formats = Formats(words(lang), UTC, clock.now())
        return list(standing(facts, key, WANTED, formats, clock.now() + later))

    return draw


def failed(sessions: Sessions, portal: Portal, said: str, clock: FixedClock) -> None:
    with session_scope(sessions) as session:
        portals.save_steps(session, portal.id, [{"step": "events", "state": "failed", "words": said}], clock.now())


def test_nothing_is_said_while_nothing_is_new(say: Say) -> None:
    assert say() == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_update_that_was_applied_is_told_for_three_days(say: Say, clock: FixedClock, lang: str) -> None:
    settings = {updates.APPLIED: {"at": clock.now().isoformat(), "steps": ["fields", "events"]}}
    [news] = say(lang, settings=settings)
    assert (news.code, news.tone, news.again) == ("updated", "green", False)
    t = words(lang)
    assert news.text == f"{t('install.step.fields.title')}, {t('install.step.events.title')}"
    assert say(lang, settings=settings, later=NEWS) == []


def test_an_update_under_way(say: Say) -> None:
    [news] = say(provisioned="old")
    assert (news.code, news.again) == ("updating", False)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_update_that_was_refused_says_by_what_and_who_can_mend_it(
    say: Say, sessions: Sessions, portal: Portal, clock: FixedClock, lang: str
) -> None:
    failed(sessions, portal, "refused|Handler is not allowed", clock)
    [news] = say(lang, provisioned="old", provision_tried=WANTED)
    assert (news.code, news.tone, news.again) == ("update_waits", "amber", True)
    assert words(lang)("install.step.events.title") in news.title
    assert "Handler is not allowed" in news.quote
    assert ("администратор" if lang == "ru" else "administrator") in news.text


def test_an_update_without_a_key_waits_for_an_administrator(
    say: Say, sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    failed(sessions, portal, "no_admin_key|none", clock)
    [news] = say(provisioned="old", provision_tried=WANTED)
    assert news.text == "Нет ключа администратора. Откройте приложение под администратором портала."
    assert news.quote == ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_portal_that_lets_nobody_in_is_said_first(say: Say, lang: str) -> None:
    moved = {portal_settings.MOVED: {"at": "2999-01-01T00:00:00+00:00", "from": "old.example", "to": "new.example"}}
    news = say(lang, state=PortalState.BLOCKED, blocked_reason="PAYMENT_REQUIRED", settings=moved)
    assert [each.code for each in news] == ["blocked", "moved"]
    assert "PAYMENT_REQUIRED" in news[0].quote
    assert ("администратор портала" if lang == "ru" else "portal's administrator") in news[0].text
    assert "old.example" in news[1].text
    assert "new.example" in news[1].title


def test_without_a_key_who_can_give_one(say: Say) -> None:
    [news] = say(key=False)
    assert (news.code, news.tone) == ("no_key", "red")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("why", OffReason)
def test_why_there_is_no_process_for_returns_is_news_unless_it_was_deleted(
    say: Say, clock: FixedClock, lang: str, why: OffReason
) -> None:
    settings = {KEY: Kept(off=Off(why, "Исчерпан тариф", clock.now())).to_json()}
    [news] = say(lang, settings=settings)
    assert (news.code, news.tone, news.title) == ("returns", "amber", words(lang)(f"returns.off.{why}"))
    assert "Исчерпан тариф" in news.quote
    later = [each.code for each in say(lang, settings=settings, later=NEWS)]
    assert later == (["returns"] if why is OffReason.GONE else [])
