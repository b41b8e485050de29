"""Drawing the list of many deals: what the store knows of them joined with what the person's own reading showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from b24app.bitrix24.deal_pages import DealQuery
from b24app.bitrix24.fields import names_of
from b24app.bitrix24.names import FieldNames
from b24app.bitrix24.own_fields import titles_of
from b24app.flows.forecast import Risk
from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats
from b24app.frames.parts import PageParts
from b24app.frames.rights import Right, rights_of
from b24app.frames.session import PageSession
from b24app.logistics.model import ShipmentRequest
from b24app.logistics.problem import Field
from b24app.store import portals
from b24app.store.engine import read_scope
from b24app.store.faces import many
from b24app.store.faces.many import Standing
from b24app.store.faces.people import known_people
from b24app.store.faces.prints import PrintedOrder
from b24app.store.models import Pipeline, Portal
from placements import deal_list_asking as asking
from placements.asking import new_key
from placements.deal_list_asking import Press
from placements.deal_list_filter import (
    MOST,
    PAGE,
    Filter,
    FilterView,
    Places,
    State,
    filter_view,
    places_of,
    query_of,
)
from placements.deal_list_known import known_of
from placements.deal_list_prints import described, forms_of, orders_of, sizes_of, usual_size
from placements.deal_list_prints_view import USUAL, label_of, labels, printing
from placements.deal_list_reading import PageReading
from placements.deal_list_view import FIXES, Mark, Row, Setting, progress, row
from placements.deal_list_view import mark as mark_of
from placements.preview import preview

LIVE = "parts/deals_live.html"
_SALT = "deals.shown"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a request knows of the portal before it asks for deals."""

    portal: Portal
    pipelines: Mapping[int, Pipeline]
    accounts: Mapping[int, str]
    names: FieldNames
    titles: Mapping[str, str]
    mine: frozenset[Right]

    @property
    def places(self) -> Places:
        return places_of(self.pipelines)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the person's own reading told of a deal of the page."""

    category: int
    lacks: tuple[Field, ...]


class Drawing:
    """Shared by the handlers; holds no state of a request."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    def query(self, who: PageSession, chosen: Filter) -> DealQuery:
        parts = self._parts
        with read_scope(parts.sessions) as session:
            places = places_of(portals.pipelines(session, who.portal_id))
            known = known_of(session, who.portal_id, chosen, places, parts.clock.now())
        return query_of(chosen, places, known, self._formats(who))

    def scene(self, who: PageSession) -> Scene:
        with read_scope(self._parts.sessions) as session:
            portal = portals.get(session, who.portal_id)
            pipelines = portals.pipelines(session, who.portal_id)
            roles = portals.field_map(session, who.portal_id)
            titles = {each.id: each.title for each in portals.connections(session, who.portal_id)}
        return Scene(
            portal=portal,
            pipelines=pipelines,
            accounts={key: titles.get(row.connection_id or 0, "") for key, row in pipelines.items()},
            names=names_of(roles, portal.settings),
            titles=titles_of(roles, portal.settings),
            mine=rights_of(portal.settings, who),
        )

    def _setting(self, who: PageSession, scene: Scene) -> Setting:
        return Setting(
            formats=self._formats(who),
            ships=frozenset(scene.places.triggers),
            accounts=scene.accounts,
            carrier=lambda system: self._parts.carrier(system, who.lang),
            titles=scene.titles,
            costs=Right.COSTS in scene.mine,
            prints=lambda system: label_of(forms_of(self._parts, system), USUAL) is not None,
            fixable=[role for role in FIXES.values() if scene.names.api(role)] if Right.SHIP in scene.mine else (),
        )

    def context(self, who: PageSession, chosen: Filter, reading: PageReading) -> dict[str, Any]:
        """What the list's template draws."""
        scene, now = self.scene(who), self._parts.clock.now()
        ids = [each.deal.deal_id for each in reading.seen]
        with read_scope(self._parts.sessions) as session:
            pressed = asking.latest(session, who, now)
            found = many.standings(session, who.portal_id, [*ids, *(pressed.deals if pressed else ())])
            sent = _sent(session, who.portal_id, [found[each] for each in ids])
        setting = self._setting(who, scene)
        types = scene.portal.settings.get("delivery_types", {})
        rows = [
            row(
                each.deal,
                each.whole,
                found[each.deal.deal_id],
                sent.get(each.deal.deal_id),
                preview(each.deal, scene.portal.code, types),
                setting,
            )
            for each in reading.seen
        ]
        if chosen.state is State.LATE:
            rows.sort(key=lambda each: _urgency(found[each.deal_id]))
        first = (chosen.page - 1) * PAGE
        return {
            **self._live_context(who, pressed, found, self.seal(who, rows)),
            "rows": rows,
            "total": reading.total,
            "most": MOST,
            "first": first + 1,
            "last": first + len(rows),
            "page": chosen.page,
            "more": first + PAGE < reading.total,
            "chosen": chosen,
            "costs": setting.costs,
            "ships": Right.SHIP in scene.mine,
            "on": bool(scene.places.triggers),
            "new_key": new_key(),
            "sizes": sizes_of(self._parts),
            "size": usual_size(scene.portal.settings),
        }

    def live(
        self, who: PageSession, pressed: Press | None, found: Mapping[int, Standing], deals: Mapping[int, Shown],
        sealed: str,
    ) -> Response:  # fmt: skip
        scene = self.scene(who)
        setting = self._setting(who, scene)
        on = scene.places.triggers
        with read_scope(self._parts.sessions) as session:
            sent = _sent(session, who.portal_id, [found[each] for each in deals])
        marks = [
            mark_of(found[each], shown.category in on, setting, sent.get(each), shown.lacks)
            for each, shown in deals.items()
        ]
        context = self._live_context(who, pressed, found, sealed)
        return self.fragment(who, LIVE, marks=marks, costs=setting.costs, new_key=new_key(), **context)

    def mark(self, who: PageSession, deal_id: int, category: int) -> Mark:
        """How one deal stands now."""
        scene = self.scene(who)
        with read_scope(self._parts.sessions) as session:
            found = many.standings(session, who.portal_id, [deal_id])
        return mark_of(found[deal_id], category in scene.places.triggers, self._setting(who, scene))

    def _live_context(
        self, who: PageSession, pressed: Press | None, found: Mapping[int, Standing], shown: str
    ) -> dict[str, Any]:
        formats = self._formats(who)
        told, printed = None, None
        with read_scope(self._parts.sessions) as session:
            orders = orders_of(session, who.portal_id, pressed)
        if pressed is not None and pressed.wish == asking.PRINT:
            press_ = described(self._parts, who, pressed, formats.now)
            printed = printing(labels(found, orders, press_), press_)
        elif pressed is not None:
            mine = [found[each] for each in pressed.deals]
            told = progress(pressed.wish, mine, pressed.left_out, pressed.at, formats)
        press = pressed.id if pressed else 0
        return {
            "progress": told,
            "printing": printed,
            "pressed": pressed,
            "press": press,
            "shown": shown,
            "version": self.version(who, found, press, orders),
        }

    def version(
        self, who: PageSession, found: Mapping[int, Standing], press: int, orders: Mapping[int, Sequence[PrintedOrder]]
    ) -> str:
        """Days that are left change at the reader's midnight, whatever else does."""
        return many.version(found, press, orders, self._formats(who).today)

    def _formats(self, who: PageSession) -> Formats:
        return pages.viewer_of(who, self._parts.clock.now()).formats

    def fragment(self, who: PageSession, template: str, **context: Any) -> Response:
        return pages.fragment(
            template, pages.viewer_of(who, self._parts.clock.now()), who, self._parts.signer, **context
        )

    def seal(self, who: PageSession, rows: Sequence[Row]) -> str:
        """Which deals this person was shown, with what only their own reading tells."""
        data = {"p": who.portal_id, "u": who.user_id}
        for each in rows:
            data |= {str(each.deal_id): each.category, f"{each.deal_id}!": _bits(each.lacks)}
        return self._parts.signer.seal(_SALT, data)

    def unseal(self, who: PageSession, sealed: str) -> dict[int, Shown]:
        """Raises PageError(OUT_OF_DATE)."""
        data = self._parts.signer.unseal(_SALT, sealed)
        if (data.get("p"), data.get("u")) != (who.portal_id, who.user_id):
            raise PageError(ErrorCode.OUT_OF_DATE, "another person's page")
        return {int(key): Shown(data[key], _fields(data[f"{key}!"])) for key in data if key.isdigit()}


def _bits(fields: Sequence[Field]) -> int:
    return sum(1 << at for at, each in enumerate(Field) if each in fields)


def _fields(bits: int) -> tuple[Field, ...]:
    return tuple(each for at, each in enumerate(Field) if bits >> at & 1)


def shell(parts: PageParts, who: PageSession, chosen: Filter) -> FilterView:
    """The filter's choices, which need nothing of the portal but what is kept of it."""
    with read_scope(parts.sessions) as session:
        settings = portals.get(session, who.portal_id).settings
        people = known_people(session, who.portal_id)
    return filter_view(chosen, settings, people, who.user_id, pages.viewer_of(who, parts.clock.now()).formats)


def _urgency(standing: Standing) -> tuple[bool, int, int]:
    """What will be late stands before what may be, the latest first."""
    shipment = standing.shipment
    if shipment is None:
        return True, 0, standing.deal_id
    return shipment.risk is not Risk.LATE, -shipment.late_by, standing.deal_id


def _sent(session: Session, portal_id: int, standings: Sequence[Standing]) -> dict[int, ShipmentRequest]:
    """What the last order of each deal said."""
    orders = {each.shipment.id: each.deal_id for each in standings if each.shipment}
    return {orders[order]: sent for order, sent in many.requests(session, portal_id, list(orders)).items()}
