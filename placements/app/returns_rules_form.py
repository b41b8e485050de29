"""The form of a portal's rules of returns: drawn from what is kept, read from what was typed. Pure.

Three lists (exceptions, longer windows, reasons) are rows `x0_…`, `l0_…`, `r0_…`, the last of each empty for a new
one; a row of which everything is empty is none."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from b24app.flows.returns.owed import MoneyRules
from b24app.flows.returns.rules import Reason, ReturnRules
from b24app.flows.returns.storage import MOST_STORED
from b24app.flows.returns.window import LongerWindow, WindowException, WindowRules
from b24app.logistics.returning import Condition, DeliveryCost

EXCEPTION, LONGER, REASON = "x", "l", "r"
#: Text fields of each list's rows.
FIELDS = {
    EXCEPTION: ("title", "days", "sections", "skus"),
    LONGER: ("title", "first", "last", "days"),
    REASON: ("code", "ru", "en"),
}
CHECKS = ("replace_first", "public", "approve")
MOST_ROWS, LONGEST = 40, 80
_LONGEST_LIST = 500
_BOUNDS = {"days": (0, 365), "answer_days": (1, 60), "damaged": (0, 100), "hour": (0, 23)}
_MOST_NOTICES = 5
_SPLIT = re.compile(r"[;\n]")
_COMMA = re.compile(r"[,;\s]+")


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of a list. `at` is its number in the names of its fields; `is_new`: the empty one at the end."""

    at: int
    values: Mapping[str, str]
    always: bool = False
    on: bool = True
    is_new: bool = False

    @property
    def is_empty(self) -> bool:
        return not any(value for name, value in self.values.items() if name != "code")


@dataclass(frozen=True, slots=True)
class RulesForm:
    """`errors`: field -> key of the `returns_rules.wrong.*` words, `details` what these words name."""

    values: Mapping[str, str]
    checks: Mapping[str, bool]
    exceptions: tuple[ListRow, ...]
    longer: tuple[ListRow, ...]
    reasons: tuple[ListRow, ...]
    errors: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    saved: bool = False


def form_of(rules: ReturnRules, sections: Mapping[int, str], saved: bool = False) -> RulesForm:
    """`sections`: names of the portal's catalogue."""
    window, storage = rules.window, rules.storage
    return RulesForm(
        values={
            "days": str(window.days),
            "answer_days": str(window.answer_days),
            "damaged": str(rules.money.markdown.get(Condition.DAMAGED, 0)),
            "delivery": rules.money.delivery.value,
            "warehouse": str(rules.warehouse),
            "nudge_days": ", ".join(map(str, storage.nudge_days)),
            "warn_days": ", ".join(map(str, storage.warn_days)),
            "hour": str(storage.hour),
        },
        checks={"replace_first": rules.replace_first, "public": rules.public, "approve": rules.approve},
        exceptions=_rows(EXCEPTION, [_exception(each, sections) for each in window.exceptions]),
        longer=_rows(LONGER, [_longer(each) for each in window.longer]),
        reasons=_rows(REASON, [(_reason(each), each.code in window.always, not each.off) for each in rules.reasons]),
        saved=saved,
    )


def _exception(each: WindowException, sections: Mapping[int, str]) -> tuple[dict[str, str], bool, bool]:
    names = "; ".join(sections.get(section, str(section)) for section in each.sections)
    days = "" if each.days is None else str(each.days)
    return {"title": each.title, "days": days, "sections": names, "skus": ", ".join(each.skus)}, False, True


def _longer(each: LongerWindow) -> tuple[dict[str, str], bool, bool]:
    period = {"first": each.first.isoformat(), "last": each.last.isoformat()}
    return {"title": each.title, **period, "days": str(each.days)}, False, True


def _reason(each: Reason) -> dict[str, str]:
    return {"code": each.code, "ru": each.names.get("ru", ""), "en": each.names.get("en", "")}


def _rows(kind: str, known: Sequence[tuple[dict[str, str], bool, bool]]) -> tuple[ListRow, ...]:
    rows = [ListRow(at, values, always, on) for at, (values, always, on) in enumerate(known)]
    empty = ListRow(len(rows), dict.fromkeys(FIELDS[kind], ""), is_new=True)
    return (*rows, empty) if len(rows) < MOST_ROWS else tuple(rows)


# --- reading ----------------------------------------------------------------------------------------------------------


def read_form(
    typed: Mapping[str, str],
    before: ReturnRules,
    sections: Mapping[int, str],
    warehouses: Sequence[int],
    new_code: Callable[[], str] = lambda: f"own_{secrets.token_hex(3)}",
) -> tuple[ReturnRules | None, RulesForm]:
    """`(the rules, None with errors; the form as it was left)`. `warehouses`: accounts that can expect goods. A button
    `drop` names the row (`x1`) that is taken away."""
    lists = {kind: _typed_rows(kind, typed) for kind in FIELDS}
    reader = _Reader(typed, sections)
    window = WindowRules(
        days=reader.number("days"),
        exceptions=tuple(reader.exception(row) for row in lists[EXCEPTION]),
        longer=tuple(reader.longer(row) for row in lists[LONGER]),
        answer_days=reader.number("answer_days"),
    )
    reasons = [reader.reason(row, new_code) for row in lists[REASON]]
    if not any(not reason.off for reason in reasons):
        reader.errors["reasons"] = "no_reasons"
    always = tuple(reason.code for row, reason in zip(lists[REASON], reasons, strict=True) if row.always)
    delivery, warehouse = typed.get("delivery", ""), typed.get("warehouse", "0")
    rules = ReturnRules(
        window=replace(window, always=always),
        money=MoneyRules(
            markdown={**before.money.markdown, Condition.DAMAGED: reader.number("damaged")},
            delivery=DeliveryCost(delivery) if delivery in set(DeliveryCost) else before.money.delivery,
        ),
        # No end of storage is guessed: that setting stays as it is kept.
        storage=replace(
            before.storage,
            nudge_days=reader.numbers("nudge_days"),
            warn_days=reader.numbers("warn_days"),
            hour=reader.number("hour"),
        ),
        reasons=tuple(reasons),
        warehouse=int(warehouse) if warehouse in {str(each) for each in warehouses} else 0,
        **{name: bool(typed.get(name)) for name in CHECKS},
    )
    drawn = RulesForm(
        values={name: typed.get(name, "") for name in form_of(before, {}).values},
        checks={name: bool(typed.get(name)) for name in CHECKS},
        exceptions=_with_new(EXCEPTION, lists[EXCEPTION]),
        longer=_with_new(LONGER, lists[LONGER]),
        reasons=_with_new(REASON, lists[REASON]),
        errors=reader.errors,
        details=reader.details,
    )
    return (None if reader.errors else rules), drawn


def _typed_rows(kind: str, typed: Mapping[str, str]) -> list[ListRow]:
    """Rows that say anything, numbered anew; the one that `drop` names is gone."""
    ats = sorted({int(found[1]) for name in typed if (found := re.fullmatch(rf"{kind}(\d{{1,3}})_\w+", name))})
    rows: list[ListRow] = []
    for at in ats[: MOST_ROWS + 1]:
        values = {name: typed.get(f"{kind}{at}_{name}", "").strip()[:_LONGEST_LIST] for name in FIELDS[kind]}
        row = ListRow(at, values, bool(typed.get(f"{kind}{at}_always")), bool(typed.get(f"{kind}{at}_on")))
        if not row.is_empty and typed.get("drop") != f"{kind}{at}":
            rows.append(replace(row, at=len(rows), on=row.on or not values.get("code", "x")))
    return rows[:MOST_ROWS]


def _with_new(kind: str, rows: Sequence[ListRow]) -> tuple[ListRow, ...]:
    return _rows(kind, [(dict(row.values), row.always, row.on) for row in rows])


class _Reader:
    """Reads fields and remembers what is wrong with them; what is wrong has some value all the same."""

    def __init__(self, typed: Mapping[str, str], sections: Mapping[int, str]) -> None:
        self._typed = typed
        self._sections = {name.casefold(): number for number, name in reversed(list(sections.items()))}
        self._numbers = {str(number) for number in sections}
        self.errors: dict[str, str] = {}
        self.details: dict[str, Mapping[str, object]] = {}

    def wrong(self, name: str, why: str, **details: object) -> None:
        self.errors[name], self.details[name] = why, details

    def number(self, name: str) -> int:
        return self._within(name, self._typed.get(name, ""), *_BOUNDS[name])

    def _within(self, name: str, text: str, least: int, most: int) -> int:
        plain = text.strip()
        if plain.isascii() and plain.isdigit() and len(plain) < 6 and least <= int(plain) <= most:
            return int(plain)
        self.wrong(name, "number", least=least, most=most)
        return least

    def numbers(self, name: str) -> tuple[int, ...]:
        """Days before an end, the farthest first; none = nobody is told."""
        parts = [part for part in _COMMA.split(self._typed.get(name, "").strip()) if part]
        good = all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts)
        if not good or len(parts) > _MOST_NOTICES or any(int(part) > MOST_STORED for part in parts):
            self.wrong(name, "numbers", most=MOST_STORED, count=_MOST_NOTICES)
            return ()
        return tuple(sorted({int(part) for part in parts}, reverse=True))

    def title(self, name: str, text: str) -> str:
        if not text:
            self.wrong(name, "title")
        elif len(text) > LONGEST:
            self.wrong(name, "long", most=LONGEST)
        return text

    def exception(self, row: ListRow) -> WindowException:
        name = f"{EXCEPTION}{row.at}_"
        title = self.title(f"{name}title", row.values["title"])
        days = row.values["days"]
        skus = tuple(dict.fromkeys(part for part in _COMMA.split(row.values["skus"]) if part))
        sections = self._sections_of(f"{name}sections", row.values["sections"])
        if not skus and not row.values["sections"]:
            self.wrong(f"{name}sections", "nothing_named")
        window = self._within(f"{name}days", days, 0, 365) if days else None
        return WindowException(title, window, sections, skus)

    def _sections_of(self, name: str, text: str) -> tuple[int, ...]:
        """By name or number, separated by semicolons: names have commas in them."""
        found: list[int] = []
        unknown: list[str] = []
        for part in filter(None, (each.strip() for each in _SPLIT.split(text))):
            number = self._sections.get(part.casefold())
            if number is None and part in self._numbers:
                number = int(part)
            if number is None:
                unknown.append(part)
            else:
                found.append(number)
        if unknown:
            self.wrong(name, "section", names=", ".join(unknown)[:_LONGEST_LIST])
        return tuple(dict.fromkeys(found))

    def longer(self, row: ListRow) -> LongerWindow:
        name = f"{LONGER}{row.at}_"
        title = self.title(f"{name}title", row.values["title"])
        first, last = self._date(f"{name}first", row.values["first"]), self._date(f"{name}last", row.values["last"])
        if f"{name}first" not in self.errors and f"{name}last" not in self.errors and last < first:
            self.wrong(f"{name}last", "order")
        return LongerWindow(title, first, last, self._within(f"{name}days", row.values["days"], 1, 365))

    def _date(self, name: str, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.wrong(name, "date")
            return date.min

    def reason(self, row: ListRow, new_code: Callable[[], str]) -> Reason:
        """A name in one language serves for both."""
        names = {lang: row.values[lang] for lang in ("ru", "en")}
        first = names["ru"] or names["en"]
        for lang, text in names.items():
            if len(text) > LONGEST:
                self.wrong(f"{REASON}{row.at}_{lang}", "long", most=LONGEST)
        if not first:
            self.wrong(f"{REASON}{row.at}_ru", "title")
        code = row.values["code"] if re.fullmatch(r"[a-z0-9_]{1,64}", row.values["code"]) else new_code()
        return Reason(code, {lang: text or first for lang, text in names.items()}, off=not row.on)
