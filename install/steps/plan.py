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
from b24app.store.models import Portal
from install.steps.catalogue import Ground, Read

#: (bucket, drain a second): the common plans and Enterprise.
_COMMON, _ENTERPRISE = (50, 2), (250, 5)


_DEPARTMENTS = Read("department.get", {"sort": "ID", "order": "ASC"})


def reads(ground: Ground) -> list[Read]:
    return [Read("app.info"), *([_DEPARTMENTS] if has(Feature.DEPARTMENTS, ground.granted) else [])]


def run(ground: Ground) -> None:
    info = as_map(ground.ask("app.info"))
    departments = _departments(ground)

    def save(session: Session) -> None:
        keep(portals.get(session, ground.portal_id), info)
        portal_settings.merge(session, ground.portal_id, departments=departments, app_id=number(info.get("ID")) or 0)

    ground.save(save)


def keep(portal: Portal, info: Mapping[str, Any]) -> None:
    """What `app.info` told, into the portal's row."""
    portal.plan = plan_of(info)
    portal.edition = edition_of(info)
    portal.rate_size, portal.rate_drain = rate_of(info)
    portal.app_version = version_of(info)
    portal.status_letter = str(info.get("STATUS") or "")[:4]


def version_of(info: Mapping[str, Any]) -> str:
    return str(info.get("VERSION") or "")[:16]


def _departments(ground: Ground) -> list[dict[str, Any]]:
    """The first fifty departments as id and name: those that a right can be given to."""
    if not has(Feature.DEPARTMENTS, ground.granted):
        return []
    rows = [as_map(row) for row in as_list(ground.get(_DEPARTMENTS))]
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
