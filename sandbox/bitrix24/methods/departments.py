"""``department.get``: the company's structure (contract bitrix24-crm §12). Any user may read it."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.lists import matches, ordered, page
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.users import Department

#: What can be asked for; `sort` is how to order, whatever its case.
_FIELDS = ("ID", "NAME", "PARENT", "UF_HEAD")


def _shown(row: Department) -> dict[str, Any]:
    """Numbers come as texts except SORT; the root has no PARENT and a department without a head no UF_HEAD."""
    out: dict[str, Any] = {"ID": str(row.id), "NAME": row.name, "SORT": row.sort}
    if row.parent:
        out["PARENT"] = str(row.parent)
    if row.head:
        out["UF_HEAD"] = str(row.head)
    return out


@method("department.get", scope="department")
def get(call: Call) -> Any:
    conditions = {name: value for name in _FIELDS if (value := call.any_case(name)) is not None}
    rows = [row for row in map(_shown, call.portal.departments) if matches(row, conditions)]
    name = str(call.any_case("sort") or "ID").upper()
    return page(ordered(rows, {name: call.any_case("order") or "ASC"}, "ID"), call.any_case("start"))
