"""Who sits in front of the portal: a chooser instead of a password, remembered in a cookie of this portal."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response

from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.users import User

P = ParamSpec("P")
R = TypeVar("R")
HOME = "/crm/deal/kanban/"


def cookie_name(portal: Portal) -> str:
    """Cookies know no ports, and all portals of a sandbox share one host: each needs a name of its own."""
    return f"portal_user_{portal.spec.number}"


def current_user(portal: Portal) -> User | None:
    """The active employee of the request's cookie."""
    text = request.cookies.get(cookie_name(portal), "")
    user = portal.users.get(int(text)) if text.isdigit() else None
    return user if user is not None and user.active and not user.external_auth else None


def signed_in(view: Callable[P, R]) -> Callable[P, R | Response]:
    """For views of people: without a user a page goes to the chooser, anything else is 401."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if g.get("user") is None:
            if request.method == "GET" and not request.is_json:
                return redirect(f"/login?next={request.full_path.rstrip('?')}")
            raise Unauthorized
        return view(*args, **kwargs)

    return guarded


def add_routes(pages: Blueprint, portal: Portal) -> None:
    @pages.before_app_request
    def know_user() -> None:
        g.user = current_user(portal)

    @pages.get("/")
    def home() -> Response:
        return redirect(HOME if g.user else "/login")

    @pages.get("/login")
    def login() -> str:
        users = [user for user in portal.users.values() if user.active and not user.external_auth]
        return render_template("portal/login.html", users=users, next=_local(request.args.get("next", HOME)))

    @pages.post("/login")
    def sign_in() -> Response:
        answer = redirect(_local(request.form.get("next", HOME)))
        answer.set_cookie(cookie_name(portal), request.form["user"], httponly=True, samesite="Lax")
        return answer

    @pages.post("/lang")
    @signed_in
    def language() -> Any:
        g.user.language = "en" if request.form.get("lang") == "en" else "ru"
        return redirect(_local(request.form.get("next", HOME)))


def _local(path: str) -> str:
    """Only pages of this portal: an address of another host leads home."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else HOME
