"""Install, finish, update, uninstall, rename, dismissal: what happens to the app on a portal (§1.4 to §1.12, §2.7)."""

from __future__ import annotations

from typing import Any

from sandbox.bitrix24.state.install import Handler, Install, Licence
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.users import Actor, User


class LifecycleError(ValueError):
    """The portal would not do that; the text says why."""


def begin_install(portal: Portal, user_id: int) -> Install:
    """The admin presses "Install": a row appears, not finished yet if the app has an installer page (§1.4)."""
    with portal.lock:
        user = _user(portal, user_id)
        if not user.admin:
            raise LifecycleError("only an administrator may install this application")
        app, card = portal.app, portal.hub.card
        if app.install is not None:
            return app.install
        app.generation += 1
        scopes = tuple(card.scopes)
        app.install = Install(17, card.version, app.generation, scopes, card.status, user_id)
        portal.note("app.installing", card.code, user=user_id, version=card.version)
        if not card.installer_url:
            _install_without_wizard(portal, user)
        return app.install


def _install_without_wizard(portal: Portal, user: User) -> None:
    # Variants A and C: nothing to wait for; with an event handler the portal binds and fires by itself.
    if portal.hub.card.event_url:
        row = Handler(next(portal.app.ids), "ONAPPINSTALL", portal.hub.card.event_url)
        portal.app.handlers.append(row)
    finish_install(portal, user.id)


def finish_install(portal: Portal, user_id: int) -> bool:
    """``installFinish`` of the installer page. True if it changed anything; ignored when finished before (§1.4)."""
    with portal.lock:
        install = portal.app.install
        if install is None:
            raise LifecycleError("the application is not installed")
        if not _user(portal, user_id).admin:
            raise LifecycleError("only an administrator may finish the installation")
        if install.finished:
            return False
        install.finished = True
        portal.note("app.installed", portal.hub.card.code, user=user_id, version=install.version)
        data = {
            "VERSION": str(install.version),
            "ACTIVE": "Y",
            "INSTALLED": "Y",
            "LANGUAGE_ID": portal.spec.language,
        }
        portal.emit("ONAPPINSTALL", data, Actor(user_id))
        return True


def uninstall(portal: Portal, *, clean: bool) -> None:
    """Tokens die at once, handlers and placements go, ONAPPUNINSTALL leaves without tokens (§1.9)."""
    with portal.lock:
        app = portal.app
        if app.install is None:
            raise LifecycleError("the application is not installed")
        data = {"LANGUAGE_ID": portal.spec.language, "CLEAN": "1" if clean else "0"}
        portal.events.send_uninstall(data, app.install.application_token)
        app.install = None
        app.remove_bindings()
        if clean:
            app.app_options.clear()
            app.user_options.clear()
        portal.note("app.uninstalled", portal.hub.card.code, clean=clean)


def update_app(portal: Portal, version: int | None = None) -> None:
    """A new version: handlers and robots are removed, the installer must run again, a new application token (§1.8)."""
    with portal.lock:
        app = portal.app
        if app.install is None:
            raise LifecycleError("the application is not installed")
        old = app.install
        number = version if version is not None else old.version + 1
        data = {"VERSION": str(number), "PREVIOUS_VERSION": str(old.version), "LANGUAGE_ID": portal.spec.language}
        fresh = Install(
            old.local_id, number, old.generation, tuple(portal.hub.card.scopes), old.status, old.installed_by
        )
        app.install = fresh
        listeners = [row for row in app.handlers if row.event == "ONAPPUPDATE"]
        if portal.switches.update_event and listeners:
            # The event is sent as if the app ran; the wizard of the new version comes afterwards.
            fresh.finished = True
            portal.emit("ONAPPUPDATE", data, Actor(old.installed_by))
        else:
            fresh.finished = not portal.hub.card.installer_url
        app.handlers.clear()
        app.robots.clear()
        app.senders.clear()
        portal.note("app.updated", portal.hub.card.code, **data)


def rename(portal: Portal) -> str:
    """Move the portal to its other address; the old one answers 302 from now on (§2.7). Returns the new base URL."""
    with portal.lock:
        portal.current = 1 - portal.current
        portal.note("portal.renamed", portal.domain, base_url=portal.base_url)
        return portal.base_url


def set_licence(portal: Portal, licence: Licence) -> None:
    """Block or unblock the app (§1.11) and tell its ONAPPPAYMENT handlers, whose auth has no application token."""
    with portal.lock:
        install = portal.app.install
        if install is not None and portal.app.running:
            data: dict[str, Any] = {
                "CODE": portal.hub.card.code,
                "VERSION": str(install.version),
                "STATUS": install.status,
                "PAYMENT_EXPIRED": licence.payment_expired,
                "DAYS": licence.days,
                "LANGUAGE_ID": portal.spec.language,
            }
            portal.events.send_payment(data)
        portal.app.licence = licence
        portal.note("app.licence", portal.hub.card.code, blocked=licence.blocked)


def dismiss(portal: Portal, user_id: int, *, keep_integrations: bool = False) -> None:
    """Dismiss a user: his tokens give ``authorization_error`` from now on (§1.12)."""
    with portal.lock:
        user = _user(portal, user_id)
        user.active = False
        if keep_integrations and portal.app.install is not None and portal.app.install.installed_by == user_id:
            # The same id goes on as a hidden system user of the app, which user.get does not return.
            user.active, user.external_auth = True, "rest_system"
            user.name, user.last_name = portal.hub.card.title, ""
        portal.note("user.dismissed", user_id, keep_integrations=keep_integrations)


def _user(portal: Portal, user_id: int) -> User:
    user = portal.users.get(user_id)
    if user is None or not user.active:
        raise LifecycleError(f"no such user: {user_id}")
    return user
