"""The first line of a return's page: what is going on, and the one thing to do. The first rule that fits speaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from b24app.flows.returns.window import answer_by
from b24app.logistics.returning import Condition, Outcome, ReturnStage
from placements.return_scene import NOTHING, Scene

S = ReturnStage
#: Acts that a person presses; of all others the line says that something came.
_PRESSED = frozenset(
    ("move", "override", "outcome", "agree", "way", "count", "paid", "replace", "lines")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Do:
    """A button. `form`: the dialog that it opens; else it sends `act` with `given` at once. `to`: a part of the page
    that it goes to. `style` a `.wb-btn` variant."""

    label: str
    act: str = ""
    given: tuple[tuple[str, str], ...] = ()
    form: str = ""
    to: str = ""
    style: str = ""

    @property
    def id(self) -> str:
        return "-".join(filter(None, (self.act or self.form or self.to, *(value for _, value in self.given))))


@dataclass(frozen=True, slots=True)
class ReturnNow:
    """`busy`: we are at it. `call`: the client's phone (E.164) where a call helps. `not_yours`: others may press."""

    tone: str
    icon: str
    title: str
    text: str
    do: tuple[Do, ...] = ()
    busy: bool = False
    call: str = ""
    not_yours: str = ""


def now_of(scene: Scene) -> ReturnNow:
    now = next(filter(None, (rule(scene) for rule in _RULES)))
    now = replace(now, title=now.title[:1].upper() + now.title[1:])
    if scene.decides or not now.do:
        return now
    mine = tuple(each for each in now.do if each.act == "paid" or each.form == "paid") if scene.pays else ()
    return replace(now, do=mine, not_yours="" if mine else scene.formats.words("now.not_yours"))


# --- rules ------------------------------------------------------------------------------------------------------------


def _asked(scene: Scene) -> ReturnNow | None:
    waiting = scene.facts.waiting
    if not waiting:
        return None
    act = waiting[-1].wanted
    kind = act.kind.value if act.kind.value in _PRESSED else "news"
    title = scene.formats.words(f"ret.busy.{kind}", stage=_stage(scene, str(act.given.get("to", ""))))
    said = "ret.busy.asked" if act.name else "ret.busy.text"
    return ReturnNow(
        "blue", "hourglass", title, scene.formats.words(said, name=act.name, ago=scene.formats.ago(waiting[-1].at)),
        busy=True,
    )  # fmt: skip


def _stage(scene: Scene, value: str) -> str:
    return scene.formats.words(f"ret.to.{value}") if value else ""


def _unread(scene: Scene) -> ReturnNow | None:
    if scene.facts.basis is not None or scene.stage.is_final:
        return None
    return _now(scene, "unread", "grey", "hourglass")


def _failed(scene: Scene) -> ReturnNow | None:
    errand = scene.failed
    if errand is None:
        return None
    carrier = scene.carriers.get(errand.connection_id, "")
    other = Do(scene.formats.words("ret.do.other_way"), to="ways", style="primary")
    return _now(scene, "failed", "red", "alert", other, carrier=carrier, call=True)


def _requested(scene: Scene) -> ReturnNow | None:
    if scene.stage is not S.REQUESTED:
        return None
    refuse, looked = _do(scene, "refuse", form="refuse"), scene.looked
    if not scene.case.lines:
        return _now(scene, "empty", "amber", "box", refuse, _say(scene))
    if looked is not None and looked.judged.problems and looked.judged.problems == looked.facts.obstacles:
        against = _do(scene, "override", form="override")
        return _now(scene, "against", "amber", "clock", refuse, against, call=True, client=scene.client)
    if looked is not None and looked.facts.obstacles:
        return _now(scene, "obstacles", "red", "alert", refuse, call=True)
    approve = _move(scene, S.APPROVED, "primary")
    return _now(scene, "requested", "amber", "question", refuse, approve, client=scene.client, call=True)


def _approved(scene: Scene) -> ReturnNow | None:
    if scene.stage is not S.APPROVED:
        return None
    way = scene.facts.kept.way
    if way is None:
        choose = Do(scene.formats.words("ret.do.choose_way"), to="ways", style="primary")
        return _now(scene, "choose_way", "blue", "truck", choose, client=scene.client)
    if way.kind.is_ordered:
        return _now(scene, "booking", "blue", "hourglass", carrier=scene.carriers.get(way.connection_id, ""))
    came = _move(scene, S.RECEIVED, "primary", "came")
    return _now(scene, f"waits_{way.kind.value}", "blue", "walk", came, client=scene.client, carrier=way.carrier)


def _booked(scene: Scene) -> ReturnNow | None:
    if scene.stage is not S.COLLECTION_BOOKED:
        return None
    way = scene.facts.kept.way
    kind = way.kind.value if way is not None else "by_hand"
    carrier = (scene.carriers.get(way.connection_id, "") or way.carrier) if way is not None else ""
    more = (_move(scene, S.APPROVED, "danger-plain", "call_off"),)
    came = _move(scene, S.RECEIVED, "", "came")
    return _now(scene, f"booked_{kind}", "blue", "truck", *more, came, carrier=carrier, client=scene.client)


def _unsaid(scene: Scene) -> ReturnNow | None:
    """It comes back by itself, and nobody says what."""
    if scene.case.lines or scene.stage not in (S.IN_TRANSIT, S.RECEIVED):
        return None
    return _now(scene, f"rows_unknown_{scene.stage.value}", "amber", "box", _say(scene))


def _say(scene: Scene) -> Do:
    return Do(scene.formats.words("ret.do.lines"), form="lines", style="primary")


def _travels(scene: Scene) -> ReturnNow | None:
    if scene.stage is not S.IN_TRANSIT:
        return None
    key = "undelivered" if scene.case.undelivered else "travels"
    since = scene.when(S.IN_TRANSIT)
    day = scene.formats.short_day(since) if since else ""
    return _now(scene, key, "violet", "undo", _move(scene, S.RECEIVED, "primary", "came"), day=day)


def _received(scene: Scene) -> ReturnNow | None:
    if scene.stage is not S.RECEIVED:
        return None
    count = Do(scene.formats.words("ret.do.count"), form="count", style="primary")
    receipt = scene.facts.receipt
    if receipt is not None and receipt.is_open:
        where = scene.carriers.get(receipt.connection_id, "")
        return _now(scene, "warehouse_counts", "blue", "store", replace(count, style=""), where=where)
    return _now(scene, "received", "amber", "scan", count, n=int(scene.asked))


def _inspected(scene: Scene) -> ReturnNow | None:
    if scene.stage is not S.INSPECTED:
        return None
    t, case = scene.formats.words, scene.case
    counted = scene.when(S.INSPECTED)
    until = scene.formats.short_day(answer_by(counted, scene.zone, scene.facts.rules.window)) if counted else ""
    title, sums = _verdict(scene)
    owed = scene.money(scene.left) if scene.left else ""
    do: tuple[Do, ...] = ()
    key = case.outcome.value if case.outcome else "open"
    if case.outcome is None:
        label = t("ret.do.propose", sum=owed) if owed else t("ret.do.refund")
        do = (Do(label, "outcome", (("outcome", Outcome.REFUND.value),), style="primary"),)
    elif case.outcome is Outcome.REPLACEMENT:
        sent = scene.looked is not None and scene.looked.facts.replaced
        key = "replacement_sent" if sent else key
        do = (_move(scene, S.REPLACED, "primary", "replaced" if sent else "ship_new"),)
    elif case.outcome is Outcome.BACK_TO_CUSTOMER:
        do = (_move(scene, S.CLOSED, "primary", "send_back"),)
    elif owed:
        do = (Do(t("ret.do.paid", sum=owed), form="paid", style="primary"),)
    else:
        to, key = (S.REFUNDED, "paid") if case.outcome is Outcome.REFUND else (S.CLOSED, "paid_off")
        do = (_move(scene, to, "primary", "end"),)
    text = t(f"ret.now.inspected_{key}", client=scene.client, left=owed)
    if until and case.outcome is None:
        text = f"{text} {t('ret.now.answer_by', day=until)}"
    call = scene.phone if case.outcome is None else ""
    return ReturnNow("amber", "box", title, f"{sums} {text}".strip(), do, call=call)


def _verdict(scene: Scene) -> tuple[str, str]:
    """What the count came to, in a title and a sentence."""
    t, count = scene.formats.words, scene.formats.count
    bad, missing = scene.of(Condition.DAMAGED), scene.of(Condition.MISSING, Condition.LOST)
    wrong = scene.of(Condition.WRONG)
    if scene.case.undelivered and not scene.case.counted:
        return t("ret.now.came_undelivered"), ""
    lacking = [each.sold.title for each in scene.found if each.condition in (Condition.MISSING, Condition.LOST)]
    if missing:
        title = t("ret.now.counted_missing", what=", ".join(dict.fromkeys(lacking)))
    elif wrong:
        title = t("ret.now.counted_wrong")
    else:
        title = t("ret.now.counted_damaged") if bad else t("ret.now.counted_well")
    sums = t("ret.now.sums", asked=count(scene.asked), came=count(scene.came))
    more = [t("ret.now.sums_bad", n=count(bad))] if bad > NOTHING else []
    more += [t("ret.now.sums_wrong", n=count(wrong))] if wrong > NOTHING else []
    return title, ", ".join([sums, *more]) + "."


def _ended(scene: Scene) -> ReturnNow | None:
    if scene.stage not in (S.REFUNDED, S.REPLACED):
        return None
    refunded = scene.case.refunded
    close = _move(scene, S.CLOSED, "primary", "close")
    return _now(
        scene, scene.stage.value, "green", "check-circle", close, sum=scene.money(refunded) if refunded else "",
        client=scene.client, number=scene.facts.kept.replacement,
    )  # fmt: skip


def _closed(scene: Scene) -> ReturnNow | None:
    if scene.stage is not S.CLOSED:
        return None
    outcome = scene.case.outcome.value if scene.case.outcome else "refund"
    refunded = scene.case.refunded
    return _now(
        scene, f"closed_{outcome}", "grey", "check-circle", sum=scene.money(refunded) if refunded else "",
        client=scene.client,
    )  # fmt: skip


def _refused(scene: Scene) -> ReturnNow:
    moves = [each for each in scene.facts.moves if each.stands is S.REFUSED and each.was is not S.REFUSED]
    said = moves[-1] if moves else None
    again = _move(scene, S.REQUESTED, "", "reopen")
    key = "called_off" if said is not None and said.actor == "customer" else "refused"
    now = _now(scene, key, "grey", "ban", again, name=said.name if said else "", client=scene.client)
    return replace(now, text=f"{now.text} {scene.formats.quote(said.why)}") if said is not None and said.why else now


_RULES: tuple[Callable[[Scene], ReturnNow | None], ...] = (
    _asked, _failed, _unread, _requested, _approved, _booked, _unsaid, _travels, _received, _inspected, _ended, _closed,
    _refused,
)  # fmt: skip


# --- small ------------------------------------------------------------------------------------------------------------


def _now(scene: Scene, key: str, tone: str, icon: str, *do: Do, call: bool = False, **said: object) -> ReturnNow:
    t = scene.formats.words
    return ReturnNow(
        tone, icon, t(f"ret.now.{key}.title", **said), t(f"ret.now.{key}.text", **said).strip(), do,
        call=scene.phone if call else "",
    )  # fmt: skip


def _do(scene: Scene, code: str, form: str) -> Do:
    style = "danger-plain" if code == "refuse" else "primary"
    return Do(scene.formats.words(f"ret.do.{code}"), form=form, style=style)


def _move(scene: Scene, to: ReturnStage, style: str, code: str = "") -> Do:
    return Do(scene.formats.words(f"ret.do.{code or to.value}"), "move", (("to", to.value),), style=style)
