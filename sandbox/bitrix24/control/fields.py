"""Deal fields by control: what a portal's administrator does to them in the CRM's own settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, abort

from sandbox.bitrix24.methods.userfields import labels, remove
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.userfields import TYPES, UserField

from .given import body, portal_of

_ENTITY = "CRM_DEAL"


def add_routes(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.get("/<member_id>/fields")
    def list_fields(member_id: str) -> dict[str, Any]:
        portal = portal_of(portals, member_id)
        with portal.lock:
            return {"fields": [_shown(row) for row in portal.crm.userfields.of(_ENTITY).values()]}

    @app.post("/<member_id>/fields")
    def add_field(member_id: str) -> dict[str, Any]:
        """``{"name": "UF_CRM_…", "kind", "label": text or by language, "multiple"?, "mandatory"?, "values"?: [texts]}``

        A field of that name is deleted first, with what deals hold in it, as people do to change a type."""
        portal, spec = portal_of(portals, member_id), body("name", "kind", "label", "multiple", "mandatory", "values")
        name, kind = str(spec.get("name", "")), str(spec.get("kind", "string"))
        if not name.startswith("UF_CRM_") or kind not in TYPES:
            raise ValueError(f"not a field of deals: {name} {kind}")
        with portal.lock:
            old = portal.crm.userfields.of(_ENTITY).get(name)
            if old is not None:
                remove(portal, old)
            made = portal.crm.userfields.add(
                _ENTITY,
                name,
                kind,
                multiple=bool(spec.get("multiple")),
                mandatory=bool(spec.get("mandatory")),
                labels={"editFormLabel": labels(spec.get("label", name))},
                enum=[{"value": str(text)} for text in spec.get("values", ())],
            )
            portal.note("userfield.added", name, entity=_ENTITY, type=kind)
            return _shown(made)

    @app.post("/<member_id>/fields/<name>/label")
    def label_field(member_id: str, name: str) -> dict[str, Any]:
        """``{"label": text or by language}``"""
        portal, spec = portal_of(portals, member_id), body("label")
        with portal.lock:
            found = _field(portal, name)
            found.labels["editFormLabel"] = labels(spec.get("label"))
            return _shown(found)

    @app.post("/<member_id>/fields/<name>/delete")
    def delete_field(member_id: str, name: str) -> dict[str, Any]:
        portal = portal_of(portals, member_id)
        with portal.lock:
            remove(portal, _field(portal, name))
            portal.note("userfield.deleted", name, entity=_ENTITY)
            return {"deleted": name}


def _field(portal: Portal, name: str) -> UserField:
    found = portal.crm.userfields.of(_ENTITY).get(name)
    if found is None:
        abort(404, f"no field {name}")
    return found


def _shown(row: UserField) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.kind,
        "multiple": row.multiple,
        "mandatory": row.mandatory,
        "labels": row.labels.get("editFormLabel", {}),
        "values": {str(each["id"]): each["value"] for each in row.enum},
    }
