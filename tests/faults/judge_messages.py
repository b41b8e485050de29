"""The verdict of a run of messages, from the journals of gateway and portal, and from what our pages would show of each
message. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.faults.judge import Finding, Row

#: How far a message is, as the portal is told.
ORDER = ("queued", "sent", "delivered")


@dataclass(frozen=True)
class MessageCase:
    """What has to be: of each deal these texts at the gateway. `told` are the words of our own messages by deal,
    `asked` those of the portal's automation."""

    told: Mapping[int, str]
    asked: Mapping[int, str]


@dataclass(frozen=True)
class Shown:
    """What a manager sees of a deal's message."""

    state: str
    why: str = ""

    @property
    def may_lack(self) -> bool:
        """Nobody can tell whether it left, or it was not to be told after all."""
        return self.state in ("maybe", "dropped")


@dataclass(frozen=True)
class MessageEvidence:
    """Journal rows by kind: what the gateway took, triggers that fired, letters that left, what the portal was told of
    its own messages. `shown`: moment -> deal -> what is shown."""

    taken: Sequence[Row]
    fired: Sequence[Row]
    letters: Sequence[Row]
    heard: Sequence[Row]
    asked: Sequence[Row]
    shown: Mapping[str, Mapping[int, Shown]]


def judge_messages(case: MessageCase, evidence: MessageEvidence) -> list[Finding]:
    """Every rule with its findings."""
    return [
        _numbers(evidence),
        _texts("clients' SMS exactly once", case.told, evidence, evidence.shown.get("delivered", {})),
        _texts("the portal's SMS exactly once", case.asked, evidence, {}),
        _once("triggers at most once, or shown", evidence.fired, evidence.shown.get("transit", {})),
        _once("letters at most once, or shown", evidence.letters, evidence.shown.get("number", {})),
        _heard(case, evidence),
    ]


def _numbers(evidence: MessageEvidence) -> Finding:
    """The gateway would take a number twice: only the look-up before a repeat prevents that."""
    times = Counter(str(row["key"]) for row in evidence.taken)
    broken = [
        (f"number {number} was taken {count} times", [row for row in evidence.taken if row["key"] == number])
        for number, count in times.items()
        if count != 1
    ]
    return Finding("numbers at the gateway exactly once", len(times), broken)


def _texts(rule: str, wanted: Mapping[int, str], evidence: MessageEvidence, shown: Mapping[int, Shown]) -> Finding:
    found: dict[str, list[Row]] = {}
    for row in evidence.taken:
        found.setdefault(str(row["data"]["text"]), []).append(row)
    broken: list[tuple[str, Sequence[Row]]] = []
    for deal_id, text in sorted(wanted.items()):
        rows, here = found.get(text, []), shown.get(deal_id)
        if len(rows) > 1 or (not rows and not (here is not None and here.may_lack)):
            broken.append((f"deal {deal_id}: {len(rows)} SMS, shown as {here}", rows))
    return Finding(rule, len(wanted), broken)


def _once(rule: str, rows: Iterable[Row], shown: Mapping[int, Shown]) -> Finding:
    """By deal. One that never left has to be shown as one that may not have left, or was not to."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(int(row["key"]), []).append(row)
    broken = [
        (f"deal {deal_id}: {len(found.get(deal_id, []))}, shown as {shown.get(deal_id)}", found.get(deal_id, []))
        for deal_id in sorted({*found, *shown})
        if len(found.get(deal_id, [])) > 1
        or (deal_id not in found and not (deal_id in shown and shown[deal_id].may_lack))
    ]
    return Finding(rule, len({*found, *shown}), broken)


def _heard(case: MessageCase, evidence: MessageEvidence) -> Finding:
    """The portal heard of each message that the gateway took how it ended, and never that it went back."""
    texts = {str(row["key"]): str(row["data"]["text"]) for row in evidence.asked}
    taken = {str(row["data"]["text"]) for row in evidence.taken}
    told: dict[str, list[Row]] = {}
    for row in evidence.heard:
        told.setdefault(str(row["key"]), []).append(row)
    broken: list[tuple[str, Sequence[Row]]] = []
    for message, text in texts.items():
        rows = told.get(message, [])
        said = [str(row["data"]["status"]) for row in rows]
        back = [each for each in said if each in ORDER]
        if text in taken and (said[-1:] != ["delivered"] or back != sorted(back, key=ORDER.index)):
            broken.append((f"message {message} ({text}): heard {' -> '.join(said) or 'nothing'}", rows))
    return Finding("the portal heard how its SMS ended", len(case.asked), broken)
