"""Documents that an order has in its system as the tab draws them: theirs and ours, on their way and there. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from b24app import words
from b24app.flows.files import SHOWN
from b24app.frames.formats import NBSP, Formats
from b24app.logistics.papers import PaperForm
from b24app.logistics.problem import Problem
from b24app.store.filed import LOST, Known, Look, Sent, made_of
from b24app.store.models import Filed, FiledState, IntentState
from placements.tab_papers_view import paper_title

#: How often the page asks, in milliseconds: of what began within `QUICK`, and of what takes longer. Once it has taken
#: `LOST` nobody waits in front of it any more: news of the order draw the tab anew, and this with it.
OFTEN_MS, SELDOM_MS = 500, 2500
QUICK = timedelta(seconds=10)
KINDS = ("label", "waybill", "act", "invoice", "other")
_ICONS = {"label": "scan"}


@dataclass(frozen=True, slots=True)
class Order:
    """An order at a system that keeps documents. `carrier`: the system's name for people."""

    shipment: int
    number: str
    account: str
    carrier: str


@dataclass(frozen=True, slots=True)
class Print:
    """A ready print of one of the deal's orders, whoever made it. `parcels`: of how many labels it is."""

    id: int
    number: str
    form: PaperForm
    asked_at: datetime
    parcels: int = 1


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """`state`: there | fetching | ready | failed (a document of the system's), sending | slow | sent | stuck (one of
    ours on its way). `id` is the row's, 0 = none. `why`, `quote`, `code` as in `PaperLine`. `again`: it may be sent
    anew."""

    id: int
    key: str
    icon: str
    title: str
    detail: str
    state: str
    why: str = ""
    quote: str = ""
    code: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class PrintLine:
    """A print that may be put there."""

    paper: int
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """`state`: reading | unheard | ready. `said`: as of when; `why`: the list could not be read (what stands
    there is older). `forms`: what the system prints when it is asked to, few of which anybody wants."""

    shipment: int
    title: str
    account: str
    carrier: str
    state: str
    said: str
    busy: bool
    lines: tuple[DocumentLine, ...]
    forms: tuple[DocumentLine, ...]
    prints: tuple[PrintLine, ...]
    why: str = ""
    quote: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class DocumentsPanel:
    orders: tuple[OrderView, ...]
    may_send: bool
    busy: bool
    ask_ms: int = 0
    version: str = ""

    @property
    def said(self) -> str:
        """What is told aloud when it changes."""
        return " ".join(f"{each.account}: {each.said}." for each in self.orders if each.said)


def documents_panel(
    orders: Sequence[Order], known: Known, prints: Sequence[Print], formats: Formats, may_send: bool
) -> DocumentsPanel:
    """Everything of one moment, with a version that changes when any of it does."""
    views = tuple(_order(each, known, prints, formats, may_send) for each in orders)
    shown = DocumentsPanel(views, may_send, any(each.busy for each in views), _ask_ms(orders, known, formats.now))
    return replace(shown, version=hashlib.sha256(repr(shown).encode()).hexdigest()[:16])


def _ask_ms(orders: Sequence[Order], known: Known, now: datetime) -> int:
    if any(each.shipment not in known.looks for each in orders):
        return SELDOM_MS
    listed = {row.ours for row in known.rows if row.remote_key}
    begun = [look.asked_at for look in known.looks.values() if look.is_open(now)]
    begun += [row.changed_at for row in known.rows if row.state == FiledState.ASKED]
    begun += [each.at for each in known.sent if not each.failed and each.key not in listed]
    ages = [now - at for at in begun if now - at < LOST]
    return (OFTEN_MS if min(ages) < QUICK else SELDOM_MS) if ages else 0


def _order(order: Order, known: Known, prints: Sequence[Print], formats: Formats, may_send: bool) -> OrderView:
    look = known.looks.get(order.shipment)
    busy = look is None or look.is_open(formats.now)
    rows = [row for row in known.rows if row.shipment_id == order.shipment]
    sent = {each.key: each for each in known.sent if each.shipment_id == order.shipment}
    there = [row for row in rows if row.remote_key]
    lines = [_theirs(row, sent.get(row.ours), order, formats) for row in there if not _is_form(row)]
    forms = [_theirs(row, None, order, formats) for row in there if _is_form(row)]
    listed = {row.ours for row in there if row.ours}
    lines += [_ours(each, order, formats, may_send) for each in sent.values() if each.key not in listed]
    problem = look.problem if look is not None and not busy else None
    read = look is not None and look.read_at is not None
    why, quote, code = _told(problem, order, formats)
    return OrderView(
        shipment=order.shipment,
        title=order.number,
        account=order.account,
        carrier=order.carrier,
        state="ready" if read or problem is not None else "reading" if busy else "unheard",
        said=_said(look, len(there) - len(forms), formats),
        busy=busy,
        lines=tuple(lines),
        forms=tuple(forms),
        prints=_prints(prints, sent, formats) if may_send else (),
        why=why,
        quote=quote,
        code=code,
    )


def _is_form(row: Filed) -> bool:
    """A print form lies nowhere: nobody has put it there, so it has no date."""
    return row.at is None and not row.ours


def _said(look: Look | None, n: int, formats: Formats) -> str:
    if look is None or look.read_at is None:
        return ""
    at = formats.moment(look.read_at)
    return formats.words("documents.said", n=n, at=at) if n else formats.words("documents.checked", at=at)


def _told(problem: Problem | None, order: Order, formats: Formats) -> tuple[str, str, str]:
    """What is wrong in our words, then the system's words and code."""
    if problem is None:
        return "", "", ""
    why = words.say(f"problem.{problem.code}", formats.lang, **{"carrier": order.carrier, **problem.params})
    return why, problem.their_text, problem.their_code


# --- lines ------------------------------------------------------------------------------------------------------------


def _theirs(row: Filed, sent: Sent | None, order: Order, formats: Formats) -> DocumentLine:
    t, state = formats.words, str(row.state)
    if row.state == FiledState.ASKED:
        state = "fetching" if formats.now - row.changed_at < LOST else "there"
    by = ((sent.by if sent else "") or t("documents.by_us")) if row.ours else order.account
    opened = t("documents.opened", at=formats.moment(row.opened_at)) if row.opened_at else ""
    size = size_words(row.size, formats) if row.size else ""
    when = formats.moment(row.at) if row.at else ""
    details = (_kind(row.kind, formats), _type(row.media_type), size, when, by, opened)
    problem = Problem.from_json(row.problem) if row.problem and row.state == FiledState.FAILED else None
    why, quote, code = _told(problem, order, formats)
    return DocumentLine(
        id=row.id,
        key=f"d{row.id}",
        icon=_ICONS.get(row.kind, "doc"),
        title=row.name,
        detail=", ".join(filter(None, details)),
        state=state,
        why=why,
        quote=quote,
        code=code,
    )


def _ours(sent: Sent, order: Order, formats: Formats, may_send: bool) -> DocumentLine:
    state, why = _on_its_way(sent, order, formats)
    by = sent.by or formats.words("documents.by_us")
    return DocumentLine(
        id=sent.filed,
        key="s" + hashlib.sha256(sent.key.encode()).hexdigest()[:8],
        icon=_ICONS.get(sent.kind, "doc"),
        title=sent.name,
        detail=", ".join([_kind(sent.kind, formats), formats.moment(sent.at), by]),
        state=state,
        why=why,
        quote=sent.said if sent.failed else "",
        again=sent.failed and may_send and bool(sent.filed),
    )


def _on_its_way(sent: Sent, order: Order, formats: Formats) -> tuple[str, str]:
    """`(state, why)` of a line."""
    if sent.failed:
        code = "document_refused" if sent.state == IntentState.REFUSED else "document_silent"
        return "stuck", words.say(f"problem.{code}", formats.lang, carrier=order.carrier)
    if sent.state == IntentState.DONE:
        return "sent", ""
    if formats.now - sent.at < LOST:
        return "sending", ""
    return "slow", formats.words("documents.slow", account=order.account)


def _prints(prints: Sequence[Print], sent: Mapping[str, Sent], formats: Formats) -> tuple[PrintLine, ...]:
    """What is neither there nor on its way."""
    made = {each.made for each in sent.values() if not each.failed}
    left = [each for each in prints if made_of(each.id, each.asked_at) not in made]
    return tuple(
        PrintLine(each.id, paper_title(each.form, formats, each.parcels), f"{each.form.size}, {each.number}")
        for each in left
    )


def _kind(kind: str, formats: Formats) -> str:
    return formats.words(f"documents.kind.{kind if kind in KINDS else 'other'}")


def _type(media_type: str) -> str:
    """`PDF`, `PNG`: what people call it."""
    return media_type.partition("/")[2].upper() if media_type in SHOWN else ""


def size_words(size: int, formats: Formats) -> str:
    """`48 КБ`, `3,2 МБ`: a started kilobyte counts."""
    if size < 1024 * 1024:
        return f"{max(1, -(-size // 1024))}{NBSP}{formats.words('papers.kb')}"
    tenths = -(-size * 10 // (1024 * 1024))
    whole, part = divmod(tenths, 10)
    point = "," if formats.lang == "ru" else "."
    return f"{whole}{point}{part}{NBSP}{formats.words('documents.mb')}"
