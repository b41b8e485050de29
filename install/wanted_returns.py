"""The smart process "Returns" as it should be in portals: its type, its fields, its stages, our tab in its items and
what tells of them. Data and pure diffs.

Facts: contracts/bitrix24-crm.md §6 (types), §4.3 (fields of types), §1.7 (stages).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24app.bitrix24.names import DEAL
from b24app.bitrix24.smart_process import StageRow, field_entity, field_name, related
from b24app.flows.return_process import ReturnField
from b24app.logistics.returning import ReturnStage
from install.labels_returns import return_labels

#: XML_ID of each field of ours: the type that carries it is our smart process, whatever it is called.
MARK = "WAYBILL_RETURN"
TITLES = {"ru": "Возвраты", "en": "Returns"}
#: Switched on when we make it; `smart_process.BY_FLAG` says which of them are switched on again.
FLAGS = (
    "isStagesEnabled",
    "isAutomationEnabled",
    "isClientEnabled",
    "isLinkWithProductsEnabled",
    "isObserversEnabled",
    "isRecyclebinEnabled",
)
#: Code behind the type's own prefix, USER_TYPE_ID, and place. Letters alone: their camelCase is certain (§4.1).
FIELDS: Mapping[ReturnField, tuple[str, str, int]] = {
    ReturnField.NUMBER: ("WB_NUMBER", "string", 200),
    ReturnField.REASON: ("WB_REASON", "string", 210),
    ReturnField.TRACKING: ("WB_TRACK", "string", 220),
    ReturnField.LINK: ("WB_LINK", "url", 230),
    ReturnField.STATUS: ("WB_STATUS", "string", 240),
    ReturnField.OWED: ("WB_OWED", "money", 250),
    ReturnField.REFUNDED: ("WB_REFUNDED", "money", 260),
}


@dataclass(frozen=True, slots=True)
class StageSpec:
    """A stage of ours. Codes are short: with its prefix a code is cut at 21 characters (§1.7). `known`: other names
    under which portals already have it."""

    code: str
    colour: str
    names: Mapping[str, str]
    known: tuple[str, ...] = ()
    semantics: str = ""

    def name(self, lang: str) -> str:
        return self.names.get(lang, self.names["en"])

    @property
    def all_names(self) -> set[str]:
        return {name.casefold() for name in (*self.names.values(), *self.known)}


def _spec(code: str, colour: str, ru: str, en: str, *known: str, semantics: str = "") -> StageSpec:
    return StageSpec(code, colour, {"ru": ru, "en": en}, known, semantics)


STAGES: Mapping[ReturnStage, StageSpec] = {
    ReturnStage.REQUESTED: _spec("WB_ASK", "#39A8EF", "Запрошен", "Requested", "новый возврат", "заявка на возврат"),
    ReturnStage.APPROVED: _spec("WB_OK", "#2FC6F6", "Одобрен", "Approved", "согласован"),
    ReturnStage.COLLECTION_BOOKED: _spec("WB_BOOK", "#55D0E0", "Забор заказан", "Collection booked", "заказан забор"),
    ReturnStage.IN_TRANSIT: _spec("WB_WAY", "#47E4C2", "Едет к нам", "On its way back", "в пути", "едет", "in transit"),
    ReturnStage.RECEIVED: _spec("WB_HERE", "#FFA900", "Получен складом", "Received", "получен", "принят складом"),
    ReturnStage.INSPECTED: _spec("WB_SEEN", "#F7D622", "Проверен", "Inspected", "осмотрен"),
    ReturnStage.REFUNDED: _spec("WB_PAID", "#BDD931", "Деньги возвращены", "Refunded", "деньги вернули"),
    ReturnStage.REPLACED: _spec("WB_SWAP", "#A5DE00", "Заменён", "Replaced", "заменен", "обмен"),
    ReturnStage.CLOSED: _spec("WB_DONE", "#7BD500", "Закрыт", "Closed", "возврат закрыт", semantics="S"),
    ReturnStage.REFUSED: _spec(
        "WB_NO", "#FF5752", "Отказано", "Refused", "отклонён", "отклонен", "rejected", semantics="F"
    ),
}
_STEP = 10

#: Our page of a return, as a tab of its item.
PATH = "/return"
PLACE_TITLES = {
    "ru": {"TITLE": "Возврат", "DESCRIPTION": "Где товар, что приехало и сколько вернуть"},
    "en": {"TITLE": "Return", "DESCRIPTION": "Where the goods are, what arrived and what is owed"},
}
#: What tells of items: of all smart processes, and of smart invoices (bitrix24-crm.md §6.3).
EVENTS = ("ONCRMDYNAMICITEMADD", "ONCRMDYNAMICITEMUPDATE", "ONCRMDYNAMICITEMDELETE")
_PLACE = re.compile(r"CRM_DYNAMIC_\d+_DETAIL_TAB")
_EVENT = re.compile(r"(?:" + "|".join(EVENTS) + r")(?:_\d+)?")


def place(entity: int) -> str:
    """The tab of the items of a smart process."""
    return f"CRM_DYNAMIC_{entity}_DETAIL_TAB"


def is_place(name: str) -> bool:
    """Whether it is the tab of some smart process, ours or a former one of ours."""
    return _PLACE.fullmatch(name.upper()) is not None


def is_event(name: str) -> bool:
    """Whether it tells of items of smart processes."""
    return _EVENT.fullmatch(name.upper()) is not None


def events(entity: int, listed: Collection[str]) -> tuple[str, ...]:
    """Those of one process alone where the portal lists them, else those of all (§6.3)."""
    own = tuple(f"{each}_{entity}" for each in EVENTS)
    return own if {each.upper() for each in listed}.issuperset(own) else EVENTS


def type_creation(title: str) -> dict[str, Any]:
    """Parameters of `crm.type.add`."""
    flags = dict.fromkeys(FLAGS, "Y")
    return {"fields": {"title": title, **flags, "relations": {"parent": related([], [DEAL])}}}


def free_title(lang: str, taken: Collection[str]) -> str:
    """Our title, told apart where the portal has something of that name: a type found by it later is the one that we
    have made."""
    title, there = TITLES.get(lang, TITLES["en"]), {each.casefold() for each in taken}
    named = [title, f"{title} (Waybill)", *(f"{title} (Waybill {at})" for at in range(2, len(there) + 3))]
    return next(each for each in named if each.casefold() not in there)


def field_creation(field: ReturnField, type_id: int) -> dict[str, Any]:
    """Parameters of `userfieldconfig.add` for a field of the type."""
    code, kind, sort = FIELDS[field]
    made = {
        "entityId": field_entity(type_id),
        "fieldName": field_name(type_id, code),
        "userTypeId": kind,
        "xmlId": MARK,
        "sort": sort,
        "multiple": "N",
        "mandatory": "N",
        "showFilter": "Y",
        "editFormLabel": return_labels(field),
    }
    return {"moduleId": "crm", "field": made}


def wanted() -> tuple[Any, ...]:
    """What counts in the program's fingerprint (`install.wanted`): stages by their codes alone, because names and
    colours belong to the portal."""
    return (
        type_creation(""),
        [field_creation(each, 0) for each in ReturnField],
        [each.code for each in STAGES.values()],
        (PATH, sorted(PLACE_TITLES.items()), EVENTS),
    )


@dataclass(frozen=True, slots=True)
class StagesPlan:
    """`found`: what stands for a meaning already; `updates`: (row, fields) of `crm.status.update`, in this order, then
    `adds`: fields of `crm.status.add`."""

    found: Mapping[ReturnStage, StageRow]
    updates: tuple[tuple[int, Mapping[str, Any]], ...] = ()
    adds: tuple[Mapping[str, Any], ...] = ()


def plan_stages(
    rows: Sequence[StageRow], known: Mapping[ReturnStage, str], directory: str, lang: str, fresh: bool = False
) -> StagesPlan:
    """What to do so that each meaning has its stage. `known`: stages as we remember them: they stay, renamed or not.

    `fresh`: we have made the type just now; the stages it was born with get our names and places. Otherwise every stage
    stays as it is, and a missing one is put behind the one before it.
    """
    found = _matched(rows, known, fresh)
    places = {meaning: _STEP * at for at, meaning in enumerate(ReturnStage, 1)} if fresh else dict(_places(rows, found))
    # The last one first: in-progress stages must not stand behind the final ones in between.
    born = [each for each in reversed(ReturnStage) if each in found] if fresh else []
    return StagesPlan(
        found,
        updates=tuple((found[each].row, _dressed(each, places[each], lang)) for each in born),
        adds=tuple(_added(each, places[each], directory, lang) for each in ReturnStage if each not in found),
    )


def _matched(rows: Sequence[StageRow], known: Mapping[ReturnStage, str], fresh: bool) -> dict[ReturnStage, StageRow]:
    found: dict[ReturnStage, StageRow] = {}
    left = list(rows)

    def take(
        fits: Callable[[ReturnStage, StageRow], bool], meanings: Collection[ReturnStage] = tuple(ReturnStage)
    ) -> None:
        for meaning in meanings:
            row = next((each for each in left if meaning not in found and fits(meaning, each)), None)
            if row is not None:
                found[meaning] = row
                left.remove(row)

    def of_kind(meaning: ReturnStage, row: StageRow) -> bool:
        return row.semantics == STAGES[meaning].semantics

    take(lambda meaning, row: row.id == known.get(meaning))
    take(lambda meaning, row: row.code == STAGES[meaning].code)
    take(lambda meaning, row: of_kind(meaning, row) and row.name.casefold() in STAGES[meaning].all_names)
    # New items stand in the first stage; a process ends in its final ones.
    first = next((row for row in rows if not row.semantics), None)
    take(lambda _, row: row is first, [ReturnStage.REQUESTED])
    take(of_kind, [ReturnStage.CLOSED, ReturnStage.REFUSED])
    if fresh:
        take(of_kind)
    return found


def _places(rows: Sequence[StageRow], found: Mapping[ReturnStage, StageRow]) -> Iterator[tuple[ReturnStage, int]]:
    """Where a missing stage goes: behind the meaning before it, and before the final ones (§1.7)."""
    final = min((row.sort for row in rows if row.semantics), default=_STEP * (len(STAGES) + 1))
    last = 0
    for meaning in ReturnStage:
        if meaning in found:
            last = found[meaning].sort
        elif STAGES[meaning].semantics:
            last = max((row.sort for row in rows), default=0) + _STEP
            yield meaning, last
        else:
            last = max(1, min(last + 1, final - 1))
            yield meaning, last


def _dressed(meaning: ReturnStage, sort: int, lang: str) -> dict[str, Any]:
    spec = STAGES[meaning]
    return {"NAME": spec.name(lang), "SORT": sort, "COLOR": spec.colour}


def _added(meaning: ReturnStage, sort: int, directory: str, lang: str) -> dict[str, Any]:
    spec = STAGES[meaning]
    told = {"ENTITY_ID": directory, "STATUS_ID": spec.code, "SEMANTICS": spec.semantics}
    return {**told, **_dressed(meaning, sort, lang)}
