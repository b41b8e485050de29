"""Reading what a control call asks for; every mistake is a ValueError, answered as HTTP 400."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, request

from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.users import Actor


def body(*known: str) -> dict[str, Any]:
    """The request's JSON object. With ``known``, other keys are refused."""
    data = request.get_json(force=True, silent=True) if request.get_data() else {}
    if not isinstance(data, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004  (answered as HTTP 400)
    if known and (strange := sorted(set(data) - set(known))):
        raise ValueError(f"unknown keys: {', '.join(strange)}; known: {', '.join(known)}")
    return data


def portal_of(portals: Mapping[str, Portal], member_id: str) -> Portal:
    """The portal; HTTP 404 for an id that no portal has."""
    found = portals.get(member_id)
    if found is None:
        abort(404, f"no portal {member_id}")
    return found


def number(spec: Mapping[str, Any], name: str, default: int | None = None) -> int:
    value = spec.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be an integer")  # noqa: TRY004  (answered as HTTP 400)
    return value


def actor(portal: Portal, spec: Mapping[str, Any]) -> Actor:
    """``user`` null is a robot, whose events carry no tokens; without the key the first admin acts."""
    if "user" not in spec:
        return Actor(portal.admin().id)
    if spec["user"] is None:
        return Actor()
    user = number(spec, "user")
    if user not in portal.users:
        raise ValueError(f"no such user: {user}")
    return Actor(user)
