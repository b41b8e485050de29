"""From the ``fields`` of a request to stored-form values (crm §1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row

from . import items
from .values import multifield, system_value, user_value


def read_fields(
    portal: Portal, entity_type_id: int, given: Mapping[str, Any], current: Row, *, original: bool = False
) -> Row:
    """Stored-form values of the known, writable fields. Unknown names are ignored without a word.

    ``original``: user fields by their UF_CRM_… names (useOriginalUfNames) instead of camelCase.
    """
    system = items.fields_of(portal, entity_type_id)
    entity = portal.crm.uf_entity(entity_type_id)
    known = portal.crm.userfields.of(entity)
    names = {name: name for name in known} if original else portal.crm.userfields.names(entity)[0]
    values: Row = {}
    for name, value in given.items():
        if name == "fm" and "fm" in system:
            values["fm"] = multifield(portal, current.get("fm") or [], value)
        elif name in system:
            if not system[name].read_only:
                values[name] = system_value(portal, system[name], value)
        elif name in names:
            real = names[name]
            values[real] = user_value(portal, known[real], value, current.get(real))
    return values
