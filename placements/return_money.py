"""The money of a return as its page tells it: owed, refunded, left, and how it came to that. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from b24app import words
from b24app.flows.returns.owed import Explained, MoneyLine
from b24app.logistics.money import Money
from b24app.logistics.problem import Problem
from b24app.logistics.returning import Agreed, Return
from b24app.logistics.status import Status
from b24app.store.models import RefundKind
from b24app.store.refunds import Refund
from placements.return_scene import NOTHING, Scene

#: Lines that stand for goods: their sum stands in the table too.
_GOODS = frozenset(("as_new", "damaged", "wrong", "missing", "lost", "undelivered", "replaced", "sent_back"))


@dataclass(frozen=True, slots=True)
class SumLine:
    title: str
    sum: str


@dataclass(frozen=True, slots=True)
class RefundView:
    """`proposed`: by us, nobody has paid it yet."""

    sum: str
    when: str
    who: str
    note: str
    proposed: bool


@dataclass(frozen=True, slots=True)
class MoneyView:
    """`promised`: nothing is counted yet, so `owed` is what it comes to if all comes back as new. `lines` add up to
    `owed`. `agreed`: who settled another sum, and why. `problems` are a person's to look at. `pays`: the person may
    settle and mark; `suggested` is what the form of a mark begins with."""

    owed: str
    refunded: str
    left: str
    promised: bool
    lines: tuple[SumLine, ...]
    paid: str
    agreed: str
    refunds: tuple[RefundView, ...]
    problems: tuple[str, ...]
    is_paid: bool
    pays: bool
    may_mark: bool
    may_agree: bool
    currency: str


def money_view(scene: Scene) -> MoneyView | None:
    """None for a return that takes no place, or of which nothing is known yet."""
    looked, case = scene.looked, scene.case
    if looked is None or not case.lines:
        return None
    line, basis = looked.line, scene.facts.basis
    told: tuple[Problem, ...] = looked.money_problems if line is None else line.problems
    currency = line.owed.currency if line is not None else basis.currency if basis is not None else "RUB"
    counted = looked.facts.left is not None
    over = case.stage.is_final
    return MoneyView(
        owed=scene.money(line.owed) if line is not None else "",
        refunded=scene.money(line.refunded if line is not None else case.refunded or Money(0, currency)),
        left=scene.money(line.left) if line is not None else "",
        promised=not counted,
        lines=_lines(scene, line) if line is not None else (),
        paid=_paid(scene),
        agreed=_agreed(scene, case.agreed),
        refunds=tuple(_refund(scene, each) for each in _shown(scene, case)),
        problems=tuple(words.say_problem(each, scene.formats.lang) for each in told),
        is_paid=case.is_paid,
        pays=scene.pays,
        may_mark=scene.pays and counted and case.is_paid and not over,
        may_agree=scene.pays and counted and case.is_paid and not over,
        currency=currency,
    )


def _shown(scene: Scene, case: Return) -> tuple[Refund, ...]:
    """What was paid; of proposals only the last, while nothing was."""
    paid = tuple(each for each in scene.facts.refunds if each.kind is RefundKind.PAID)
    proposed = [each for each in scene.facts.refunds if each.kind is not RefundKind.PAID]
    return paid if paid or not case.is_paid else tuple(proposed[-1:])


def _refund(scene: Scene, each: Refund) -> RefundView:
    when, proposed = scene.formats.moment(each.at), each.kind is not RefundKind.PAID
    return RefundView(scene.money(each.amount), when, each.name, each.note, proposed)


def _lines(scene: Scene, line: MoneyLine) -> tuple[SumLine, ...]:
    return tuple(SumLine(_title(scene, each), scene.money(each.amount)) for each in line.lines)


def _title(scene: Scene, each: Explained) -> str:
    t = scene.formats.words
    if each.code not in _GOODS:
        return t(f"ret.line.{each.code}")
    said = t(f"ret.line.{each.code}", title=each.title, count=scene.formats.count(each.quantity))
    off = bool(each.percent) and each.code == "damaged"
    return t("ret.line.less", what=said, percent=each.percent) if off and each.quantity > NOTHING else said


def _paid(scene: Scene) -> str:
    """What the client has paid, as far as it is known."""
    basis = scene.facts.basis
    if basis is None or basis.paid is None:
        return ""
    paid, t = basis.paid, scene.formats.words
    whole = paid.received.minor >= paid.total.minor
    said = t("ret.money.paid" if whole else "ret.money.paid_part", sum=scene.money(paid.received),
             total=scene.money(paid.total))  # fmt: skip
    return ", ".join(filter(None, (said, _on_delivery(scene))))


def _on_delivery(scene: Scene) -> str:
    """Whether the carrier has got the cash that it was to collect; "" = it was to collect none."""
    asked = [each for each in scene.facts.shipments if each.request is not None and each.request.cod]
    if not asked:
        return ""
    got = [each for each in asked if each.status is Status.DELIVERED]
    shown = (got or asked)[0]
    cod = shown.request.cod if shown.request is not None else None
    carrier = scene.carriers.get(shown.connection_id, "")
    key = "ret.money.cod_got" if got else "ret.money.cod_not_got"
    return scene.formats.words(key, sum=scene.money(cod) if cod is not None else "", carrier=carrier)


def _agreed(scene: Scene, agreed: Agreed | None) -> str:
    if agreed is None:
        return ""
    signed = agreed.signed
    return scene.formats.words(
        "ret.money.agreed", sum=scene.money(agreed.amount), name=signed.name, why=scene.formats.quote(signed.why),
        day=scene.formats.moment(signed.at),
    )  # fmt: skip
