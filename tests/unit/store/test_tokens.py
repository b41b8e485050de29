"""One rotation at a time, and the loser of a race changes nothing."""

from __future__ import annotations

from datetime import timedelta

from b24app.bitrix24.oauth import TokenReply
from b24app.clock import FixedClock
from b24app.store import tokens
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Portal
from b24app.tokenstore import PortalTokenStore


def _store(sessions: Sessions, portal: Portal, clock: FixedClock, user_id: int = 1) -> PortalTokenStore:
    with session_scope(sessions) as session:
        tokens.remember(
            session,
            portal.id,
            user_id,
            access=f"a{user_id}",
            refresh=f"r{user_id}",
            expires_at=clock.now() + timedelta(hours=1),
            is_admin=True,
            now=clock.now(),
        )
    return PortalTokenStore(sessions, clock)


def _reply(clock: FixedClock, access: str) -> TokenReply:
    return TokenReply(access, "r-" + access, clock.now() + timedelta(hours=1), 1, "north", "", "")


def test_one_refresher_at_a_time(sessions: Sessions, portal: Portal, clock: FixedClock) -> None:
    store = _store(sessions, portal, clock)
    (old,) = store.load_pool(portal.id)
    assert store.claim_refresh(old, "one", 30)
    assert not store.claim_refresh(old, "two", 30)
    clock.advance(30)  # "one" was killed
    assert store.claim_refresh(old, "two", 30)
    assert store.save_rotated(old, "two", _reply(clock, "new"))
    assert not store.save_rotated(old, "one", _reply(clock, "late"))
    now = store.reload(old)
    assert now is not None
    assert (now.access, now.refresh, now.version) == ("new", "r-new", old.version + 1)
    assert not store.claim_refresh(old, "three", 30)
    assert store.claim_refresh(now, "three", 30)
    store.release_refresh(now, "three")
    assert store.claim_refresh(now, "four", 30)


def test_a_broken_token_leaves_the_pool_and_a_frame_brings_it_back(
    sessions: Sessions, portal: Portal, clock: FixedClock
) -> None:
    store = _store(sessions, portal, clock, 1)
    _store(sessions, portal, clock, 2)
    first, second = store.load_pool(portal.id)
    store.mark_broken(first, "invalid_grant")
    assert [token.user_id for token in store.load_pool(portal.id)] == [second.user_id]
    assert store.reload(first) is None
    _store(sessions, portal, clock, 1)
    assert [token.user_id for token in store.load_pool(portal.id)] == [1, 2]
    store.mark_broken(first, "an old refusal, told late")
    assert store.load_user(portal.id, 1) is not None
