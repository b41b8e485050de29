"""The job `simulate`: what the rules would choose for the deals that were moved last. Reads only.

Four calls at most for 20 deals: the lists, their rows and people in one batch, wares, parents of wares. (The tree of
the catalogue's sections, read once a day, may come on top where sections have default weights.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from b24app.bitrix24 import deals as calls
from b24app.bitrix24.reading import DealReader
from b24app.flows.choose import Rule
from b24app.flows.simulate import BY_HOUSE, Chosen, for_a_price, shipping_stages, simulate, with_rules
from b24app.flows.snapshot import CodSource, DealSnapshot, PipelineConfig
from b24app.logistics.model import ShipmentRequest
from b24app.runners.portal.context import Run
from b24app.runners.portal.jobs import JobStep
from b24app.runners.views import rule_view
from b24app.store import jobs, origins, portals, rules, simulations
from b24app.store.engine import read_scope, session_scope
from b24app.store.lanes import LaneRef
from b24app.store.models import Connection, ConnectionState, Job
from b24app.store.origins import Senders
from b24app.wire.trace import current_trace

#: More pipelines than this are not looked at in one go: one batch has to hold their lists.
PIPELINES = 20
MOST = 20
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
Row = Mapping[str, Any]


def try_rules(run: Run, job: Job) -> JobStep:
    """One step. Result and requests for prices are saved together: a crash before it repeats the reading, one after it
    nothing."""
    count = min(int(job.input.get("count", MOST)), MOST)
    with read_scope(run.services.sessions) as session:
        places = origins.senders(session, run.portal.id)
        tried = [rule_view(row, places.of(row.connection_id)) for row in rules.in_order(session, run.portal.id)]
        accounts = portals.connections(session, run.portal.id)
    pipelines = _pipelines(run, tried, job.input.get("also", ()))
    found = [simulate(deal, pipelines[deal.category]) for deal in _deals(run, pipelines, count)]
    chosen = [each for each, _ in found]
    asked = {each.id: _asked(run, each, places, found) for each in accounts if _answers(run, each)}
    result = {"deals": [each.to_json() for each in chosen]}
    for lane in _save(run, job.id, result, asked):
        run.services.waker.wake(lane)
    return JobStep(result=result)


def _pipelines(run: Run, tried: Sequence[Rule], also: Collection[int]) -> dict[int, PipelineConfig]:
    """Those that are set up to ship, on or not, with the rules as they would be."""
    return {key: with_rules(config, tried, also) for key, config in sorted(run.configured.items())[:PIPELINES]}


def _deals(run: Run, pipelines: Mapping[int, PipelineConfig], count: int) -> list[DealSnapshot]:
    """Deals that stand where they were to be sent or behind it, latest move first; if there are none yet, any."""
    if not pipelines:
        return []
    sent = [calls.last_moved(f"s{key}", key, shipping_stages(each), run.names) for key, each in pipelines.items()]
    others = [calls.last_moved(f"a{key}", key, (), run.names) for key in pipelines]
    answer = run.client.read_all([*sent, *others], people=run.people)
    lists = [[row for command in group for row in calls.items_of(answer.get(command.key))] for group in (sent, others)]
    newest = _newest(next((rows for rows in lists if rows), []), count)
    paid = any(each.cod_source is CodSource.UNPAID for each in pipelines.values())
    reader = DealReader(run.client, run.names, run.catalogue, paid)
    snapshots = reader.fill(newest, people=run.people)
    return [snapshots[int(row["id"])] for row in newest]


def _newest(rows: Iterable[Row], count: int) -> list[Row]:
    ordered = sorted(rows, key=lambda row: (calls.moment(row.get("movedTime")) or _LONG_AGO, int(row["id"])))
    return ordered[::-1][:count]


def _answers(run: Run, account: Connection) -> bool:
    """Whether the account works and its system tells prices."""
    plugin = run.services.plugins.get(account.system)
    return account.state == ConnectionState.READY and plugin is not None and "Quotes" in plugin.manifest.ports


def _asked(
    run: Run, account: Connection, places: Senders, found: Iterable[tuple[Chosen, ShipmentRequest | None]]
) -> list[dict[str, Any]]:
    """Every deal that could be sent is asked of every account: another one may be cheaper."""
    sender = places.of(account.id)
    manifest = run.services.plugins[account.system].manifest
    by_house, given = bool(manifest.limits.get(BY_HOUSE)), manifest.extras
    return [
        {
            "deal": each.deal_id,
            "chosen": each.connection_id == account.id,
            "request": for_a_price(_of_theirs(request, given), sender, by_house).to_json(),
        }
        for each, request in found
        if request is not None
    ]


def _of_theirs(request: ShipmentRequest, given: Collection[str]) -> ShipmentRequest:
    """What the pipeline wishes beside carrying, as far as this account gives it."""
    return replace(request, extras=tuple(each for each in request.extras if each in given))


def _save(run: Run, job_id: int, result: dict[str, Any], asked: Mapping[int, list[dict[str, Any]]]) -> list[LaneRef]:
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        job = jobs.get(session, run.portal.id, job_id)
        if job is None:  # another simulation was begun meanwhile
            return []
        return simulations.spread(session, job, result, asked, run.services.clock.now(), current_trace())
