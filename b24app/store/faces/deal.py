"""Everything the deal's tab shows, as plain facts, and a version that changes when any of it does."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, func, select
from sqlalchemy.orm import Session

from b24app.flows.legs import pieces
from b24app.flows.stock import warning
from b24app.logistics.problem import Problem
from b24app.store import deal_extras, parcels, ratings, stock
from b24app.store.addresses import changes, changes_of
from b24app.store.faces import deal_messages, deal_returns, papers
from b24app.store.faces.deal_facts import (
    ASKS,
    AskFacts,
    AuditFacts,
    EditFacts,
    LackFacts,
    ProblemFacts,
    TabFacts,
)
from b24app.store.faces.deal_shipments import pause_of, shipments_of
from b24app.store.models import (
    AuditRow,
    Connection,
    DealExtras,
    DealRates,
    DealState,
    DealStock,
    InboxRow,
    InboxState,
    Intent,
    Lane,
    LaneKind,
    OutboxRow,
    OutboxState,
    ParcelPlanRow,
    Pipeline,
    ProblemRow,
    ProblemState,
    Rating,
    Shipment,
    TrackingRow,
    Transit,
)

_AUDITS_SHOWN = 50


def tab_version(session: Session, portal_id: int, deal_id: int) -> str:
    """A short text that differs as soon as anything in the tab does. A handful of indexed reads, no decryption."""
    rows: list[Any] = []
    named = _named(portal_id, deal_id)
    connection = session.connection()  # rows alone: a session's own way costs a third more
    for query in _version_queries():
        rows.extend(map(tuple, connection.execute(query, named)))
        rows.append("|")
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def _named(portal_id: int, deal_id: int) -> dict[str, Any]:
    return {"portal": portal_id, "deal": deal_id, "deal_key": str(deal_id)}


@cache
def _version_queries() -> list[Select[Any]]:
    """Built once: every open tab asks them all every few seconds, and building costs more than asking."""
    portal_id, deal_id = bindparam("portal", type_=BigInteger()), bindparam("deal", type_=BigInteger())
    mine = (Shipment.portal_id == portal_id, Shipment.deal_id == deal_id)
    return [
        select(
            Shipment.id,
            Shipment.version,
            Shipment.status,
            Shipment.status_at,
            Shipment.tracking_number,
            Shipment.order_number,
            Shipment.price_minor,
            Shipment.closed,
            Transit.risk,
            Transit.expected,
            Transit.forecast_on,
        )
        .outerjoin(Transit, Transit.shipment_id == Shipment.id)
        .where(*mine)
        .order_by(Shipment.id),
        select(Intent.id, Intent.state, Intent.attempts)
        .join(Shipment, Shipment.id == Intent.shipment_id)
        .where(*mine)
        .order_by(Intent.id),
        select(func.max(TrackingRow.id), func.count())
        .join(Shipment, Shipment.id == TrackingRow.shipment_id)
        .where(*mine),
        select(ProblemRow.id, ProblemRow.state)
        .where(ProblemRow.portal_id == portal_id, ProblemRow.deal_id == deal_id)
        .order_by(ProblemRow.id),
        _asks_query(),
        papers.version_query(portal_id, deal_id),
        # With the pipelines that ship by it: which account ships a deal, where, and whether at all, is in the tab too.
        select(
            Connection.id,
            Connection.state,
            Connection.pause_reason,
            Connection.paused_at,
            Pipeline.category_id,
            Pipeline.enabled,
            Pipeline.trigger_stage,
        )
        .outerjoin(Pipeline, Pipeline.connection_id == Connection.id)
        .where(Connection.portal_id == portal_id)
        .order_by(Connection.id, Pipeline.category_id),
        select(DealState.version, DealState.stage, DealState.note, DealState.gone).where(
            DealState.portal_id == portal_id, DealState.deal_id == deal_id
        ),
        select(
            _one(DealRates.chosen_id, DealRates, portal_id, deal_id),
            _one(ParcelPlanRow.version, ParcelPlanRow, portal_id, deal_id),
            _one(DealStock.version, DealStock, portal_id, deal_id),
            _one(DealExtras.version, DealExtras, portal_id, deal_id),
            _one(func.max(Rating.changed_at), Rating, portal_id, deal_id),
            *deal_returns.version_columns(portal_id, deal_id),
            *deal_messages.version_columns(portal_id, deal_id),
        ),
    ]


def _one(column: Any, table: Any, portal_id: Any, deal_id: Any) -> Any:
    """The column of the deal's only row in a table, within a larger question: each costs a question less."""
    return select(column).where(table.portal_id == portal_id, table.deal_id == deal_id).scalar_subquery()


@cache
def _asks_query() -> Select[int, str, Any, datetime]:
    mine = (Lane.kind == LaneKind.PORTAL, Lane.owner_id == bindparam("portal", type_=BigInteger()))
    lane = select(Lane.id).where(*mine).scalar_subquery()
    return (
        select(InboxRow.id, InboxRow.kind, InboxRow.payload, InboxRow.received_at)
        .where(
            InboxRow.lane_id == lane,
            InboxRow.state == InboxState.NEW,
            InboxRow.kind.in_(ASKS),
            InboxRow.key == bindparam("deal_key"),
        )
        .order_by(InboxRow.id)
    )


def tab_facts(
    session: Session, portal_id: int, deal_id: int, category: int | None = None, version: str = ""
) -> TabFacts:
    """The facts of one deal. `category` names its pipeline when we have not read the deal ourselves yet, `version` is
    its `tab_version` of a moment ago, as far as somebody asked for it."""
    # First: what changes meanwhile is told by the next question.
    version = version or tab_version(session, portal_id, deal_id)
    accounts = _accounts(session, portal_id)
    owned = shipments_of(session, portal_id, deal_id, accounts)
    unwritten, told, rated, ticked, *returned = _counts(session, portal_id, deal_id)
    deal = session.scalar(select(DealState).where(DealState.portal_id == portal_id, DealState.deal_id == deal_id))
    at = deal.category if deal and deal.category is not None else category
    return TabFacts(
        deal_id=deal_id,
        title=deal.title if deal else "",
        stage=deal.stage if deal else "",
        note=deal.note if deal else "",
        gone=bool(deal and deal.gone),
        **_of_pipeline(session, portal_id, deal_id, at, accounts),
        accounts=accounts,
        shipments=tuple(reversed(pieces(owned))),
        legs=owned if any(each.leg for each in owned) else (),
        problems=_problems(session, portal_id, deal_id),
        asks=tuple(
            AskFacts(row.kind, str(row.payload.get("name", "")), row.received_at)
            for row in session.execute(_asks_query(), _named(portal_id, deal_id))
        ),
        audits=_audits(session, portal_id, deal_id),
        unwritten=unwritten,
        version=version,
        papers=papers.papers_of_deal(session, portal_id, deal_id),
        edits=tuple(
            EditFacts(row.name, row.at, tuple((str(one.before or ""), str(one.after or "")) for one in changes_of(row)))
            for row in changes(session, portal_id, deal_id)
        ),
        laid=parcels.of_deal(session, portal_id, deal_id),
        extras=deal_extras.of_deal(session, portal_id, deal_id) if ticked else deal_extras.Kept(),
        lacking=_lacking(session, portal_id, deal_id, accounts),
        returned=deal_returns.deal_returns(session, portal_id, deal_id, *returned),
        ratings=tuple(ratings.of_deals(session, portal_id, [deal_id]).get(deal_id, ())) if rated else (),
        told=deal_messages.of_deal(session, portal_id, deal_id, told),
    )


def in_pipeline(session: Session, portal_id: int, facts: TabFacts, category: int | None) -> TabFacts:
    """The same facts of a deal whose pipeline has become known since they were read."""
    if category is None or facts.category is not None:
        return facts
    if not category:  # of a deal that nobody knew it was read already
        return replace(facts, category=category)
    return replace(facts, **_of_pipeline(session, portal_id, facts.deal_id, category, facts.accounts))


def wished(session: Session, portal_id: int, deal_id: int, category: int) -> tuple[str, ...]:
    """What the pipeline of a deal, `category` where nothing is known of the deal yet, asks for beside carrying."""
    mine = (DealState.portal_id == portal_id, DealState.deal_id == deal_id)
    known = session.scalar(select(DealState.category).where(*mine))
    return _wished(_pipeline(session, portal_id, category if known is None else known))


def _pipeline(session: Session, portal_id: int, category: int) -> Pipeline | None:
    return session.scalar(select(Pipeline).where(Pipeline.portal_id == portal_id, Pipeline.category_id == category))


def _wished(pipeline: Pipeline | None) -> tuple[str, ...]:
    return tuple((pipeline.settings or {}).get("extras", ())) if pipeline else ()


def _of_pipeline(
    session: Session, portal_id: int, deal_id: int, category: int | None, accounts: Mapping[int, Connection]
) -> dict[str, Any]:
    """What the deal's pipeline and the account that it ships with say."""
    pipeline = _pipeline(session, portal_id, category or 0)
    chosen = session.scalar(
        select(DealRates.chosen_id).where(DealRates.portal_id == portal_id, DealRates.deal_id == deal_id)
    )
    account = accounts.get(chosen or (pipeline.connection_id if pipeline else None) or 0)
    return {
        "category": category,
        "connection": account.title if account else "",
        "system": account.system if account else "",
        "pipeline_on": bool(pipeline and pipeline.enabled),
        "trigger_stage": pipeline.trigger_stage if pipeline else "",
        "paused": pause_of(account) if account else None,
        "wished": _wished(pipeline),
    }


def _accounts(session: Session, portal_id: int) -> dict[int, Connection]:
    """Of the portal by id, the removed ones too: their orders are still shown."""
    return {row.id: row for row in session.scalars(select(Connection).where(Connection.portal_id == portal_id))}


def _lacking(session: Session, portal_id: int, deal_id: int, accounts: Mapping[int, Connection]) -> LackFacts | None:
    """What was found lacking is of warehouses on the deal's way alone (`store.stock`)."""
    lacking = stock.lacking(session, portal_id, [deal_id]).get(deal_id, {})
    found = warning(lacking, lacking)
    account = accounts.get(found[0]) if found else None
    return LackFacts(account.title, found[1]) if found and account else None


def _problems(session: Session, portal_id: int, deal_id: int) -> tuple[ProblemFacts, ...]:
    query = (
        select(ProblemRow)
        .where(ProblemRow.portal_id == portal_id, ProblemRow.deal_id == deal_id, ProblemRow.state == ProblemState.OPEN)
        .order_by(ProblemRow.id)
    )
    return tuple(
        ProblemFacts(Problem.from_json(row.problem), row.opened_at, row.solved_at, row.shipment_id or 0)
        for row in session.scalars(query)
    )


def _audits(session: Session, portal_id: int, deal_id: int) -> tuple[AuditFacts, ...]:
    query = (
        select(AuditRow)
        .where(AuditRow.portal_id == portal_id, AuditRow.deal_id == deal_id)
        .order_by(AuditRow.at.desc(), AuditRow.id.desc())
        .limit(_AUDITS_SHOWN)
    )
    rows = session.scalars(query).all()
    names = {row.user_id: str(row.detail["name"]) for row in rows if row.detail.get("name")}
    return tuple(AuditFacts(row.action, row.user_id, names.get(row.user_id, ""), row.at) for row in rows)


def _counts(session: Session, portal_id: int, deal_id: int) -> tuple[int, int, int, int, int, int]:
    """Writes to this deal that were given up, so that somebody must look; messages to its client; ratings of its
    deliveries; choices beside carrying; its returns, and what was asked of them."""
    dead = (OutboxRow.portal_id == portal_id, OutboxRow.deal_id == deal_id, OutboxRow.state == OutboxState.DEAD)
    unwritten = select(func.count()).select_from(OutboxRow).where(*dead).scalar_subquery()
    told = deal_messages.counted(portal_id, deal_id)
    mine = (Rating.portal_id == portal_id, Rating.deal_id == deal_id)
    rated = select(func.count()).select_from(Rating).where(*mine).scalar_subquery()
    chosen = (DealExtras.portal_id == portal_id, DealExtras.deal_id == deal_id)
    ticked = select(func.count()).select_from(DealExtras).where(*chosen).scalar_subquery()
    found = session.execute(select(unwritten, told, rated, ticked, *deal_returns.counted(portal_id, deal_id))).one()
    return found[0], found[1], found[2], found[3], found[4], found[5]
