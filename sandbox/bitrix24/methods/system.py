"""Methods that need no scope: app.info, profile, options and the like (contract bitrix24-app §1.7, §8.3)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.errors import RestError, platform_denied
from sandbox.bitrix24.rest.call import Call
from sandbox.bitrix24.rest.known import KNOWN
from sandbox.bitrix24.rest.registry import METHODS, method
from sandbox.bitrix24.state.install import Install
from sandbox.bitrix24.wire import items_of, pairs_of

_TRUE = (True, "true", "1", 1, "Y", "y")


def install_of(call: Call) -> Install:
    install = call.portal.app.install
    if install is None or not call.identity.app_context:
        raise platform_denied("Access denied! Application context required")
    return install


@method("app.info")
def app_info(call: Call) -> Any:
    portal, install = call.portal, install_of(call)
    name, kind, family = portal.licence_name
    info: dict[str, Any] = {
        "ID": install.local_id, "CODE": portal.hub.card.code, "VERSION": install.version, "STATUS": install.status,
        "INSTALLED": install.finished, "PAYMENT_EXPIRED": portal.app.licence.payment_expired,
        "DAYS": portal.app.licence.days, "LANGUAGE_ID": portal.spec.language, "LICENSE": name,
    }  # fmt: skip
    return info if portal.box else info | {"LICENSE_TYPE": kind, "LICENSE_FAMILY": family}


@method("scope")
def scope(call: Call) -> Any:
    if call.any_case("full") in _TRUE:
        return sorted({one for row in KNOWN.values() for one in row.scopes if one != "basic"})
    return sorted(call.identity.scopes)


@method("methods")
def methods(call: Call) -> Any:
    return sorted(row.name for row in METHODS.values() if _granted(call, row.scopes))


def _granted(call: Call, scopes: tuple[str, ...]) -> bool:
    return not scopes or bool(call.identity.scopes.intersection(scopes))


@method("method.get")
def method_get(call: Call) -> Any:
    found = METHODS.get(str(call.any_case("name", "")).lower())
    return {"isExisting": found is not None, "isAvailable": found is not None and _granted(call, found.scopes)}


@method("profile")
def profile(call: Call) -> Any:
    user = call.user
    return {
        "ID": str(user.id), "ADMIN": user.admin, "NAME": user.name, "LAST_NAME": user.last_name,
        "PERSONAL_GENDER": "", "TIME_ZONE": "",
    }  # fmt: skip


@method("server.time")
def server_time(call: Call) -> Any:
    return call.portal.now()


@method("feature.get")
def feature_get(call: Call) -> Any:
    code = str(call.any_case("CODE", ""))
    switches = call.portal.switches
    known = {"rest_offline_extended": switches.offline_extended, "rest_auth_connector": switches.auth_connector}
    if not code:
        raise RestError("ERROR_ARGUMENT", "Argument 'CODE' is null or empty", argument="CODE")
    return {"value": "Y" if known.get(code, False) else "N"}


@method("user.admin")
def user_admin(call: Call) -> Any:
    return call.user.admin


@method("user.access")
def user_access(call: Call) -> Any:
    wanted = {str(code) for code in items_of(call.any_case("ACCESS"))}
    return call.user.admin or bool(wanted & {f"U{call.user.id}", "AU"})


@method("access.name")
def access_name(call: Call) -> Any:
    names: dict[str, Any] = {}
    for code in items_of(call.any_case("ACCESS")):
        text = str(code)
        user = call.portal.users.get(int(text[1:])) if text[:1] == "U" and text[1:].isdigit() else None
        if user is not None:
            names[text] = {"provider_id": "user", "name": user.full_name, "provider": ""}
    return names or []


@method("app.option.get", app=True)
def app_option_get(call: Call) -> Any:
    return _option(call.portal.app.app_options, call.any_case("option"))


@method("app.option.set", app=True)
def app_option_set(call: Call) -> Any:
    if not call.user.admin:
        raise platform_denied("Access denied! Administrator authorization required")
    return _set_options(call, call.portal.app.app_options)


@method("user.option.get", app=True)
def user_option_get(call: Call) -> Any:
    return _option(call.portal.app.user_options.get(call.user.id, {}), call.any_case("option"))


@method("user.option.set", app=True)
def user_option_set(call: Call) -> Any:
    return _set_options(call, call.portal.app.user_options.setdefault(call.user.id, {}))


def _option(store: dict[str, Any], name: Any) -> Any:
    return store.get(str(name), "") if name else (store or [])


def _set_options(call: Call, store: dict[str, Any]) -> bool:
    options = call.any_case("options")
    if not isinstance(options, dict) or not options:
        raise RestError("ERROR_ARGUMENT", "Argument 'options' is null or empty", argument="options")
    store.update(pairs_of(options))
    return True
