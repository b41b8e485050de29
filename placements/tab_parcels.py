"""The parcels of a deal, laid by a person: goods moved from one to another, weights and sizes put right.

What the goods weigh is read by the portal's lane (a job that the page asks after). Every move is the form sent here and
drawn anew: nothing is kept until the person saves.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, request
from sqlalchemy.orm import Session

from b24app.flows.laying import holds, lay
from b24app.flows.packing import Packing, together
from b24app.flows.plan import ParcelPlan
from b24app.flows.risks import Place
from b24app.frames import pages
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.formats import Formats
from b24app.frames.parts import PageParts, answer_errors, session_of, trace
from b24app.frames.rights import Right
from b24app.frames.session import PageSession
from b24app.store import audit, parcels, points_found, portals, rates
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.lanes import LaneRef
from b24app.store.models import Job, JobState
from b24app.store.parcels import Kept
from placements.deal_tab import PLACEMENT
from placements.person import own_client
from placements.tab_parcels_catalogue import Written, may_write, note, wishes, write
from placements.tab_parcels_form import Draft, StaleFormError, act_on, read_draft
from placements.tab_parcels_view import Carrier, panel, sum_of

PANEL, WAITING, SUM = "tab/parcels.html", "tab/parcels_wait.html", "tab/parcels_sum.html"
#: The page is told what to say, closes the panel and reads the deal again.
SAVED = "parcels-saved"
#: After this many questions the page says that it takes long, and after this many that it did not work.
SLOW, GIVE_UP = 8, 40


def blueprint(parts: PageParts) -> Blueprint:
    """The panel's addresses, joined to `parts`."""
    bp = Blueprint("tab_parcels", __name__)
    answer_errors(bp)
    desk = ParcelsDesk(parts)
    bp.post("/tab/parcels")(desk.opened)
    bp.get("/tab/parcels/ready")(desk.ready)
    bp.post("/tab/parcels/lay")(desk.lay)
    bp.post("/tab/parcels/sum")(desk.sum)
    bp.post("/tab/parcels/save")(desk.save)
    bp.post("/tab/parcels/drop")(desk.drop)
    return bp


@dataclass(frozen=True, slots=True)
class Form:
    """What a person sent: their draft of the goods that one reading showed, beside what is kept."""

    job: Job
    packing: Packing
    draft: Draft
    seen: int


class ParcelsDesk:
    """The handlers."""

    def __init__(self, parts: PageParts) -> None:
        self._parts = parts

    # --- opening ------------------------------------------------------------------------------------------------------

    def opened(self) -> Response:
        """The goods of the deal are asked of the portal's lane."""
        who, now = self._who(), self._parts.clock.now()
        with session_scope(self._parts.sessions) as session:
            job, lane = parcels.ask(
                session, who.portal_id, who.entity_id, asked_by=who.user_id, now=now, trace_id=trace()
            )
            job_id = job.id
        self._parts.waker.wake(lane)
        return self._draw(WAITING, who, job_id=job_id, tries=1, slow=False, failed="")

    def ready(self) -> Response:
        """Have the goods been read? The panel, or the same question again, or why not."""
        who, tries = self._who(), _number(request.args.get("tries", "")) or 1
        with read_scope(self._parts.sessions) as session:
            job = _job(session, who, request.args.get("job", ""))
            kept = parcels.of_deal(session, who.portal_id, who.entity_id)
        if job.state in (JobState.WAITING, JobState.RUNNING) and tries < GIVE_UP:
            return self._draw(WAITING, who, job_id=job.id, tries=tries + 1, slow=tries >= SLOW, failed="")
        if job.state != JobState.DONE:
            said = job.why.partition("|")[2] or self._formats(who).words("parcels.why_failed")
            return self._draw(WAITING, who, job_id=job.id, tries=tries, slow=False, failed=said)
        packing = Packing.from_json(job.result)
        plans = (kept.plan, packing.plan) if kept.plan is not None else ()
        fits = next((plan for plan in plans if plan is not None and holds(plan, packing.rows)), None)
        draft = Draft(fits or together(packing.rows, packing.whole))
        stale = kept.plan is not None and fits is None
        return self._panel(who, Form(job, packing, draft, kept.version), kept, stale=stale)

    # --- laying -------------------------------------------------------------------------------------------------------

    def lay(self) -> Response:
        """One move, drawn. Nothing moves while a field holds what cannot be read."""
        who = self._who()
        form, kept = self._form(who)
        act = request.form.get("act", "")
        draft = form.draft if form.draft.errors else act_on(form.draft, act, request.form)
        return self._panel(who, Form(form.job, form.packing, draft, form.seen), kept)

    def sum(self) -> Response:
        """How it would travel with what stands in the fields now."""
        who = self._who()
        form, _ = self._form(who)
        carrier = self._carrier(who, form.packing)
        return self._draw(SUM, who, sum=sum_of(form.draft.plan, form.packing, self._formats(who), carrier))

    # --- deciding -----------------------------------------------------------------------------------------------------

    def save(self) -> Response:
        """The plan goes before the one parcel that we would make, from now on; prices are asked anew."""
        who = self._who()
        form, kept = self._form(who)
        if form.draft.errors:
            return self._panel(who, form, kept)
        plan = form.draft.plan
        kept_plan = None if plan == together(form.packing.rows, form.packing.whole) else plan
        with read_scope(self._parts.sessions) as session:
            portal = portals.get(session, who.portal_id)
        wanted = wishes(request.form, plan, form.packing) if may_write(who, portal) else ()
        if not wanted:
            return self._keep(who, form, kept_plan)
        client = own_client(self._parts, portal, who, request.form.get("AUTH_ID", ""))  # a wrong key keeps nothing
        return self._keep(who, form, kept_plan, lambda: write(client, portal, wanted))

    def drop(self) -> Response:
        """One parcel again, as we work it out."""
        who = self._who()
        form, _ = self._form(who)
        return self._keep(who, form, None, dropped=True)

    def _keep(
        self,
        who: PageSession,
        form: Form,
        plan: ParcelPlan | None,
        remember: Callable[[], Written] = Written,
        *,
        dropped: bool = False,
    ) -> Response:
        now = self._parts.clock.now()
        made, _ = lay(form.packing.rows, form.packing.defaults, plan) if plan else ((), [])
        lanes: list[LaneRef] = []
        with session_scope(self._parts.sessions) as session:
            before = parcels.keep(
                session,
                who.portal_id,
                who.entity_id,
                plan,
                made,
                seen=form.seen,
                by=who.user_id,
                name=who.name,
                now=now,
            )
            if before is not None and (before.plan or plan):
                self._note(session, who, before, plan, sum(parcel.weight_g for parcel in made))
                asked = rates.ask(session, who.portal_id, who.entity_id, asked_by=who.user_id, now=now, trace=trace())
                lanes.append(asked)
        for lane in lanes:
            self._parts.waker.wake(lane)
        if before is None:
            with read_scope(self._parts.sessions) as session:
                kept = parcels.of_deal(session, who.portal_id, who.entity_id)
            if kept.plan != plan:  # else it is this very press once more, or nobody's loss
                return self._panel(who, Form(form.job, form.packing, form.draft, kept.version), kept, changed=True)
        written = remember()
        if written.done:
            note(self._parts.sessions, who, written.done, now)
        if written.failed:
            with read_scope(self._parts.sessions) as session:
                kept = parcels.of_deal(session, who.portal_id, who.entity_id)
            return self._panel(who, Form(form.job, form.packing, form.draft, kept.version), kept, written=written)
        t = self._formats(who).words
        said = t("parcels.dropped" if dropped else "parcels.saved", n=len(plan.parcels) if plan else 1)
        if written.done:
            said = f"{said}. {t('parcels.remembered', n=len(written.done))}"
        answer = pages.renewed(make_response("", 200), who, self._parts.signer)
        answer.headers["HX-Trigger-After-Swap"] = json.dumps({SAVED: said})
        return answer

    def _note(self, session: Session, who: PageSession, before: Kept, plan: ParcelPlan | None, total_g: int) -> None:
        was = sum(parcel.weight_g for parcel in before.parcels)
        changes = audit.compared(
            {"parcels": len(before.plan.parcels) if before.plan else 1, "total_g": was or None},
            {"parcels": len(plan.parcels) if plan else 1, "total_g": total_g or None},
        )
        act = Act.PARCELS if plan else Act.PARCELS_DROPPED
        now = self._parts.clock.now()
        audit.write(session, who.portal_id, act, now, by=who.author, deal_id=who.entity_id, changes=changes)

    # --- pieces -------------------------------------------------------------------------------------------------------

    def _who(self) -> PageSession:
        return session_of(self._parts, PLACEMENT, Right.SHIP)

    def _form(self, who: PageSession) -> tuple[Form, Kept]:
        """Raises PageError(OUT_OF_DATE) for a form that does not hold the goods that were read."""
        with read_scope(self._parts.sessions) as session:
            job = _job(session, who, request.form.get("job", ""))
            kept = parcels.of_deal(session, who.portal_id, who.entity_id)
        if job.state != JobState.DONE:
            raise PageError(ErrorCode.OUT_OF_DATE, "the goods were not read")
        packing = Packing.from_json(job.result)
        try:
            draft = read_draft(request.form, packing)
        except StaleFormError as error:
            raise PageError(ErrorCode.OUT_OF_DATE, "the form holds other goods") from error
        return Form(job, packing, draft, _number(request.form.get("version", ""))), kept

    def _panel(
        self,
        who: PageSession,
        form: Form,
        kept: Kept,
        *,
        stale: bool = False,
        changed: bool = False,
        written: Written | None = None,
    ) -> Response:
        with read_scope(self._parts.sessions) as session:
            remembers = may_write(who, portals.get(session, who.portal_id))
        shown = panel(form.draft, form.packing, kept, self._formats(who), self._carrier(who, form.packing))
        ticked = {name for name, value in request.form.items() if name.startswith("keep-") and value}
        return self._draw(
            PANEL,
            who,
            v=shown,
            sum=shown.sum,
            job_id=form.job.id,
            seen=form.seen,
            stale=stale,
            changed=changed,
            written=written,
            remembers=remembers,
            ticked=ticked,
        )

    def _carrier(self, who: PageSession, packing: Packing) -> Carrier | None:
        with read_scope(self._parts.sessions) as session:
            account = portals.connection(session, who.portal_id, packing.connection_id)
            plugin = self._parts.plugin_of(account)
            if account is None or plugin is None:
                return None
            system = (account.system, account.mode)
            listed = points_found.listed(session, {system}, packing.point) if packing.point else {}
        place = Place(packing.point, listed[system]) if system in listed else None
        return Carrier(self._parts.carrier(account.system, who.lang), plugin.manifest.limits, place)

    def _formats(self, who: PageSession) -> Formats:
        return pages.viewer_of(who, self._parts.clock.now()).formats

    def _draw(self, template: str, who: PageSession, **context: Any) -> Response:
        viewer = pages.viewer_of(who, self._parts.clock.now())
        return pages.fragment(template, viewer, who, self._parts.signer, **context)


def _job(session: Session, who: PageSession, given: str) -> Job:
    """The reading of this deal's goods. Raises PageError(OUT_OF_DATE) when it is not there any more."""
    job = parcels.asked(session, who.portal_id, who.entity_id, _number(given))
    if job is None:
        raise PageError(ErrorCode.OUT_OF_DATE, "no such reading of the goods")
    return job


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
