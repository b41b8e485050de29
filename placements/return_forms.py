"""What a person wrote in the forms of a return's page, as the act that is asked for; or what is wrong with it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from b24app.flows.returns.counting import asked_of
from b24app.flows.returns.scans import counted_of
from b24app.flows.returns.way import Way, WayKind
from b24app.logistics.jsonable import dump
from b24app.logistics.money import Money
from b24app.logistics.numbers import read_decimal
from b24app.logistics.returning import Condition, Counted, DeliveryCost, Outcome, ReturnStage
from b24app.store.return_acts import ActKind
from placements.return_lines import read_lines
from placements.return_scene import NOTHING, Scene, plain_number, read_quantity
from placements.return_ways import may_choose, names_point, value_of

LONGEST_WHY, LONGEST_CODE = 500, 64
#: What a person counts apart; what is left is missing.
BY_HAND = (Condition.AS_NEW, Condition.DAMAGED, Condition.WRONG)
_MOST_PERCENT = 100


class BadFormError(ValueError):
    """No page of ours sends that."""


@dataclass(frozen=True, slots=True)
class Form:
    """`code` names the form and its words; `values` by input, `errors` by input as keys of the `ret.wrong.*` words."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be asked for, `(kind, what is given)` in this order; with errors nothing is."""

    acts: tuple[tuple[ActKind, Mapping[str, Any]], ...]
    form: Form


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand it is, and when."""

    by: int
    name: str
    at: datetime


def read_form(code: str, form: Mapping[str, str], scene: Scene, hand: Hand) -> Wish:
    """Raises BadFormError."""
    reader = _READERS.get(code)
    if reader is None:
        raise BadFormError(f"no form {code}")
    return reader(form, scene, hand)


def _why(name: str) -> Callable[[Mapping[str, str], dict[str, str]], str]:
    def read(form: Mapping[str, str], errors: dict[str, str]) -> str:
        said = form.get(name, "").strip()
        if not said:
            errors[name] = "why"
        elif len(said) > LONGEST_WHY:
            errors[name] = "long"
        return said

    return read


def _move(form: Mapping[str, str], _scene: Scene, _hand: Hand) -> Wish:
    to = _one_of(ReturnStage, form.get("to", ""))
    return Wish(((ActKind.MOVE, {"to": to, "why": ""}),), Form("move"))


def _refuse(form: Mapping[str, str], _scene: Scene, _hand: Hand) -> Wish:
    errors: dict[str, str] = {}
    why = _why("why")(form, errors)
    given = {"to": ReturnStage.REFUSED.value, "why": why}
    return Wish(((ActKind.MOVE, given),), Form("refuse", {"why": why}, errors))


def _override(form: Mapping[str, str], _scene: Scene, _hand: Hand) -> Wish:
    """Past the window, and then approved: one press."""
    errors: dict[str, str] = {}
    why = _why("why")(form, errors)
    approved = {"to": ReturnStage.APPROVED.value, "why": why}
    return Wish(((ActKind.OVERRIDE, {"why": why}), (ActKind.MOVE, approved)), Form("override", {"why": why}, errors))


def _outcome(form: Mapping[str, str], scene: Scene, _hand: Hand) -> Wish:
    outcome = _one_of(Outcome, form.get("outcome", ""))
    asked = form.get("delivery", "")
    delivery = _one_of(DeliveryCost, asked) if asked else (scene.case.delivery.value if scene.case.delivery else None)
    return Wish(((ActKind.OUTCOME, {"outcome": outcome, "delivery": delivery}),), Form("outcome"))


def _agree(form: Mapping[str, str], scene: Scene, _hand: Hand) -> Wish:
    errors: dict[str, str] = {}
    if form.get("anew"):
        return Wish(((ActKind.AGREE, {"minor": None, "currency": _currency(scene), "why": ""}),), Form("agree"))
    money, why = _sum(form, scene, errors, least=0), _why("why")(form, errors)
    given = {"minor": money.minor, "currency": money.currency, "why": why}
    values = {"sum": form.get("sum", ""), "why": why}
    return Wish(((ActKind.AGREE, given),), Form("agree", values, errors))


def _paid(form: Mapping[str, str], scene: Scene, _hand: Hand) -> Wish:
    errors: dict[str, str] = {}
    money, note = _sum(form, scene, errors, least=1), form.get("note", "").strip()
    if len(note) > LONGEST_WHY:
        errors["note"] = "long"
    given = {"minor": money.minor, "currency": money.currency, "note": note}
    values = {"sum": form.get("sum", ""), "note": note}
    return Wish(((ActKind.PAID, given),), Form("paid", values, errors))


def _way(form: Mapping[str, str], scene: Scene, hand: Hand) -> Wish:
    """One of the ways that are offered."""
    asked = form.get("way", "")
    offer = next((each for each in scene.offers if value_of(each) == asked and may_choose(each)), None)
    if offer is None:
        raise BadFormError(f"no way {asked}")
    errors: dict[str, str] = {}
    values = {name: form.get(name, "").strip() for name in ("point", "carrier", "tracking", "note")}
    for name, most in (
        ("point", LONGEST_CODE),
        ("carrier", LONGEST_CODE),
        ("tracking", LONGEST_CODE),
        ("note", LONGEST_WHY),
    ):
        if len(values[name]) > most:
            errors[name] = "long"
    hands = offer.kind is WayKind.BY_HAND
    if hands and not values["carrier"]:
        errors["carrier"] = "carrier"
    if names_point(offer):
        values["point"] = values["point"] or offer.point_code
        errors |= {} if values["point"] else {"point": "point"}
    way = Way(
        offer.kind,
        offer.connection_id,
        service=offer.service,
        point_code=values["point"] if names_point(offer) else offer.point_code,
        price=offer.quote.price if offer.quote is not None else None,
        carrier=values["carrier"] if hands else "",
        tracking=values["tracking"] if hands else "",
        note=values["note"],
        by=hand.by,
        name=hand.name,
        at=hand.at,
    )
    shown = Form("way", {"way": asked, **values}, errors)
    return Wish(((ActKind.WAY, {"way": way.to_json(), "book": True}),), shown)


def _lines(form: Mapping[str, str], scene: Scene, _hand: Hand) -> Wish:
    wishes, values, errors = read_lines(form, scene)
    return Wish(((ActKind.LINES, {"wishes": dump(tuple(wishes))}),), Form("lines", values, errors))


def _replace(_form: Mapping[str, str], _scene: Scene, _hand: Hand) -> Wish:
    return Wish(((ActKind.REPLACE, {}),), Form("replace"))


def _sent(form: Mapping[str, str], _scene: Scene, _hand: Hand) -> Wish:
    """A person has sent new goods, or the client's own, by themselves."""
    number, errors = form.get("number", "").strip(), {}
    if not number or len(number) > LONGEST_CODE:
        errors["number"] = "long" if number else "number"
    return Wish(((ActKind.REPLACE, {"number": number}),), Form("sent", {"number": number}, errors))


def _scanned(_form: Mapping[str, str], _scene: Scene, _hand: Hand) -> Wish:
    """What the phones have told is the count."""
    return Wish(((ActKind.COUNT, {"counted": None, "finished": True}),), Form("scanned"))


# --- counting by hand -------------------------------------------------------------------------------------------------


def count_form(scene: Scene) -> Form:
    """As it was counted, or scanned, before; empty where nobody has."""
    values: dict[str, str] = {}
    for each in scene.case.counted or counted_of(scene.facts.scans):
        if each.condition not in BY_HAND:
            continue
        name = f"r{each.row}_{each.condition.value}"
        before = read_decimal(values.get(name, "0").replace(",", ".")) or NOTHING
        values[name] = scene.formats.typed(before + each.quantity)
        if each.condition is Condition.DAMAGED:
            values[f"r{each.row}_percent"] = "" if each.percent is None else str(each.percent)
            values[f"r{each.row}_note"] = each.note
    return Form("count", values)


def _count(form: Mapping[str, str], scene: Scene, _hand: Hand) -> Wish:
    errors: dict[str, str] = {}
    values: dict[str, str] = {}
    counted: list[Counted] = []
    for asked in asked_of(scene.case):
        for condition in BY_HAND:
            name = f"r{asked.row}_{condition.value}"
            values[name] = form.get(name, "").strip()
            quantity, wrong = read_quantity(values[name], asked.sold.divisible)
            if wrong:
                errors[name] = wrong
            elif quantity:
                counted.append(_kept(scene, Counted(asked.row, quantity, condition)))
        percent, note = _damage(form, asked.row, values, errors)
        counted = [
            replace(each, percent=percent, note=note) if each.row == asked.row and each.condition is Condition.DAMAGED
            else each for each in counted
        ]  # fmt: skip
    finished = form.get("finished") == "yes"
    if not finished and not counted:
        errors["count"] = "nothing"
    kept = [each for each in scene.case.counted if each.condition is Condition.LOST]
    given = {"counted": dump((*counted, *kept)), "finished": finished}
    return Wish(((ActKind.COUNT, given),), Form("count", values, errors))


def _kept(scene: Scene, each: Counted) -> Counted:
    """With the pictures of what was found so before."""
    known = (*scene.case.counted, *counted_of(scene.facts.scans))
    same = next((old for old in known if (old.row, old.condition) == (each.row, each.condition) and old.photos), None)
    return replace(each, photos=same.photos) if same is not None else each


def _damage(
    form: Mapping[str, str], row: int, values: dict[str, str], errors: dict[str, str]
) -> tuple[int | None, str]:
    percent, note = (form.get(f"r{row}_{name}", "").strip() for name in ("percent", "note"))
    values |= {f"r{row}_percent": percent, f"r{row}_note": note}
    if len(note) > LONGEST_WHY:
        errors[f"r{row}_note"] = "long"
    percent = percent.removesuffix("%").strip()
    if not percent:
        return None, note
    if not (percent.isascii() and percent.isdigit() and len(percent) <= 3 and int(percent) <= _MOST_PERCENT):
        errors[f"r{row}_percent"] = "percent"
        return None, note
    return int(percent), note


# --- small ------------------------------------------------------------------------------------------------------------


def _one_of(kinds: Any, value: str) -> str:
    if value not in {each.value for each in kinds}:
        raise BadFormError(f"{value!r} is no {kinds.__name__}")
    return value


def _currency(scene: Scene) -> str:
    return scene.owed.currency if scene.owed is not None else scene.facts.basis.currency if scene.facts.basis else "RUB"


def _sum(form: Mapping[str, str], scene: Scene, errors: dict[str, str], least: int) -> Money:
    currency = _currency(scene)
    text = plain_number(form.get("sum", ""))
    found, money = read_decimal(text) if text else None, None
    if found is not None and found >= 0:
        money = Money.of(found, currency)
    if money is None or money.amount != found or money.minor < least:
        errors["sum"] = "sum"
        return Money(0, currency)
    return money


_READERS: Mapping[str, Callable[[Mapping[str, str], Scene, Hand], Wish]] = {
    "move": _move, "refuse": _refuse, "override": _override, "outcome": _outcome, "agree": _agree, "paid": _paid,
    "way": _way, "lines": _lines, "replace": _replace, "sent": _sent, "scanned": _scanned, "count": _count,
}  # fmt: skip
