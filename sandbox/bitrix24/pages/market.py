"""Market: installing, opening and removing the one app; its own page and the installer's slider."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from sandbox.bitrix24 import lifecycle
from sandbox.bitrix24.state.portal import Portal

from .session import signed_in


def add_routes(pages: Blueprint, portal: Portal) -> None:
    _add_installing(pages, portal)
    _add_opening(pages, portal)


def _add_installing(pages: Blueprint, portal: Portal) -> None:
    @pages.get("/marketplace/")
    @pages.get("/marketplace/install")
    @signed_in
    def market() -> str:
        return render_template("portal/market.html")

    @pages.post("/marketplace/install")
    @signed_in
    def install() -> Any:
        try:
            installed = lifecycle.begin_install(portal, g.user.id)
        except lifecycle.LifecycleError as problem:
            return render_template("portal/market.html", problem=str(problem)), 400
        return redirect(f"/marketplace/app/{installed.local_id}/")

    @pages.post("/marketplace/uninstall")
    @signed_in
    def uninstall() -> Any:
        if not g.user.admin:
            return render_template("portal/market.html", problem="only an administrator may remove an application"), 403
        if portal.app.install is not None:
            lifecycle.uninstall(portal, clean=request.form.get("clean") == "Y")
        return redirect("/marketplace/")


def _add_opening(pages: Blueprint, portal: Portal) -> None:
    @pages.get("/marketplace/app/<int:local_id>/")
    @signed_in
    def app_page(local_id: int) -> Any:
        installed = portal.app.install
        if installed is None or installed.local_id != local_id:
            return redirect("/marketplace/")
        return _app_page()

    @pages.get("/marketplace/view/<code>/")
    @signed_in
    def by_code(code: str) -> Any:
        if code != portal.hub.card.code or portal.app.install is None:
            raise NotFound
        return _app_page()

    @pages.get("/company/personal/user/<int:number>/")
    @signed_in
    def employee(number: int) -> str | Response:
        found = portal.users.get(number)
        if found is None:
            raise NotFound
        return render_template("portal/employee.html", employee=found)


def _app_page() -> str:
    # The page's own parameters reach the app as PLACEMENT_OPTIONS (§1.5).
    options = {name: value for name, value in request.args.items() if name != "install_finished"}
    return render_template("portal/app.html", options=options)
