"""The job `reconcile`: deals that should have been shipped and were not, and shipments whose deal is gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from b24app.bitrix24 import deals as calls
from b24app.bitrix24.encoding import Command
from b24app.flows.reconcile import stages_from
from b24app.flows.snapshot import DealSnapshot
from b24app.runners.portal.context import Run
from b24app.runners.portal.jobs import JobStep
from b24app.store import reconciling
from b24app.store.engine import read_scope, session_scope
from b24app.store.models import Job
from b24app.store.reconciling import Missing

#: Older moves are no news: nobody waits for their parcels any more.
LOOK_BACK = timedelta(days=30)
#: A deal moved just now is on its way through the queue.
GRACE = timedelta(minutes=10)
#: Pages of a pipeline read in one look (2,000 deals), and live shipments whose deals are looked up.
PAGES = 40
ORPHANS = 2000


def reconcile(run: Run, _job: Job) -> JobStep:
    """One look: a few list requests, in batches. The result is kept in the portal's settings."""
    now = run.services.clock.now()
    seen, more = _standing(run, now)
    moved = {deal.deal_id: deal.moved_at for deal in seen}
    with read_scope(run.services.sessions) as session:
        settled = reconciling.explained(session, run.portal.id, moved)
        live = reconciling.live(session, run.portal.id, 0, ORPHANS)
    missing = [
        Missing(deal.deal_id, deal.title, deal.stage, deal.category, deal.moved_at or now)
        for deal in seen
        if deal.deal_id not in settled
    ]
    there = run.reader.glance({row.deal_id for row in live}, people=run.people) if live else {}
    orphans = [row.id for row in live if there[row.deal_id].gone]
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        reconciling.keep(session, run.portal.id, missing, orphans, now, len(seen) + len(there), more)
    return JobStep(result={"missing": len(missing), "orphans": len(orphans)})


def _standing(run: Run, now: datetime) -> tuple[list[DealSnapshot], bool]:
    """Deals that came, after their pipeline was switched on, to where they should have been shipped."""
    stages = {int(each["id"]): each["stages"] for each in run.portal.settings.get("pipelines", ())}
    found: list[DealSnapshot] = []
    more = False
    for category, config in run.pipelines.items():
        since = max(_switched_on(run, config.cursor, now), now - LOOK_BACK)
        wanted = stages_from(config.trigger_stage, stages.get(category, ()))
        newest = now - GRACE - timedelta(seconds=config.hold_s)
        rows, cut = _pages(run, category, wanted, since)
        found += [row for row in rows if row.moved_at is not None and row.moved_at <= newest]
        more = more or cut
    return found, more


def _switched_on(run: Run, history_id: int, now: datetime) -> datetime:
    """When the move was made after which the pipeline ships."""
    if not history_id:
        return now - LOOK_BACK
    answer = run.client.read_all([calls.move_by_id("since", history_id)], people=run.people)
    return max((move.at for move in calls.moves_of(answer.get("since"))), default=now - LOOK_BACK)


def _pages(run: Run, category: int, stages: list[str], since: datetime) -> tuple[list[DealSnapshot], bool]:
    rows: list[DealSnapshot] = []
    for _ in range(PAGES):
        after = rows[-1].deal_id if rows else 0
        command = calls.deals_moved_since("stand", category, stages, since, run.names, after)
        page = _deals(run, command)
        rows += page
        if len(page) < calls.PAGE:
            return rows, False
    return rows, True


def _deals(run: Run, command: Command) -> list[DealSnapshot]:
    answer: Any = run.client.read_all([command], people=run.people)
    return [calls.parse_deal(item, run.names) for item in calls.items_of(answer.get(command.key))]
