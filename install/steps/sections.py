"""Sections of the portal's catalogue, for default weights and sizes by section (bitrix24-crm.md §3.4)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24 import goods
from b24app.bitrix24.deals import PAGE
from b24app.bitrix24.encoding import as_list, as_map
from b24app.bitrix24.envelope import number
from b24app.bitrix24.errors import RestError
from b24app.bitrix24.features import Feature, has
from b24app.store import portal_settings
from install.steps.catalogue import Ground

#: Pages of 50 asked at once, and how many sections are kept at most.
PAGES, MOST = 10, 5000


def run(ground: Ground) -> None:
    found = read_sections(ground)

    def save(session: Session) -> None:
        portal_settings.merge(session, ground.portal_id, sections=found)

    ground.save(save)


def read_sections(ground: Ground) -> list[dict[str, Any]]:
    """`{"id", "name", "above"}` of every section, `above` 0 at the top. A portal that refuses has no catalogue for us:
    then there are no sections to choose from, and the installation goes on. Without the scope it is not asked."""
    if not has(Feature.WEIGHTS, ground.granted):
        return []
    try:
        answer = ground.client.read_all([goods.list_catalogs("catalogs")])
        blocks = goods.parse_catalogs(answer.get("catalogs")).products
        return [section for block in blocks for section in _of_block(ground, block)][:MOST]
    except RestError as error:
        if error.retryable or error.portal_wide:
            raise
        return []


def _of_block(ground: Ground, block: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for start in range(0, MOST, PAGES * PAGE):
        pages = [start + page * PAGE for page in range(PAGES)]
        answer = ground.client.read_all([goods.list_sections(f"s{at}", block, at) for at in pages])
        rows = [as_list(as_map(answer.get(f"s{at}")).get("sections")) for at in pages]
        found += [_section(as_map(row)) for page in rows for row in page]
        if len(rows[-1]) < PAGE:
            break
    return found


def _section(row: dict[str, Any]) -> dict[str, Any]:
    above = number(row.get("iblockSectionId")) or 0
    return {"id": number(row.get("id")) or 0, "name": str(row.get("name") or ""), "above": above}
