"""What a return's client is told, where the portal sends messages; where it does not, the words stand ready in the
timeline (`returning_words`)."""

from __future__ import annotations

from b24app.flows.messages.moments import Moment
from b24app.flows.messages.rules import MessageRules
from b24app.runners.portal.returning_scene import Scene
from b24app.store import deals, messages
from b24app.store.lanes import LaneRef
from b24app.store.messages import Occasion
from b24app.store.returns import Kept


def goes(scene: Scene, moment: Moment | None) -> bool:
    """Whether a message says it: the rules of the deal's pipeline do."""
    if moment is None or any(problem.code == "return_deal_gone" for problem in scene.unread):
        return False
    rules = MessageRules.of(scene.run.portal.settings or {})
    return rules.on and rules.plan(_category(scene), moment).on


def note(scene: Scene, kept: Kept, moment: Moment, part: str = "") -> LaneRef | None:
    """`part` tells one occasion of a moment from the next (a label's number). The lane to wake after the commit."""
    about = f"{kept.id}.{part}" if part else str(kept.id)
    occasion = Occasion(moment, about, kept.case.deal_id, return_id=kept.id, source="return")
    return messages.note(scene.session, scene.run.portal.id, [occasion], now=scene.now, trace_id=scene.trace_id)


def _category(scene: Scene) -> int | None:
    if scene.deal is not None:
        return scene.deal.category
    deal_id = scene.turn.deal_id
    state = deals.states(scene.session, scene.run.portal.id, [deal_id]).get(deal_id)
    return state.category if state is not None else None
