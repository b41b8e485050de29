"""One round: claim hints, read the history and the deals they need, let the flow decide, save."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from b24app.bitrix24 import deals as calls
from b24app.bitrix24.encoding import Command
from b24app.flows.decisions import CreateShipment, OpenProblem, RetryShipment
from b24app.flows.snapshot import DealSnapshot
from b24app.runners.portal import asking, dropping, feed, judging, return_item_sweep, shop, shop_finding
from b24app.runners.portal.asking import Sorted, deal_id_of
from b24app.runners.portal.context import Run
from b24app.runners.portal.deciding import DecisionSaver
from b24app.runners.portal.judging import Rows
from b24app.store import inbox, portals, problems, rates
from b24app.store.engine import read_scope, session_scope
from b24app.store.inbox import Claimed
from b24app.store.models import InboxKind
from b24app.store.shipments import ChangedMeanwhileError
from b24app.wire.trace import current_trace

#: Rows that may ride in the first request with everything about their deals, before the history says they matter.
FEW = 3
#: Deals read in one go: three batches of commands.
CHUNK = 140
#: Deals decided and saved in one transaction.
GROUP = 8
#: Within a slice reads are this far apart while hints keep coming, so that they are served together.
READ_GAP_S = 1.0
#: A deal's tab is taken to be open so long after it asked for prices.
LOOKED_AT = timedelta(hours=1)
#: How exactly it is remembered when the portal last told of a deal.
HEARD_GAP = timedelta(minutes=1)
CALM_S = 3.0
#: … unless they fill the requests anyway.
MANY = CHUNK
CLAIM = 400
SAVE_TRIES = 4
_SHIPS = (CreateShipment, RetryShipment, OpenProblem)


def do(run: Run) -> bool:
    """Serve hints and wishes, or the sweep that is due; False when there was nothing to do now."""
    if not run.pipelines and not run.people:
        dropped = dropping.drop(run, CLAIM)
        _note_heard(run, dropped)
        return bool(dropped)
    now = run.services.clock.now()
    with read_scope(run.services.sessions) as session:
        kinds = (InboxKind.DEAL, *asking.WISHES)
        rows = run.slice.claim_inbox(session, kinds, CLAIM)
        known = judging.know(session, run.portal.id, map(deal_id_of, rows))
    _note_heard(run, rows)
    found = asking.sort(rows, known.shipments, known.problems, known.states)
    sweep = _sweep_due(run, now)
    serve_quiet = found.quiet_due is not None and (found.quiet_due <= now or bool(found.loud) or sweep)
    if found.quiet and not serve_quiet:
        _defer(run, found)
    if not (found.loud or found.wishes or serve_quiet or sweep) or not _in_pace(run, len(found.loud), found):
        return False
    hints, quiet = [*found.wishes, *found.loud], found.quiet if serve_quiet else ()
    if not run.people and (sweep or asking.needs_history([*hints, *quiet])):
        quiet = (*quiet, *_put_off(run, now))
    _serve(run, hints, quiet, known, sweep, now)
    run.pace.last_read = run.services.clock.monotonic()
    return True


def wait_for_more(run: Run) -> float | None:
    """Seconds until hints that wait for company are served; None when none wait."""
    with read_scope(run.services.sessions) as session:
        kinds = (InboxKind.DEAL, *asking.WISHES)
        if not inbox.claim(session, run.slice, run.services.clock.now(), 1, kinds):
            return None
    return max(0.05, READ_GAP_S - _since(run))


def next_due(run: Run) -> datetime | None:
    """When the history is to be swept again; None without a pipeline that is on."""
    if not run.pipelines:
        return None
    settings = run.services.settings
    due = feed.sweep_due(run.portal, settings.portal_sweep_min_s, settings.portal_sweep_max_s)
    return due or run.services.clock.now()


def _sweep_due(run: Run, now: datetime) -> bool:
    due = next_due(run)
    return not run.people and due is not None and due <= now


def _in_pace(run: Run, loud: int, found: Sorted) -> bool:
    return bool(found.wishes) or loud >= MANY or _since(run) >= READ_GAP_S


def _since(run: Run) -> float:
    return run.services.clock.monotonic() - run.pace.last_read


def _note_heard(run: Run, rows: Sequence[Claimed]) -> None:
    """The portal's events arrive: kept about once a minute, for the health page."""
    last = max((row.last for row in rows if asking.is_told(row)), default=None)
    before = run.portal.event_seen_at
    if last is None or (before is not None and last - before < HEARD_GAP):
        return
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        portals.note_event(session, run.portal.id, last)
    run.portal.event_seen_at = last


def _defer(run: Run, found: Sorted) -> None:
    ids = [row_id for row in found.quiet for row_id in row.ids]
    with session_scope(run.services.sessions) as session:
        inbox.defer(session, run.slice, ids, found.quiet_due or run.services.clock.now())


def _put_off(run: Run, now: datetime) -> list[Claimed]:
    """Quiet hints that wait for their moment: the history that is read now serves them too."""
    with read_scope(run.services.sessions) as session:
        rows = inbox.deferred(session, run.slice, now, now + asking.QUIET, InboxKind.DEAL, CLAIM)
        known = judging.know(session, run.portal.id, map(deal_id_of, rows))
    return [row for row in rows if asking.is_quiet(row, known.shipments, known.problems, known.states)]


# --- reading ---------------------------------------------------------------------------------------------------------


def _serve(
    run: Run, loud: Sequence[Claimed], quiet: Sequence[Claimed], known: judging.Known, sweep: bool, now: datetime
) -> None:
    """Rows are closed with the decisions of their deals, or at the end when their deals need none. Quiet ones only want
    the history read."""
    rows = [*loud, *quiet]
    wanted = asking.to_read(loud, known.states, known.problems) | _speculative(run, loud)
    wanted |= _looked_at(run, {deal_id_of(row) for row in loud} - wanted, now)
    wanted |= _troubled(run) if sweep else set()
    history = sweep or asking.needs_history(rows)
    first = sorted(wanted)[:CHUNK] if len(wanted) <= FEW or not history else []
    snapshots: dict[int, DealSnapshot] = {}
    if history or first:
        items = return_item_sweep.beside_deals(run) if sweep else []
        snapshots |= _first_read(run, first, len(rows), history, now, items)
    by_deal: dict[int, list[Claimed]] = {}
    for row in rows:
        by_deal.setdefault(deal_id_of(row), []).append(row)
    for start in range(0, len(todo := sorted(wanted - set(snapshots))), CHUNK):
        _decide(run, run.reader.read(todo[start : start + CHUNK], people=run.people).snapshots, by_deal, now)
        if run.slice.time_left() <= 0 or run.gives_way():
            return
    _decide(run, snapshots, by_deal, now)
    rest = [row_id for row in rows if deal_id_of(row) not in wanted for row_id in row.ids]
    if rest:
        with session_scope(run.services.sessions) as session:
            inbox.close(session, run.slice, rest, now)


def _speculative(run: Run, rows: Sequence[Claimed]) -> set[int]:
    """A few hints after some silence: read their deals at once; most are the one that a person just moved."""
    calm = len(rows) <= FEW and _since(run) >= CALM_S
    return {deal_id_of(row) for row in rows if deal_id_of(row)} if calm else set()


def _looked_at(run: Run, deal_ids: Collection[int], now: datetime) -> set[int]:
    """Deals in whose tabs prices were asked for lately: whoever looks at one sees what a colleague changes in it."""
    if not deal_ids:
        return set()
    with read_scope(run.services.sessions) as session:
        return rates.asked_since(session, run.portal.id, deal_ids, now - LOOKED_AT)


def _first_read(
    run: Run, deal_ids: Sequence[int], hints: int, history: bool, now: datetime, items: Sequence[Command] = ()
) -> dict[int, DealSnapshot]:
    """The history and, in the same request, a few deals and the items of returns that changed. What the history told is
    kept; its other deals get rows."""
    pages = feed.pages_for(hints)
    cursor = run.portal.history_cursor or 0
    extra = calls.moves_after(cursor, pages) if history else []
    reading = run.reader.read(deal_ids, [*extra, *items], people=run.people)
    run.items_told = reading.extra if items else run.items_told
    if history:
        moves, more = calls.parse_moves(reading.extra, pages)
        feed.remember(run, feed.news_of(moves, more), deal_ids, now)
        if more:
            _come_back(run, now)
    return dict(reading.snapshots)


def _troubled(run: Run) -> set[int]:
    """Deals with a problem are read whole at every sweep: a fix may be in a contact or in the catalogue, of which no
    event of the deal tells, and events get lost."""
    with read_scope(run.services.sessions) as session:
        return set(problems.open_deal_ids(session, run.portal.id, CHUNK))


def _come_back(run: Run, now: datetime) -> None:
    """More moves than one request holds: an own row without a deal asks for the next one."""
    due, more = now + timedelta(milliseconds=1), {"event": "MORE"}
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        lane_id, now = run.slice.lane_id, run.services.clock.now()
        inbox.append(session, lane_id, InboxKind.DEAL, "0", more, now=now, due=due, trace_id=current_trace())


# --- deciding --------------------------------------------------------------------------------------------------------


def _decide(run: Run, snapshots: Mapping[int, DealSnapshot], by_deal: Rows, now: datetime) -> None:
    found = list(snapshots.values())
    orders = shop_finding.read(run, _wanting(run, found, by_deal, now))
    for start in range(0, len(found), GROUP):
        group = found[start : start + GROUP]
        for left in range(SAVE_TRIES - 1, -1, -1):
            try:
                _decide_group(run, group, by_deal, orders, now)
                break
            except ChangedMeanwhileError:
                if not left:
                    raise


def _decide_group(
    run: Run, group: Sequence[DealSnapshot], by_deal: Rows, orders: shop_finding.Found, now: datetime
) -> None:
    with session_scope(run.services.sessions) as session:
        run.slice.check(session)
        run.heed_switches(session)
        saver = DecisionSaver(session, run.portal, run.slice.lane_id, run.services.clock.now())
        shop_finding.keep(session, run, orders, [deal.deal_id for deal in group])
        verdicts = judging.verdicts(session, run, group, by_deal, now)
        saver.save(verdicts)
        saver.wake |= shop.after(session, run, verdicts, group)
        served = [row_id for deal in group for row in by_deal.get(deal.deal_id, ()) for row_id in row.ids]
        inbox.close(session, run.slice, served, now)
    for lane in saver.wake:
        run.services.waker.wake(lane)


def _wanting(run: Run, found: Sequence[DealSnapshot], by_deal: Rows, now: datetime) -> list[int]:
    """Deals that would ship now, or cannot: the orders behind them may say where to. Nothing without a store."""
    if not found or not shop_finding.is_on(run):
        return []
    with read_scope(run.services.sessions) as session:
        verdicts = judging.verdicts(session, run, found, by_deal, now)
    return [each.deal.deal_id for each in verdicts if any(isinstance(one, _SHIPS) for one in each.decisions)]
