"""The tab's facts are the same whether the deal's pipeline was known before they were read or only after; what an
administrator changes in it is news."""

from __future__ import annotations

from b24app.store import portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.faces.deal import in_pipeline, tab_facts, tab_version
from b24app.store.models import Pipeline, Portal


def test_a_pipeline_that_becomes_known_later_changes_nothing_else(sessions: Sessions, portal: Portal) -> None:
    with session_scope(sessions) as session:
        account, unset = portals.connections(session, portal.id)[0], tab_version(session, portal.id, 5)
        shop = Pipeline(
            portal_id=portal.id, category_id=3, connection_id=account.id, trigger_stage="C3:SHIP", enabled=False
        )
        session.add(shop)
        session.flush()
        off = tab_version(session, portal.id, 5)
        shop.enabled = True
        session.flush()
        # An open tab hears of it.
        assert len({unset, off, tab_version(session, portal.id, 5)}) == 3
    with session_scope(sessions) as session:
        late, early = tab_facts(session, portal.id, 5), tab_facts(session, portal.id, 5, 3)
        assert (late.category, late.trigger_stage) == (None, "")
        assert in_pipeline(session, portal.id, late, 3) == early
        assert (early.trigger_stage, early.connection, early.pipeline_on) == ("C3:SHIP", account.title, True)
        assert in_pipeline(session, portal.id, early, 0) == early
