"""Our delivery service as it should be in a portal's online store. Data and pure diffs. Facts:
contracts/bitrix24-crm.md §9.1 to §9.5.

Names are in the portal's language when they are made; afterwards they are the administrator's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from b24app.bitrix24.encoding import Command, as_list, as_map
from b24app.bitrix24.envelope import number
from b24app.bitrix24.shop_calls import ADDRESS, COURIER, HANDLER, INSURANCE, KEY, PHONE, PICKUP, POINT
from b24app.flows.shop import ShopRules
from b24app.logistics.extras import Extra
from b24app.logistics.model import DeliveryKind

PATH = "/b24/delivery"
#: Says in the store that a service is ours, also after a crash right behind its making.
MARK = "Waybill"
_TEXTS: dict[str, tuple[str, str]] = {
    "name": ("Доставка", "Delivery"),
    "text": (f"{MARK}: доставка транспортными компаниями", f"{MARK}: delivery by carriers"),
    "key": ("Ключ Waybill (не меняйте)", "Waybill's key (do not change)"),
    COURIER: ("Курьер до двери", "Courier to the door"),
    PICKUP: ("Пункт выдачи", "Pickup point"),
    ADDRESS: ("Адрес доставки", "Delivery address"),
    PHONE: ("Телефон получателя", "Recipient's phone"),
    POINT: ("Код пункта выдачи", "Pickup point code"),
    INSURANCE: ("Застраховать на стоимость товаров", "Insure for what the goods cost"),
    Extra.FITTING: ("Примерка", "Fitting"),
    Extra.PARTIAL: ("Частичный выкуп", "Buy only a part"),
    Extra.SMS: ("SMS о доставке", "SMS about the delivery"),
}
KINDS = {COURIER: DeliveryKind.COURIER, PICKUP: DeliveryKind.PICKUP}
#: Property -> its type, what makes it what it is, and the profiles that ask for it.
PROPERTIES: dict[str, tuple[str, Mapping[str, str], tuple[str, ...]]] = {
    ADDRESS: ("ADDRESS", {"isAddressTo": "Y"}, (COURIER, PICKUP)),
    PHONE: ("STRING", {"isPhone": "Y"}, (COURIER, PICKUP)),
    POINT: ("STRING", {}, (PICKUP,)),
}


def text(what: str, lang: str) -> str:
    return _TEXTS[what][0 if lang == "ru" else 1]


def handler(store_url: str, secret: str, lang: str) -> dict[str, Any]:
    """Fields of `sale.delivery.handler.add` beside its code. Not the servers of events: whoever waits for a
    carrier must keep no event of a portal waiting."""
    base = f"{store_url}{PATH}/{secret}"
    return {
        "NAME": MARK,
        "DESCRIPTION": text("text", lang),
        "SETTINGS": {
            "CALCULATE_URL": f"{base}/calculate",
            "CREATE_DELIVERY_REQUEST_URL": f"{base}/create",
            "CANCEL_DELIVERY_REQUEST_URL": f"{base}/cancel",
            "HAS_CALLBACK_TRACKING_SUPPORT": "Y",
            "CONFIG": [{"TYPE": "STRING", "CODE": KEY, "NAME": text("key", lang)}],
        },
        "PROFILES": [{"NAME": text(code, lang), "CODE": code, "DESCRIPTION": ""} for code in KINDS],
    }


@dataclass(frozen=True, slots=True)
class Handler:
    """As the portal lists it; `same`: it calls the right addresses."""

    id: int
    same: bool


def handler_there(listed: Any, wanted: Mapping[str, Any]) -> Handler | None:
    rows = [as_map(row) for row in as_list(listed)]
    row = next((each for each in rows if each.get("CODE") == HANDLER), None)
    if row is None:
        return None
    told, codes = as_map(row.get("SETTINGS")), [as_map(each).get("CODE") for each in as_list(row.get("PROFILES"))]
    urls = {name: value for name, value in wanted["SETTINGS"].items() if isinstance(value, str)}
    config = [as_map(each).get("CODE") for each in as_list(told.get("CONFIG"))]
    same = all(told.get(name) == value for name, value in urls.items()) and KEY in config and codes == list(KINDS)
    return Handler(number(row.get("ID")) or 0, same)


@dataclass(frozen=True, slots=True)
class Service:
    """A service of ours as the portal lists it. `profiles`: their numbers, courier first."""

    id: int
    name: str
    currency: str
    active: bool
    profiles: tuple[int, ...]

    @property
    def kinds(self) -> dict[str, DeliveryKind]:
        return {str(each): kind for each, kind in zip(self.profiles, KINDS.values(), strict=False)}


def service_there(listed: Any, known: int) -> Service | None:
    """The one that we know, else one that carries our mark: its making was never heard of."""
    rows = [as_map(row) for row in as_list(listed)]
    parents = [row for row in rows if not number(row.get("PARENT_ID"))]
    ours = [row for row in parents if number(row.get("ID")) == known]
    ours += [row for row in parents if str(row.get("DESCRIPTION") or "").startswith(f"{MARK}:")]
    if not ours:
        return None
    row, own = ours[0], number(ours[0].get("ID")) or 0
    children = sorted(number(each.get("ID")) or 0 for each in rows if number(each.get("PARENT_ID")) == own)
    return Service(
        own, str(row.get("NAME") or ""), str(row.get("CURRENCY") or ""), row.get("ACTIVE") == "Y", tuple(children)
    )


def service_fields(rules: ShopRules, lang: str) -> dict[str, Any]:
    return {
        "NAME": rules.name or text("name", lang),
        "CURRENCY": rules.currency,
        "DESCRIPTION": text("text", lang),
        "ACTIVE": "Y",
    }


def mend_service(there: Service, rules: ShopRules, lang: str) -> list[Command]:
    """The fields are flat: inside FIELDS they change nothing."""
    wanted = service_fields(rules, lang)
    same = (there.name, there.currency, there.active) == (wanted["NAME"], rules.currency, True)
    commands = [] if same else [Command("sv", "sale.delivery.update", {"ID": there.id, **wanted})]
    return commands + [
        Command(f"sv{at}", "sale.delivery.update", {"ID": each, "CURRENCY": rules.currency, "ACTIVE": "Y"})
        for at, each in enumerate(there.profiles)
        if not same
    ]


def key_is(config: Any, key: str) -> bool:
    rows = [as_map(row) for row in as_list(config)]
    return any(row.get("CODE") == KEY and row.get("VALUE") == key for row in rows)


def properties_there(listed: Any) -> dict[str, str]:
    """Number -> code of ours."""
    rows = [as_map(row) for row in as_list(as_map(listed).get("properties"))]
    return {str(row["id"]): str(row["code"]) for row in rows if row.get("code") in PROPERTIES}


def missing_properties(listed: Any, people: Any, groups: Any, lang: str) -> list[Command]:
    """Of each kind of payer that has a group of properties."""
    rows = [as_map(row) for row in as_list(as_map(listed).get("properties"))]
    there = {(number(row.get("personTypeId")), row.get("code")) for row in rows}
    group_of: dict[int, int] = {}
    for row in map(as_map, as_list(as_map(groups).get("propertyGroups"))):
        group_of.setdefault(number(row.get("personTypeId")) or 0, number(row.get("id")) or 0)
    persons = [number(as_map(row).get("id")) or 0 for row in as_list(as_map(people).get("personTypes"))]
    return [
        Command(
            f"p{person}{code[-3:].lower()}",
            "sale.shipmentproperty.add",
            {
                "fields": {
                    "personTypeId": person, "propsGroupId": group_of[person], "name": text(code, lang), "type": kind,
                    "code": code, "active": "Y", "required": "N", "sort": 10 + at, **flags,
                }
            },
        )
        for person in persons
        if person in group_of
        for at, (code, (kind, flags, _)) in enumerate(PROPERTIES.items())
        if (person, code) not in there
    ]  # fmt: skip


def missing_relations(listed: Any, properties: Mapping[str, str], profiles: Sequence[int]) -> list[Command]:
    """Each property belongs to the profiles that ask for it, and to no other delivery of the store."""
    rows = [as_map(row) for row in as_list(as_map(listed).get("propertyRelations"))]
    there = {
        (number(row.get("entityId")), number(row.get("propertyId"))) for row in rows if row.get("entityType") == "D"
    }
    of_code = dict(zip(KINDS, profiles, strict=False))
    wanted = [
        (of_code[profile], int(property_id))
        for property_id, code in properties.items()
        for profile in PROPERTIES[code][2]
        if profile in of_code
    ]
    return [
        Command(
            f"r{profile}x{property_id}",
            "sale.propertyRelation.add",
            {"fields": {"entityId": profile, "entityType": "D", "propertyId": property_id}},
        )
        for profile, property_id in wanted
        if (profile, property_id) not in there
    ]


def mend_extras(profile: int, listed: Any, rules: ShopRules, lang: str) -> list[Command]:
    """What buyers may choose is offered, and is on (the store's own default is off); nothing else of ours is there.
    What it costs is part of the delivery's price."""
    rows = {str(row.get("CODE")): row for row in map(as_map, as_list(listed))}
    wanted = {INSURANCE: rules.insurance, **{each.value: each.value in rules.extras for each in Extra}}
    commands = [_mended(profile, code, rows.get(code), on, lang) for code, on in wanted.items()]
    return [each for each in commands if each is not None]


def _mended(profile: int, code: str, there: Mapping[str, Any] | None, wanted: bool, lang: str) -> Command | None:
    key = f"e{profile}{code}"
    if there is None:
        told = {
            "DELIVERY_ID": profile, "TYPE": "checkbox", "NAME": text(code, lang), "CODE": code, "ACTIVE": "Y",
            "PRICE": 0,
        }  # fmt: skip
        return Command(key, "sale.delivery.extra.service.add", told) if wanted else None
    extra = number(there.get("ID")) or 0
    if not wanted:
        return Command(key, "sale.delivery.extra.service.delete", {"ID": extra})
    if there.get("ACTIVE") == "Y":
        return None
    return Command(key, "sale.delivery.extra.service.update", {"ID": extra, "ACTIVE": "Y"})
