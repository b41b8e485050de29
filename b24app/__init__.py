"""Waybill: a Bitrix24 Market app that ships CRM deals (see README.md for the map of the house)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from flask import Flask

    from b24app.hooks.desk import Desk
    from b24app.parts import Parts, WorkerParts
    from b24app.remotes import Remotes
    from b24app.settings import Settings

Role = Literal["hooks", "pages", "store", "all"]


def create_app(settings: Settings | None = None, role: Role = "all") -> Flask:
    """Join the parts of a web process. `hooks`, `pages` and `store` are meant to run as separate servers.

    Does nothing else: no migration, no call, no wait, no print.
    """
    from flask import Flask

    from b24app.hooks.health import WorkCollector, database_check, health
    from b24app.parts import Parts
    from b24app.remotes import Remotes
    from b24app.settings import Settings

    parts = Parts.open(settings or Settings())
    remotes = Remotes.open(parts)
    app = Flask("b24app", static_folder=None)
    app.extensions["waybill"] = parts
    app.extensions["waybill.remotes"] = remotes
    work = WorkCollector(parts.sessions, parts.clock)
    app.register_blueprint(health({"database": database_check(parts.sessions)}, parts.registry, work))
    desk = _desk(parts)
    if role in {"hooks", "all"}:
        _join_hooks(app, parts, remotes, desk)
    if role in {"pages", "all"}:
        _join_pages(app, parts, remotes)
    # A server of its own is for many shoppers: where there is none, whoever gets the request answers it.
    _join_shop(app, parts, remotes, desk)
    if role == "pages":
        _join_robots(app, desk)
    return app


def _join_hooks(app: Flask, parts: Parts, remotes: Remotes, desk: Desk) -> None:
    """HTTP from machines: portal events, robots, carriers' callbacks."""
    from b24app.hooks.carrier import carrier_callbacks
    from b24app.hooks.introductions import Introductions
    from b24app.hooks.portal_events import portal_events

    app.register_blueprint(portal_events(desk, Introductions(remotes.oauth, parts.sessions)))
    app.register_blueprint(carrier_callbacks(desk))
    _join_robots(app, desk)


def _join_shop(app: Flask, parts: Parts, remotes: Remotes, desk: Desk) -> None:
    """The online store waits for its answers: prices, deliveries that it orders or cancels."""
    from b24app.hooks.shop import shop_hooks
    from b24app.runners.shop import ShopService

    kept_s = parts.settings.hook_portal_cache_s
    service = ShopService(remotes.services(), remotes.hurried, kept_s)
    app.register_blueprint(shop_hooks(service, desk.counters))


def _join_robots(app: Flask, desk: Desk) -> None:
    """Robots and the SMS sender call the app's own domain (bitrix24-crm §7.2, §8.1), so pages answer them too where
    machines have another."""
    from b24app.hooks.robots import robots
    from b24app.hooks.sms import sms

    app.register_blueprint(robots(desk))
    app.register_blueprint(sms(desk))


def _desk(parts: Parts) -> Desk:
    from b24app.hooks.counters import HookCounters
    from b24app.hooks.desk import Desk

    return Desk.open(
        parts.engine,
        parts.sessions,
        parts.waker,
        parts.clock,
        HookCounters(parts.registry),
        cache_s=parts.settings.hook_portal_cache_s,
        max_bytes=parts.settings.hook_max_bytes,
    )


def _join_pages(app: Flask, parts: Parts, remotes: Remotes) -> None:
    """HTTP from people: the installer, the deal's tab, the app's page."""
    from b24app.web import join_pages

    join_pages(app, parts, remotes)


def create_worker(settings: Settings | None = None) -> WorkerParts:
    """Join the parts of a worker process: handlers of lanes and the schedule. Nothing runs before `worker.start()`."""
    from b24app.parts import Parts, open_worker
    from b24app.remotes import Remotes
    from b24app.settings import Settings
    from b24app.workroom import join_lanes

    parts = Parts.open(settings or Settings())
    mine = open_worker(parts)
    join_lanes(mine, parts, Remotes.open(parts))
    return mine
