"""Edition, plan and limits of the portal, from `app.info` (contracts/bitrix24-app.md §1.7, §3.5), and the names of its
departments, where it tells them (bitrix24-crm.md §12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from b24app.bitrix24.encoding import as_list, as_map
from b24app.bitrix24.envelope import number
from b24app.bitrix24.features import Feature, has
from b24app.store import portal_settings, portals
from install.steps.catalogue import Ground

#: (bucket, drain a second): the common plans and Enterprise.
_COMMON, _ENTERPRISE = (50, 2), (250, 5)


def run(ground: Ground) -> None:
    info = as_map(ground.ask("app.info"))
    departments = _departments(ground)

    def save(session: Session) -> None:
        portal = portals.get(session, ground.portal_id)
        portal.plan = plan_of(info)
        portal.edition = edition_of(info)
        portal.rate_size, portal.rate_drain = rate_of(info)
        portal.app_version = str(info.get("VERSION") or "")
        portal.status_letter = str(info.get("STATUS") or "")[:4]
        portal_settings.merge(session, ground.portal_id, departments=departments)

    ground.save(save)


def _departments(ground: Ground) -> list[dict[str, Any]]:
    """The first fifty departments as id and name: those that a right can be given to."""
    if not has(Feature.DEPARTMENTS, ground.granted):
        return []
    rows = [as_map(row) for row in as_list(ground.ask("department.get", {"sort": "ID", "order": "ASC"}))]
    return [{"id": number(row.get("ID")), "name": str(row.get("NAME") or "")} for row in rows if number(row.get("ID"))]


def plan_of(info: Mapping[str, Any]) -> str:
    return str(info.get("LICENSE_TYPE") or info.get("LICENSE") or "")


def edition_of(info: Mapping[str, Any]) -> str:
    """A box portal names itself in LICENSE and has no LICENSE_TYPE."""
    return "box" if str(info.get("LICENSE") or "").endswith("_selfhosted") else "cloud"


def rate_of(info: Mapping[str, Any]) -> tuple[int, int]:
    """An unknown plan gets the smaller bucket: asking too seldom costs seconds, too often costs refusals."""
    words = " ".join(str(info.get(key) or "").lower() for key in ("LICENSE", "LICENSE_TYPE", "LICENSE_FAMILY"))
    return _ENTERPRISE if any(word.startswith("ent") for word in words.replace("_", " ").split()) else _COMMON
