"""What calls to a system changed, saved in one transaction: intents closed, shipments moved on, the portal told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from b24app.flows.decisions import Advance
from b24app.flows.legs import PICKED, beside
from b24app.flows.snapshot import PipelineConfig, ShipmentView
from b24app.lanes.slices import Slice
from b24app.logistics.errors import AccountProblem, Refused, Uncertain
from b24app.logistics.order import OrderState, TrackingEvent
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from b24app.runners import tell
from b24app.runners.connection import (
    chaining,
    changing,
    client_link,
    collected,
    collecting,
    filing,
    outcomes,
    pricing,
    telling,
    turning,
)
from b24app.runners.connection.account import Account, refused
from b24app.runners.connection.automated import moved
from b24app.runners.connection.known import Known, known_of
from b24app.runners.connection.noting import occasion
from b24app.runners.connection.renumbering import next_number
from b24app.runners.connection.shopping import told as told_to_shop
from b24app.runners.connection.tasks import CANCEL, CHECK, CREATE, FOLLOW, Landed
from b24app.runners.services import Services
from b24app.runners.views import shipment_view
from b24app.store import (
    comments,
    feeds,
    filed,
    intents,
    messages,
    outbox,
    papers,
    problems,
    sending,
    shipments,
)
from b24app.store.lanes import LaneRef
from b24app.store.models import DealState, Intent, IntentState, Shipment
from b24app.store.outbox import ToPortal
from b24app.store.sending import Outcome
from b24app.systems.plugin import Manifest

#: Problems of an order that are really the account's: nothing else would be accepted either.
ACCOUNT_CODES = frozenset({"account_contract"})
#: A refusal whose code or words no table of the system lists (`systems/kit/meanings.py`).
REFUSED_UNKNOWN = "refused_unknown"


@dataclass
class Saver:
    """Saves one group of landed calls in the session given. `wake` are the lanes to wake after the commit."""

    services: Services
    slice: Slice
    account: Account
    session: Session
    now: datetime
    things: list[ToPortal] = field(default_factory=list)
    wake: set[LaneRef] = field(default_factory=set)

    def save(self, group: Sequence[Landed]) -> None:
        """Raises FenceLostError, or ChangedMeanwhileError (then read and save again)."""
        self.slice.check(self.session)
        known = known_of(self.session, self.account.portal.id, [landed.task for landed in group])
        closing = {landed.task.intent_id: self._outcome(landed) for landed in group if landed.task.intent_id}
        sending.finish(self.session, self.slice, Intent, closing.values(), self.now, group[0].task.trace_id)
        for landed in group:
            self._save_one(landed, known, closing.get(landed.task.intent_id))
        if self.things:
            trace = group[0].task.trace_id
            lane = outbox.add(self.session, self.account.portal.id, self.things, now=self.now, trace_id=trace)
            self.wake.add(lane)

    @property
    def _manifest(self) -> Manifest:
        return self.services.plugins[self.account.connection.system].manifest

    def _outcome(self, landed: Landed) -> Outcome:
        visible = timedelta(seconds=self._manifest.limits.get("visible_after_s", 0))
        spread, dead_after = self.services.spread(), self.services.settings.dead_after
        return outcomes.intent_outcome(landed, self.now, spread, dead_after, visible)

    def _save_one(self, landed: Landed, known: Known, outcome: Outcome | None) -> None:
        row = known.rows[landed.task.shipment_id]
        deal = known.deals.get(row.deal_id)
        if isinstance(landed.error, AccountProblem):
            refused(self.session, self.account.connection, landed.error.problem, self.now)
        if landed.task.kind in collecting.KINDS and outcome is not None:
            self._collected(landed, row, deal, outcome)
            return
        if landed.task.kind in telling.KINDS and outcome is not None:
            self._told_on(landed, row, deal, outcome)
            return
        if landed.task.kind == CHECK and not isinstance(landed.error, Refused):
            self.wake |= chaining.checked(self.session, landed, row, self.now)
            return
        state = outcomes.heard_state(landed)
        if state is None:
            self._not_heard(landed, row)
        else:
            view = shipment_view(row, known.events[row.id], known.problems_of(row))
            self._heard(landed, row, view, state, deal, known.others(row))
        self._open(row, deal, outcomes.own_problems(landed, outcome, state))

    # --- an answer ---------------------------------------------------------------------------------------------------

    def _heard(
        self,
        landed: Landed,
        row: Shipment,
        view: ShipmentView,
        state: OrderState,
        deal: DealState | None,
        others: Sequence[ShipmentView],
    ) -> None:
        if landed.task.kind == CREATE and view.accepted_at is None:
            view = replace(view, accepted_at=self.now)
        pipeline = self._pipeline(deal)
        change = chaining.advanced(view, others, state, pipeline, self.account, self._manifest, self.now)
        values = outcomes.columns(row, landed, state, change, self.now)
        picking = chaining.picking_of(view, state, change, self._manifest)
        if picking is not None:
            values["picking"] = picking.to_json()
        pricing.heard(self.session, row, state, change, values, self.now)
        news = changing.decided(self.session, landed, row, state, self.now)
        if row.pickup_code and not values["pickup_code"]:
            messages.without_code(self.session, row.portal_id, row.id, row.pickup_code)
        shipments.change(self.session, row, **values, **news.columns)
        shipments.add_events(
            self.session, row.portal_id, row.id, [_event(event, change.status) for event in change.events_new]
        )
        self._settle_accepted(landed, row, state, change)
        if row.leg != PICKED and not beside(view, others):  # several shipments have no one service
            change = outcomes.with_service(row, view, change, self._manifest, self.account.portal.language)
        self._tell(landed, row, change, deal)
        self._tell_changes(row, news, deal)
        self.wake |= moved(self.session, self.account.portal, row, change, deal, self.now, landed.task.trace_id)
        if change.changed and change.status is Status.CREATED:
            self._prepare_paper(landed, row)
            if self.account.connection.feed_id:
                feeds.hurry(self.session, self.account.connection.feed_id, self.now)
        if change.solved_keys:
            problems.solve(self.session, row.portal_id, row.deal_id, change.solved_keys, self.now)
        self._open(row, deal, change.problems)
        self._note_unknown("status", {event.code: event.text for event in change.events_new}, change.unknown_codes)
        self._note_unknown("reason", {event.reason: event.text for event in change.events_new}, change.unknown_reasons)
        for problem in change.problems:
            if problem.code in ACCOUNT_CODES:
                refused(self.session, self.account.connection, problem, self.now)
        if change.duplicate_number:
            self.wake.add(next_number(self.session, self.account.portal, landed, row, self.now))
        chain = chaining.Chain(self.session, self.services.plugins, self.account, self.now, landed.task.trace_id)
        self.wake |= chain.follow_up(row, view, change, picking, self._manifest)
        self._also(told_to_shop(self.session, self.account.portal, row, view, landed, self.now))
        self._also(occasion(self.session, self.account.portal, row, change, deal, self.now, landed.task.trace_id))
        self._also(turning.tell(self.session, row, view, self.account.connection.system, landed, self.now))
        if self._manifest.gives(filed.PORT, self.account.connection.settings):
            self._also(filing.follow(self.session, landed, row, change.changed, self.now))

    def _told_on(self, landed: Landed, row: Shipment, deal: DealState | None, outcome: Outcome) -> None:
        """The warehouse was told something: its order stays as it is."""
        problem = telling.problem_of(landed.task.kind, landed.error, outcome)
        self._open(row, deal, [problem] if problem is not None else [])
        if outcome.state == IntentState.DONE:
            self._over(row, telling.over(landed.task.kind))
            self._also(filing.after(self.session, landed.task, row, self.now))

    def _also(self, lane: LaneRef | None) -> None:
        self.wake |= {lane} if lane is not None else set()

    def _over(self, row: Shipment, begins: tuple[str, ...]) -> None:
        opened = problems.open_of_deals(self.session, row.portal_id, [row.deal_id])[row.deal_id]
        keys = [each.key for each in opened if each.key.startswith(begins)]
        problems.solve(self.session, row.portal_id, row.deal_id, keys, self.now)

    def _note_unknown(self, kind: str, words: Mapping[str, str], codes: Sequence[str]) -> None:
        """Codes that our vocabulary of the system lacks, for the administrator's list."""
        portal_id, system = self.account.portal.id, self.account.connection.system
        for code in codes:
            problems.note_unknown_code(self.session, portal_id, system, kind, code, words.get(code, "")[:255], self.now)

    def _collected(self, landed: Landed, row: Shipment, deal: DealState | None, outcome: Outcome) -> None:
        """A courier call or a hand-over: the orders themselves stay as they are."""
        news = collected.learnt(self.session, landed, row, outcome)
        if news.text is not None and not (deal is not None and deal.gone):
            lang = self.account.portal.language
            self.things.append(comments.comment(row.portal_id, row.deal_id, news.text, lang, row.id))
        for one, problem in news.problems:
            self._open(one, deal, [problem])
        if news.over:
            self._over(row, news.over)

    def _pipeline(self, deal: DealState | None) -> PipelineConfig | None:
        return self.account.pipelines.get(deal.category) if deal and deal.category is not None else None

    def _settle_accepted(self, landed: Landed, row: Shipment, state: OrderState, change: Advance) -> None:
        """Intents that the system had taken without deciding are closed by what the order shows now."""
        if landed.task.kind != FOLLOW:
            return
        for kind, final in ((CREATE, outcomes.create_decided(change)), (CANCEL, outcomes.cancel_decided(state))):
            if final is not None:
                intents.decided(self.session, row.portal_id, row.id, kind, final, self.now)

    def _tell(self, landed: Landed, row: Shipment, change: Advance, deal: DealState | None) -> None:
        if deal is not None and deal.gone:
            return
        lang = self.account.portal.language
        if change.fields or change.stage:
            marker = f"{row.number}:{row.version}"
            fields = client_link.in_fields(change.fields, self.account.portal, row, self.services.settings)
            self.things.append(tell.update(row.deal_id, marker, fields, change.stage, row.id, landed.task.people))
        for text in change.texts:
            self.things.append(comments.comment(row.portal_id, row.deal_id, text, lang, row.id))

    def _tell_changes(self, row: Shipment, news: changing.News, deal: DealState | None) -> None:
        """A change that went through is told in the timeline, and problems of earlier tries are over."""
        if deal is not None and not deal.gone:
            lang = self.account.portal.language
            self.things += [comments.comment(row.portal_id, row.deal_id, text, lang, row.id) for text in news.texts]
        self._open(row, deal, news.problems)
        self.wake |= changing.after(self.session, row, news, self.now)

    def _prepare_paper(self, landed: Landed, row: Shipment) -> None:
        """The form that the portal wants of every order, if this system prints one like it; a label for a warehouse."""
        wanted = papers.Wanted.of(self.account.portal.settings).prepare
        form = next((each.code for each in self._manifest.papers if wanted and each.alike == wanted), None)
        forms = [form] if form is not None else []
        label = telling.label_for(self.session, row, self.services.plugins, self._manifest)
        for form in dict.fromkeys([*forms, *([label.code] if label is not None else [])]):
            trace, people = landed.task.trace_id, landed.task.people
            lane = papers.ask(self.session, row, form, asked_by=None, now=self.now, trace_id=trace, people=people)
            self.wake |= {lane} if lane is not None else set()

    # --- no answer ---------------------------------------------------------------------------------------------------

    def _not_heard(self, landed: Landed, row: Shipment) -> None:
        uncertain = landed.task.kind == CREATE and isinstance(landed.error, Uncertain)
        values: dict[str, Any] = {"sent": True} if uncertain else {}
        if landed.task.kind == FOLLOW:
            values["next_poll_at"] = outcomes.later_poll(
                landed, self.now, self.services.spread(), landed.task.attempts + 1
            )
        shipments.change(self.session, row, **values)

    def _open(self, row: Shipment, deal: DealState | None, found: Sequence[Problem]) -> None:
        """Store problems of the order; tell the responsible about each once per attempt."""
        words = {each.their_code or each.their_text: each.their_text for each in found if each.code == REFUSED_UNKNOWN}
        self._note_unknown("error", words, tuple(words))
        for problem in found:
            new = problems.open_problem(
                self.session,
                row.portal_id,
                row.deal_id,
                problem.key,
                problem.to_json(),
                now=self.now,
                shipment_id=row.id,
                input_hash=row.input_hash,
                trigger_history_id=row.trigger_history_id or 0,
            )
            if new and deal is not None and deal.assigned_by and not deal.gone:
                attempt = f"{row.number}:{row.input_hash}:{row.trigger_history_id}"
                lang = self.account.portal.language
                self.things.append(
                    tell.problem_notice(
                        row.portal_id, row.deal_id, deal.assigned_by, problem, attempt, lang, deal.title
                    )
                )


def _event(event: TrackingEvent, status: Status) -> dict[str, Any]:
    """A note without a status of its own (a delivery problem) belongs to the status it came in."""
    return {
        "key": event.key,
        "code": event.code[:80],
        "text": event.text,
        "status": event.status or status,
        "at": event.at,
        "place": event.place[:160],
        "reason": event.reason[:160],
        "incident": event.incident,
        "back": event.back,
    }
