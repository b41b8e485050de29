"""What a portal must have for us to work: fields, stage, placements, events. Data and pure diffs.

Facts: contracts/bitrix24-crm.md §1.7 (stages), §4.1-4.2 (field names and types), bitrix24-app.md §4.4 (events), §5.1
(placements).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from b24app.bitrix24.own_fields import OWN, POINT_FIELD, POINT_TYPE, PREFIX
from b24app.flows.snapshot import Role
from install import wanted_returns, wanted_robots, wanted_sender, wanted_triggers
from install.labels import VALUES, labels, point_labels


def creation(role: Role, name: str, lang: str) -> dict[str, Any]:
    """Parameters of `crm.deal.userfield.add` for our field of a role: named in all languages, the values of its list
    (one text for the whole portal) in `lang`. The portal adds `UF_CRM_` to the name that it is given."""
    own, told = OWN[role], labels(role)
    fields: dict[str, Any] = {
        "USER_TYPE_ID": own.kind,
        "FIELD_NAME": name.removeprefix(PREFIX),
        "XML_ID": name.removeprefix(PREFIX),
        "MULTIPLE": "N",
        "MANDATORY": "N",
        "SHOW_FILTER": "Y",
        "SORT": own.sort,
        **naming(told),
    }
    if role is Role.TYPE:
        fields["LIST"] = [
            {"VALUE": texts.get(lang) or texts["en"], "XML_ID": code, "SORT": 10 * at}
            for at, (code, texts) in enumerate(VALUES.items(), 1)
        ]
    return {"fields": fields}


def point_creation(name: str, kind: str) -> dict[str, Any]:
    """Parameters of `crm.deal.userfield.add` for the field of our own type `kind` (its full code)."""
    made = creation(Role.POINT, name, "en")
    told = naming(point_labels())
    return {"fields": {**made["fields"], **told, "USER_TYPE_ID": kind, "SORT": POINT_FIELD.sort}}


def naming(told: Mapping[str, str]) -> dict[str, Any]:
    """The labels of a field, for `crm.deal.userfield.add` and `.update`."""
    return {label: dict(told) for label in ("EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL")}


EVENTS = (
    "ONCRMDEALUPDATE",
    "ONCRMDEALADD",
    "ONCRMDEALMOVETOCATEGORY",
    "ONCRMDEALDELETE",
    "ONAPPINSTALL",
    "ONAPPUPDATE",
    "ONAPPUNINSTALL",
    "ONAPPPAYMENT",
)
EVENTS_PATH = "/b24/events"

TAB = "CRM_DEAL_DETAIL_TAB"
TAB_PATH = "/tab"
TAB_TITLES = {
    "ru": {"TITLE": "Доставка", "DESCRIPTION": "Отправка сделки и где посылка"},
    "en": {"TITLE": "Delivery", "DESCRIPTION": "Shipping of the deal and where the parcel is"},
}

LIST = "CRM_DEAL_LIST_TOOLBAR"
LIST_PATH = "/deals"
LIST_TITLES = {
    "ru": {"TITLE": "Отправка сделок", "DESCRIPTION": "Оформить много сделок сразу"},
    "en": {"TITLE": "Ship deals", "DESCRIPTION": "Ship many deals at once"},
}
#: Our pages in the portal's: where, at which address, under which name.
PLACES = ((TAB, TAB_PATH, TAB_TITLES), (LIST, LIST_PATH, LIST_TITLES))

#: A type of field of our own: the pickup point, chosen in the deal's card. It has one title in the whole portal.
FIELD_PATH = "/field/point"
FIELD_TITLES = {
    "ru": {"TITLE": "Пункт выдачи", "DESCRIPTION": "Выбор пункта выдачи в карточке сделки"},
    "en": {"TITLE": "Pickup point", "DESCRIPTION": "A pickup point chosen in the deal's card"},
}
STAGE_NAMES = {"ru": "Передано на отгрузку", "en": "Transferred for shipment"}
#: Other names under which portals already have it.
STAGE_ALIASES = ("передано в доставку", "передать в доставку", "на отгрузку", "to ship", "ready to ship")
STAGE_CODE = "WB_SHIP"
STAGE_COLOUR = "#00A9F4"


def fingerprint(public_url: str, hooks_url: str) -> str:
    """Differs as soon as a release wants something else in portals, or is reached at other addresses. What is put in
    place once and then belongs to the portal (the stage) does not count."""
    places = [(code, public_url + path, sorted(titles.items())) for code, path, titles in PLACES]
    types = (POINT_TYPE, public_url + FIELD_PATH, sorted(FIELD_TITLES.items()))
    bound = (EVENTS, hooks_url + EVENTS_PATH, places, types)
    fields = [(role.value, creation(role, own.name, "en")) for role, own in OWN.items()]
    robots = wanted_robots.robots(public_url, 0, "en", (), None)
    automation = (robots, wanted_triggers.triggers("en"), wanted_sender.digest(public_url, ""))
    return hashlib.sha256(repr((fields, bound, wanted_returns.wanted(), *automation)).encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Binding:
    """An event or a placement and the address it calls."""

    name: str
    handler: str


@dataclass(frozen=True, slots=True)
class BindingPlan:
    """`stale` bindings of ours point to another address (an older host or version) and go first."""

    stale: tuple[Binding, ...] = ()
    missing: tuple[Binding, ...] = ()


def plan_bindings(
    existing: Iterable[Binding], wanted: Sequence[str], handler: str, over: Callable[[str], bool] = lambda _: False
) -> BindingPlan:
    """What to unbind and to bind so that exactly `wanted` call `handler`. Names compare without case. `over`: a name
    that goes unless it is wanted (of a smart process that keeps returns no longer)."""
    there = [Binding(each.name.upper(), each.handler) for each in existing]
    right = {each.name for each in there if each.handler == handler}
    stale = tuple(each for each in there if each.handler != handler or (over(each.name) and each.name not in wanted))
    return BindingPlan(stale, tuple(Binding(name, handler) for name in wanted if name not in right))


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a deal pipeline as `crm.status.list` tells it. `semantics`: "" in progress, S success, F failure."""

    id: str
    name: str
    sort: int
    semantics: str = ""
    entity: str = "DEAL_STAGE"


@dataclass(frozen=True, slots=True)
class StagePlan:
    """`found` is the stage to use, or `add` the parameters of `crm.status.add`."""

    found: str = ""
    add: Mapping[str, Any] = field(default_factory=dict)


def plan_stage(stages: Sequence[Stage], entity: str, lang: str) -> StagePlan:
    """The stage "Transferred for shipment" of one pipeline: ours by its code, else by its name, else a new one before
    the final ones."""
    names = {name.casefold() for name in STAGE_NAMES.values()}.union(STAGE_ALIASES)
    for fits in (
        lambda s: s.id.partition(":")[2] == STAGE_CODE or s.id == STAGE_CODE,
        lambda s: s.name.casefold() in names,
    ):
        found = next((stage for stage in stages if fits(stage) and not stage.semantics), None)
        if found:
            return StagePlan(found=found.id)
    return StagePlan(
        add={
            "fields": {
                "ENTITY_ID": entity,
                "STATUS_ID": STAGE_CODE,
                "NAME": STAGE_NAMES.get(lang, STAGE_NAMES["en"]),
                "SORT": _sort_before_final(stages),
                "COLOR": STAGE_COLOUR,
                "SEMANTICS": "",
            }
        }
    )


def _sort_before_final(stages: Sequence[Stage]) -> int:
    """Between the last working stage and the first final one: a stage after the final ones is refused."""
    working = max((stage.sort for stage in stages if not stage.semantics), default=0)
    final = min((stage.sort for stage in stages if stage.semantics), default=working + 20)
    return max(working + 1, min(working + 10, final - 1)) if final - working > 1 else max(1, final - 1)
