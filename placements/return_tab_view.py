"""The page of one return as its templates draw it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from b24app import words
from b24app.flows.returns.counting import asked_of
from b24app.flows.returns.moves import may_replace_now
from b24app.frames.formats import Formats
from b24app.logistics.problem import Problem
from b24app.logistics.returning import DeliveryCost, Outcome, ReturnStage
from b24app.store import return_items
from b24app.store.models import ActState
from placements.return_forms import BY_HAND, Form, count_form
from placements.return_goods import GoodsView, goods_view
from placements.return_line import LineView, line_view, window_words
from placements.return_lines import LinesView, lines_view, may_say
from placements.return_money import MoneyView, money_view
from placements.return_now import ReturnNow, now_of
from placements.return_path import stops_of
from placements.return_scene import Scene
from placements.return_ways import Offer, WayForm, WaysView, way_form, ways_view
from placements.tab_path import Stop
from placements.told_view import ToldView, told_view

S = ReturnStage
#: It was approved, and has not ended.
_UNDER_WAY = (S.APPROVED, S.COLLECTION_BOOKED, S.IN_TRANSIT, S.RECEIVED, S.INSPECTED)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    title: str
    note: str
    picked: bool


@dataclass(frozen=True, slots=True)
class EndingView:
    """How it is to end. `delivery`: what becomes of the delivery cost, empty where there is nothing to choose.
    `replace`: the new goods may leave now; `early` = before the old ones came. `by_hand`: a
    person may say that they sent them otherwise. `may`: the person may choose."""

    options: tuple[Choice, ...]
    delivery: tuple[Choice, ...]
    may: bool
    replace: bool
    early: bool
    by_hand: bool


@dataclass(frozen=True, slots=True)
class CountRow:
    """A row of the form by hand. `inputs`: (its name, its label)."""

    row: int
    title: str
    asked: str
    inputs: tuple[tuple[str, str], ...]
    divisible: bool


@dataclass(frozen=True, slots=True)
class AboutView:
    number: str
    deal_id: int
    deal: str
    client: str
    phone: str
    origin: str
    began: str
    window: str
    item: str
    client_page: str
    no_item: bool = False


@dataclass(frozen=True, slots=True)
class Banner:
    title: str
    advice: str
    tone: str


@dataclass(frozen=True, slots=True)
class ReturnView:
    """`place` says in which page it is drawn: `item`, `deal` or `app`. `refused`: why the last press came to nothing.
    `lines`: other goods may be named, `phones`: the clerk's phones be shown, `decides`: so may the person; `me`: their
    name."""

    id: int
    place: str
    now: ReturnNow
    stops: tuple[Stop, ...]
    money: MoneyView | None
    goods: GoodsView | None
    line: LineView
    ways: WaysView | None
    ending: EndingView | None
    about: AboutView
    problems: tuple[Banner, ...]
    refused: tuple[str, ...]
    forms: Mapping[str, Form]
    offers: tuple[Offer, ...]
    count: tuple[CountRow, ...]
    lines: LinesView | None
    phones: bool
    decides: bool
    me: str
    version: str
    told: ToldView | None = None


def return_view(scene: Scene, place: str, entity: int = 0) -> ReturnView:
    """`entity`: the smart process that keeps the portal's returns, 0 = none."""
    goods, offered = goods_view(scene) if scene.case.lines else None, way_form(scene)
    return ReturnView(
        id=scene.facts.kept.id,
        place=place,
        now=now_of(scene),
        stops=stops_of(scene),
        money=money_view(scene) if scene.stage is not S.REFUSED else None,
        goods=goods,
        line=line_view(scene),
        ways=ways_view(scene),
        ending=_ending(scene),
        about=_about(scene, entity if place != "item" else 0),
        problems=tuple(_banner(scene, each) for each in _open(scene)),
        refused=_refused(scene),
        forms=_forms(scene, offered),
        offers=offered.offers,
        lines=lines_view(scene) if may_say(scene) else None,
        count=_count_rows(scene) if goods is not None and goods.may_count else (),
        phones=scene.decides
        and scene.stage in (S.APPROVED, S.COLLECTION_BOOKED, S.IN_TRANSIT, S.RECEIVED, S.INSPECTED),
        decides=scene.decides,
        me=scene.me,
        version=dated(scene.facts.version, scene.formats),
        told=told_view(scene.facts.told, scene.formats, scene.mine),
    )


def dated(version: str, formats: Formats) -> str:
    """The version of a day: "today" is another word after midnight."""
    return f"{version}_{formats.today:%m%d}"


def _forms(scene: Scene, offered: WayForm) -> dict[str, Form]:
    """The dialogs, as they open."""
    left = scene.formats.typed(scene.left.amount) if scene.left else ""
    owed = scene.formats.typed(scene.owed.amount) if scene.owed else ""
    return {
        "refuse": Form("refuse", {"why": ""}),
        "override": Form("override", {"why": ""}),
        "paid": Form("paid", {"sum": left, "note": ""}),
        "agree": Form("agree", {"sum": owed, "why": ""}),
        "count": count_form(scene),
        "sent": Form("sent", {"number": ""}),
        "lines": Form("lines", _typed(lines_view(scene))),
        "way": Form("way", offered.values),
    }


def _typed(lines: LinesView) -> dict[str, str]:
    quantities = {f"l{each.row}": each.typed for each in lines.rows}
    return quantities | {f"l{each.row}_reason": each.reason for each in lines.rows}


def _count_rows(scene: Scene) -> tuple[CountRow, ...]:
    t = scene.formats.words
    inputs = tuple((each.value, t(f"ret.count.{each.value}")) for each in BY_HAND)
    return tuple(
        CountRow(each.row, each.sold.title, scene.formats.count(each.quantity), inputs, each.sold.divisible)
        for each in asked_of(scene.case)
    )


def _ending(scene: Scene) -> EndingView | None:
    if scene.stage not in _UNDER_WAY or not scene.case.lines or scene.looked is None:
        return None
    t, case = scene.formats.words, scene.case
    facts, rules = scene.looked.facts, scene.facts.rules
    owed = scene.money(scene.owed) if scene.owed is not None else ""
    guess = "" if facts.left is not None else "≈ "
    notes = {
        Outcome.REFUND: t("ret.ending.refund_text", sum=guess + owed) if owed else t("ret.ending.refund_plain"),
        Outcome.REPLACEMENT: t(
            "ret.ending.replacement_first" if rules.replace_first else "ret.ending.replacement_after"
        ),
        Outcome.BACK_TO_CUSTOMER: t("ret.ending.back_text"),
        Outcome.WRITE_OFF: t("ret.ending.write_off_text"),
    }
    options = tuple(
        Choice(each.value, t(f"ret.ending.{each.value}"), notes[each], case.outcome is each) for each in Outcome
    )
    replace = case.outcome is Outcome.REPLACEMENT and may_replace_now(case, rules.replace_first, facts) is None
    idle = not scene.facts.waiting
    back = case.outcome is Outcome.BACK_TO_CUSTOMER and case.stage is S.INSPECTED
    return EndingView(
        options, _delivery(scene), scene.decides and idle, replace and scene.decides and idle,
        early=not case.stage.is_counted,
        by_hand=scene.decides and idle and not facts.replaced and (replace or back),
    )  # fmt: skip


def _delivery(scene: Scene) -> tuple[Choice, ...]:
    basis = scene.facts.basis
    if basis is None or basis.paid is None or not basis.paid.delivery or not scene.case.is_paid:
        return ()
    decided = scene.facts.kept.decided
    rules = decided.money if decided is not None and decided.money is not None else scene.facts.rules.money
    now, t = scene.case.delivery or rules.delivery, scene.formats.words
    return tuple(Choice(each.value, t(f"ret.delivery.{each.value}"), "", now is each) for each in DeliveryCost)


def _about(scene: Scene, entity: int) -> AboutView:
    kept, t = scene.facts.kept, scene.formats.words
    gone = any(problem.code == return_items.GONE for problem in kept.problems)
    began = ", ".join(filter(None, (scene.formats.moment(kept.case.asked_at or kept.created_at), kept.created_name)))
    return AboutView(
        number=kept.case.number,
        deal_id=kept.case.deal_id,
        deal=scene.facts.title or t("app.deal_n", n=kept.case.deal_id),
        client=scene.client,
        phone=scene.phone,
        origin=t(f"ret.origin.{kept.case.origin.value}"),
        began=began,
        window=window_words(scene),
        item=f"/crm/type/{entity}/details/{kept.item_id}/" if entity and kept.item_id and not gone else "",
        client_page=scene.client_page,
        no_item=gone,
    )


def _open(scene: Scene) -> tuple[Problem, ...]:
    """What is open, and before it is decided, what speaks against it."""
    told = scene.facts.kept.problems
    found = scene.looked.facts.obstacles if scene.looked is not None and scene.stage is S.REQUESTED else ()
    return (*told, *(each for each in found if each not in told))


def _banner(scene: Scene, problem: Problem) -> Banner:
    t, advice = scene.formats.words, f"ret.advice.{problem.code}"
    way_out = t(advice) if t.has(advice) else t(f"who.{problem.who.value}", carrier="")
    red = problem.who.value in ("manager", "admin")
    return Banner(words.say_problem(problem, scene.formats.lang), way_out, "red" if red else "amber")


def _refused(scene: Scene) -> tuple[str, ...]:
    """Why the person's last press came to nothing, until something else is done."""
    done = [act for act in scene.facts.acts if act.state is not ActState.WAITING]
    last = next((act for act in done if act.wanted.by), None)
    if last is None or last.state is not ActState.REFUSED or last.wanted.by != scene.here:
        return ()
    return tuple(words.say_problem(each, scene.formats.lang) for each in last.problems)
