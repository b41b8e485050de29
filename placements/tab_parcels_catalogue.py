"""Weights and sizes that a person typed, written into the portal's catalogue when they ask for it, with their own key:
the portal decides whether they may change products (b24restdocs, catalog.product.update: administrators)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from b24app.bitrix24.errors import NoToken, RestError
from b24app.bitrix24.features import Feature, has
from b24app.bitrix24.goods import Units, update_ware
from b24app.bitrix24.transport import PortalClient
from b24app.flows.packing import Packing
from b24app.flows.plan import ParcelPlan, Stated
from b24app.flows.snapshot import CatalogueSize, ProductRow, Source
from b24app.frames.session import PageSession
from b24app.store import audit
from b24app.store.audit import Act
from b24app.store.engine import Sessions, session_scope
from b24app.store.models import Portal
from b24app.wire.errors import NotSent, OutcomeUnknown


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be written of one row's product."""

    row: ProductRow
    said: Stated


@dataclass(frozen=True, slots=True)
class Written:
    """`done`: what is in the catalogue now. `refused`: the portal's words for what is not; `silent`: it did not
    answer."""

    done: tuple[Wish, ...] = ()
    refused: str = ""
    silent: bool = False

    @property
    def failed(self) -> bool:
        return bool(self.refused) or self.silent


def may_write(who: PageSession, portal: Portal) -> bool:
    """Whether the page offers it."""
    return who.admin and has(Feature.WEIGHTS, portal.scopes)


def wishes(form: Mapping[str, str], plan: ParcelPlan, packing: Packing) -> tuple[Wish, ...]:
    """Rows whose box is ticked and of which something was typed. A free-text row has no product."""
    rows = {row.id: row for row in packing.rows if row.product_id}
    asked = (said for said in plan.stated if said.row in rows and form.get(f"keep-{said.row}"))
    return tuple(Wish(rows[said.row], said) for said in asked)


def write(client: PortalClient, portal: Portal, wanted: Sequence[Wish]) -> Written:
    """One request; repeating it changes nothing. Raises nothing: the parcels are kept whatever becomes of this."""
    units = Units(**(portal.settings or {}).get("units", {}))
    commands = [update_ware(f"w{each.row.id}", each.row, _size(each.said), units) for each in wanted]
    try:
        answer = client.batch(commands, people=True)
    except RestError as error:
        return Written(refused=error.text or error.code)
    except (NoToken, NotSent, OutcomeUnknown):
        return Written(silent=True)
    said = next((error.text or error.code for error in answer.errors.values()), "")
    return Written(tuple(each for each in wanted if f"w{each.row.id}" in answer.results), said)


def _size(said: Stated) -> CatalogueSize:
    return CatalogueSize(Source.VARIATION, said.weight_g, said.length_mm, said.width_mm, said.height_mm)


def note(sessions: Sessions, who: PageSession, done: Sequence[Wish], now: datetime) -> None:
    """A line in the journal for each product, with what the catalogue held before."""
    with session_scope(sessions) as session:
        for wish in done:
            _note(session, who, wish, now)


def _note(session: Session, who: PageSession, wish: Wish, now: datetime) -> None:
    held = next((size for size in wish.row.sizes if size.source is Source.VARIATION), CatalogueSize(Source.VARIATION))
    said = _size(wish.said)
    before = {"weight_g": round(held.weight_g or 0) or None, "piece_size_mm": _sides(held)}
    after = {"weight_g": said.weight_g or None, "piece_size_mm": _sides(said)}
    written = {name: value for name, value in after.items() if value}
    changes = audit.compared({name: before[name] for name in written}, written)
    detail = {"title": wish.row.name}
    audit.write(
        session, who.portal_id, Act.CATALOGUE, now, by=who.author, deal_id=who.entity_id, changes=changes, detail=detail
    )


def _sides(size: CatalogueSize) -> str:
    sides = (size.length_mm or 0, size.width_mm or 0, size.height_mm or 0)
    return " × ".join(f"{side:g}" for side in sides) if min(sides) > 0 else ""
