"""What our store knows of deals, for what the list is narrowed to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from b24app.store import portals
from b24app.store.faces import dashboard, many
from b24app.store.faces.urgent import urgent
from placements.deal_list_filter import Filter, Known, Places, State
from placements.today import soon_of


def known_of(session: Session, portal_id: int, chosen: Filter, places: Places, now: datetime) -> Known:
    """Only what the state needs."""
    state, waits = chosen.state, chosen.state in (State.WAITING, State.READY)
    stages = (chosen.stage,) if chosen.stage else places.stages(chosen.pipeline)
    return Known(
        done=many.done_in_stages(session, portal_id, stages) if waits else (),
        problems=many.with_problems(session, portal_id) if state is State.READY else (),
        these=_these(session, portal_id, state, now),
    )


def _these(session: Session, portal_id: int, state: State, now: datetime) -> tuple[int, ...]:
    """The deals that a state is about, as far as our store knows them."""
    match state:
        case State.URGENT:
            soon = soon_of(portals.get(session, portal_id).language, now)
            return tuple(each.deal_id for each in urgent(session, portal_id, soon))
        case State.PROBLEM:
            return many.with_problems(session, portal_id)
        case State.TO_HAND:
            return dashboard.to_hand(session, portal_id)
        case State.MOVING:
            return dashboard.moving(session, portal_id)
        case State.SHIPPED:
            return many.shipped(session, portal_id)
        case State.STORED:
            return many.at_points(session, portal_id)
        case State.LATE:
            return many.at_risk(session, portal_id)
        case _:
            return ()
