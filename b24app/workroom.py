"""Who drains which lane, joined for a worker (and for tests that serve lanes in their own process)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from b24app.lanes.slices import Slice
from b24app.parts import Parts, WorkerParts
from b24app.remotes import Remotes
from b24app.runners import alarms, lateness, redrawing, unclaimed
from b24app.runners.connection import ConnectionRunner, refreshing
from b24app.runners.connection.rating import Rater
from b24app.runners.portal import (
    PortalRunner,
    nightly,
    packing,
    parting,
    rating,
    robot_deals,
    robots,
    simulating,
    sms_requests,
    stocking,
    trying,
)
from b24app.runners.portal.jobs import JobHandler
from b24app.runners.portal.reconciling import reconcile
from b24app.runners.portal.runner import Chore, closing
from b24app.store import parcels, rates, reconciling, simulations, stock, trials
from b24app.store import parting as parting_rows
from b24app.store.inbox import Claimed
from b24app.store.models import InboxKind, LaneKind
from install import run as installing
from install import uninstall, updating

ERASE_S = 3600
#: Jobs of a portal's lane by kind; `join_lanes` adds that of prices.
JOBS: dict[str, JobHandler] = {
    reconciling.KIND: reconcile,
    simulations.KIND: simulating.try_rules,
    trials.KIND: trying.try_deal,
    trials.DEALS_KIND: trying.offer_deals,
    trials.NEEDS_KIND: trying.needs_of_deal,
    parting_rows.KIND: parting.ship_part,
    parcels.KIND: packing.goods_of_deal,
    stock.KIND: stocking.ask_warehouses,
}
#: Portals that were thrown out without an event are looked for this often.
UNANNOUNCED_S = 6 * 3600


def join_lanes(mine: WorkerParts, parts: Parts, remotes: Remotes) -> None:
    """Register the handlers of both kinds of lanes."""
    services = remotes.services()
    settings = parts.settings
    public, machines = settings.public_url.rstrip("/"), (settings.hooks_url or settings.public_url).rstrip("/")
    install_parts = installing.InstallParts(remotes.portal, public, machines, store_url=settings.store_url.rstrip("/"))
    leaving_parts = uninstall.LeavingParts(remotes.portal, services.open_system, services.callback_url)
    keep = timedelta(days=settings.keep_left_days)
    erasing = uninstall.EraseParts(parts.sessions, parts.clock.now, keep, remotes.forget)

    def install(slice_: Slice, rows: Sequence[Claimed]) -> None:
        installing.handle(slice_, rows, install_parts)

    def leave(slice_: Slice, rows: Sequence[Claimed]) -> None:
        uninstall.handle(slice_, rows, leaving_parts)

    def look(slice_: Slice, rows: Sequence[Claimed]) -> None:
        updating.handle(slice_, rows, install_parts)

    chores: dict[str, Chore] = {
        InboxKind.INSTALL: install,
        InboxKind.UNINSTALL: leave,
        InboxKind.LICENCE: look,
        InboxKind.EVENT: closing(services),
        InboxKind.ROBOT: robots.serving(services),
        InboxKind.ROBOT_WISH: robot_deals.serving(services),
        InboxKind.SMS: sms_requests.serving(services),
    }
    rater = Rater(services)
    jobs: dict[str, JobHandler] = {**JOBS, rates.KIND: partial(rating.ask_all, rater)}
    mine.engine.register(LaneKind.PORTAL, PortalRunner(services, chores, jobs))
    mine.engine.register(LaneKind.CONNECTION, ConnectionRunner(services, rater))
    mine.schedule.add(reconciling.KIND, nightly.PERIOD_S, lambda: nightly.reconcile_all(services))
    mine.schedule.add("alarms", alarms.EVERY_S, lambda: alarms.watch(parts.sessions, parts.clock, parts.waker))
    mine.schedule.add("unclaimed", unclaimed.EVERY_S, lambda: unclaimed.warn(parts.sessions, parts.clock, parts.waker))
    mine.schedule.add("lateness", lateness.EVERY_S, lambda: lateness.watch(parts.sessions, parts.clock, parts.waker))
    mine.schedule.add("pictures", redrawing.EVERY_S, lambda: redrawing.redraw(parts.sessions))
    mine.schedule.add("points", refreshing.EVERY_S, lambda: refreshing.start_due(services))
    mine.schedule.add("erase", ERASE_S, lambda: uninstall.erase_left(erasing))
    now, waker = parts.clock.now, parts.waker
    wanted = install_parts.wanted
    mine.schedule.add("updates", updating.EVERY_S, lambda: updating.look_around(parts.sessions, now(), waker, wanted))
    mine.schedule.add("unannounced", UNANNOUNCED_S, lambda: uninstall.ask_unannounced(parts.sessions, now(), waker))
