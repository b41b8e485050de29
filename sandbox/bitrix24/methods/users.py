"""``user.*`` within the field list of the granted user scope (contract bitrix24-app §1.3, crm §12)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.lists import matches, ordered, page
from sandbox.bitrix24.rest.registry import method
from sandbox.bitrix24.state.table import Row
from sandbox.bitrix24.state.users import User

_SCOPES = ("user", "user_basic", "user_brief")


def _shown(call: Call, user: User) -> Row:
    out: Row = {
        "ID": str(user.id), "XML_ID": "", "ACTIVE": user.active, "NAME": user.name, "LAST_NAME": user.last_name,
        "SECOND_NAME": "", "LAST_LOGIN": call.portal.now(), "DATE_REGISTER": "2025-01-15T03:00:00+03:00",
        "TIME_ZONE": "", "IS_ONLINE": "N", "PERSONAL_GENDER": "", "PERSONAL_PHOTO": None,
        "WORK_POSITION": user.position, "UF_DEPARTMENT": list(user.departments), "USER_TYPE": "employee",
    }  # fmt: skip
    # user_brief hides e-mail and phones.
    if call.identity.scopes & {"user", "user_basic"}:
        out |= {"EMAIL": user.email, "PERSONAL_MOBILE": user.phone, "WORK_PHONE": user.phone}
    return out


@method("user.current", any_scope=_SCOPES)
def current(call: Call) -> Any:
    return _shown(call, call.user)


@method("user.get", any_scope=_SCOPES)
def get(call: Call) -> Any:
    conditions = dict(call.opt_map("FILTER"))
    for name in ("ID", "ACTIVE", "NAME", "LAST_NAME"):
        if (value := call.any_case(name)) is not None:
            conditions[name] = value
    if str(conditions.get("ACTIVE")) in ("True", "true", "Y", "1"):
        conditions["ACTIVE"] = "1"
    # The hidden system user of an app is never shown (contract bitrix24-app §1.12).
    rows = [_shown(call, user) for user in call.portal.users.values() if not user.external_auth]
    rows = [row for row in rows if matches(row, conditions)]
    name = str(call.any_case("sort") or "ID")
    rows = ordered(rows, {name: call.any_case("order") or "ASC"}, "ID")
    return page(rows, call.any_case("start"))


@method("user.search", any_scope=_SCOPES)
def search(call: Call) -> Any:
    text = str(call.any_case("FIND") or call.opt_map("FILTER").get("FIND") or "").lower()
    found = [user for user in call.portal.users.values() if user.active and not user.external_auth]
    rows = [_shown(call, user) for user in found if text in user.full_name.lower()]
    return page(rows, call.any_case("start"))


@method("user.fields", any_scope=_SCOPES)
def fields(call: Call) -> Any:
    return {name: name for name in _shown(call, call.user)}
