"""Users, their rights, and the scopes of the app by control."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Flask

from sandbox.bitrix24 import lifecycle
from sandbox.bitrix24.rules.rights import EDIT, READ
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.users import RIGHTS, User

from .given import body, number, portal_of

_FLAGS = ("admin", "crm_admin", "active", "app_access")
_TEXTS = ("name", "last_name", "email", "phone", "position", "language")
_SCOPES = ("deal_read", "deal_edit")


def add_routes(app: Flask, portals: Mapping[str, Portal]) -> None:
    @app.get("/<member_id>/users")
    def users(member_id: str) -> dict[str, Any]:
        return {"users": [_shown(user) for user in portal_of(portals, member_id).users.values()]}

    @app.post("/<member_id>/users")
    def change_user(member_id: str) -> dict[str, Any]:
        """Add a user (``id`` not there yet) or change one."""
        portal, spec = (
            portal_of(portals, member_id),
            body("id", *_FLAGS, *_TEXTS, *_SCOPES, "forbidden_stages", "departments"),
        )
        with portal.lock:
            return _shown(_change(portal, spec))

    @app.post("/<member_id>/rights")
    def rights(member_id: str) -> dict[str, Any]:
        """Refuse (or allow again) one user one item: ``right`` is read or edit."""
        portal, spec = portal_of(portals, member_id), body("user", "entity_type_id", "id", "right", "allow")
        user = portal.users.get(number(spec, "user"))
        right = spec.get("right", EDIT)
        if user is None or right not in (READ, EDIT):
            raise ValueError("user must exist and right must be read or edit")
        mark = (number(spec, "entity_type_id", 2), number(spec, "id"), str(right))
        with portal.lock:
            (user.refused.discard if spec.get("allow") else user.refused.add)(mark)
        return _shown(user)

    @app.post("/<member_id>/dismiss")
    def dismiss(member_id: str) -> dict[str, Any]:
        portal, spec = portal_of(portals, member_id), body("user", "keep_integrations")
        keep = bool(spec.get("keep_integrations", False))
        lifecycle.dismiss(portal, number(spec, "user"), keep_integrations=keep)
        return {"dismissed": spec["user"]}

    @app.post("/<member_id>/scopes")
    def scopes(member_id: str) -> dict[str, Any]:
        """The scopes that the portal grants from now on; tokens never get more."""
        portal, spec = portal_of(portals, member_id), body("scopes")
        install = portal.app.install
        if install is None or not isinstance(spec.get("scopes"), list):
            raise ValueError("the application must be installed and scopes must be a list")
        install.scopes = tuple(str(scope) for scope in spec["scopes"])
        return {"scopes": list(install.scopes)}


def _change(portal: Portal, spec: Mapping[str, Any]) -> User:
    key = number(spec, "id")
    user = portal.users.setdefault(key, User(key, str(spec.get("name", f"Сотрудник {key}")), ""))
    for name in _FLAGS:
        if name in spec:
            setattr(user, name, bool(spec[name]))
    for name in _TEXTS:
        if name in spec:
            setattr(user, name, str(spec[name]))
    for name in _SCOPES:
        if name in spec:
            if spec[name] not in RIGHTS:
                raise ValueError(f"{name} must be one of {', '.join(RIGHTS)}")
            setattr(user, name, spec[name])
    if "departments" in spec:
        user.departments = tuple(int(each) for each in spec["departments"])
    if "forbidden_stages" in spec:
        user.forbidden_stages = {str(stage) for stage in spec["forbidden_stages"]}
    return user


def _shown(user: User) -> dict[str, Any]:
    return asdict(user) | {
        "forbidden_stages": sorted(user.forbidden_stages),
        "refused": sorted(list(mark) for mark in user.refused),
        "departments": list(user.departments),
    }
