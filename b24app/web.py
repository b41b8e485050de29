"""The pages of people, joined into a Flask app."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from b24app.flask_db import join_database
from b24app.frames import pages
from b24app.frames.parts import PageParts
from b24app.frames.proof import FrameGate
from b24app.frames.session import SessionSigner
from b24app.parts import Parts
from b24app.remotes import Remotes
from b24app.settings import Settings, knobs
from b24app.systems import discover
from b24app.systems.plugin import SystemPlugin
from install import routes as install_routes
from install.wanted import fingerprint
from placements import app as app_page
from placements import (
    clerk,
    clerk_phones,
    components,
    deal_list,
    deal_tab,
    legal,
    pickup_field,
    public_return,
    renewal,
    return_card,
    return_photos,
    return_tab,
    robot_settings,
    tab_address,
    tab_chain,
    tab_changes,
    tab_collect,
    tab_documents,
    tab_extras,
    tab_papers,
    tab_parcels,
    tab_points,
    tab_rates,
    tab_returns,
    tab_several,
    tab_stock,
    told,
    track,
)

ROOT = Path(__file__).resolve().parent.parent
#: Who answers people; `tests/unit/placements/rights_table.py` says who may call what.
ROOMS = (
    deal_tab,
    deal_list,
    tab_address,
    tab_papers,
    tab_documents,
    tab_changes,
    tab_collect,
    tab_rates,
    tab_stock,
    tab_chain,
    tab_several,
    tab_returns,
    tab_points,
    tab_parcels,
    tab_extras,
    told,
    return_card,
    return_photos,
    return_tab,
    pickup_field,
    robot_settings,
    public_return,
    track,
    clerk,
    clerk_phones,
    app_page,
    renewal,
    install_routes,
)


def join_pages(app: Flask, parts: Parts, remotes: Remotes) -> None:
    """Register the blueprints of placements and install, with templates and static files of the house."""
    settings = parts.settings
    app.template_folder = str(ROOT / "templates")
    app.static_folder = str(ROOT / "static")
    app.add_url_rule("/static/<path:filename>", "static", app.send_static_file)
    pages.setup(app)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]
    page_parts = PageParts(
        sessions=join_database(app, parts.engine),
        clock=parts.clock,
        signer=SessionSigner([key.get_secret_value() for key in settings.signing_keys]),
        gate=FrameGate(remotes.oauth, parts.clock, settings.frame_check_cache_s),
        waker=parts.waker,
        person=remotes.person,
        public_url=settings.public_url,
        hooks_url=settings.hooks_url,
        systems=discover(),
        knobs=knobs(settings),
        gauges=remotes.gauges,
        guard=remotes.system_guard,
        tiles=settings.map_tiles_url,
        attribution=settings.map_attribution,
        shared=remotes.shared,
        wanted=fingerprint(settings.public_url.rstrip("/"), (settings.hooks_url or settings.public_url).rstrip("/")),
    )
    for room in ROOMS:
        app.register_blueprint(room.blueprint(page_parts))
    app.register_blueprint(legal.blueprint(_deployment(settings, page_parts.systems), parts.clock))
    if settings.profile in components.PROFILES:
        app.register_blueprint(components.blueprint(parts.clock))


def _deployment(settings: Settings, systems: Mapping[str, SystemPlugin]) -> legal.Deployment:
    """What the legal pages say about this server."""
    return legal.Deployment(
        vendor_name=settings.vendor_name,
        vendor_email=settings.vendor_email,
        vendor_address=settings.vendor_address,
        call_log_days=settings.call_log_days,
        audit_days=settings.audit_days,
        inbox_days=settings.inbox_days,
        attempts_days=settings.attempts_days,
        carriers=tuple(dict(plugin.manifest.title) for plugin in systems.values()),
    )
