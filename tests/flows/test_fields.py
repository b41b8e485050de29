"""The portal's own fields: mapped in the page, read and written by shipments; what becomes of them is found and
mended."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from b24app.store import portals
from tests.flows.town import ADDRESS, LINK, NUMBER, PHONE, PRICE, STATUS, TRACK, Shop, words_of

DEAL, OTHER = 501, 516
THEIR_ADDRESS, THEIR_NUMBER, THEIR_PRICE = "UF_CRM_1747309879", "UF_CRM_OUR_TRACK", "UF_CRM_OUR_PRICE"
THEIR_KIND, THEIR_SERVICE = "UF_CRM_HOW", "UF_CRM_OUR_SERVICE"
#: What the form says while nothing was changed.
OURS = dict.fromkeys(
    ("address", "point_code", "type", "phone", "order_id", "tracking", "link", "price", "status"), "own"
)
NONE = dict.fromkeys(("name", "comment", "cod"), "")


def add(shop: Shop, name: str, kind: str, label: str, **more: Any) -> None:
    shop.ask("POST", "/fields", {"name": name, "kind": kind, "label": label, **more})


def fields(shop: Shop) -> dict[str, Any]:
    return {row["name"]: row for row in shop.ask("GET", "/fields")["fields"]}


def read_again(shop: Shop) -> str:
    """The button; what the page says when the lane has read."""
    shop.app().press("/app/fields/reread", {})
    return read(shop)


def read(shop: Shop) -> str:
    def done() -> str:
        page = shop.app().get("/app/s/fields")
        return "" if 'data-live="/app/fields"' in page else page

    return str(shop.town.wait(done, "the reading of the portal's fields"))


def save(shop: Shop, **chosen: str) -> str:
    roles = {**OURS, **NONE, **{key: value for key, value in chosen.items() if not key.startswith("means_")}}
    means = {key: value for key, value in chosen.items() if key.startswith("means_")}
    return shop.app().press("/app/fields", {f"role_{role}": value for role, value in roles.items()} | means)


def wrong(page: str) -> dict[str, str]:
    found = re.findall(r'id="e-f-(\w+)">(?:<svg.*?</svg>)?(.*?)</span>', page, re.DOTALL)
    return {role: words_of(text) for role, text in found}


def offered(page: str, role: str) -> list[str]:
    start = page.index(f'name="role_{role}"')
    part = page[start : page.index("</select>", start)]
    return [html.unescape(text) for text in re.findall(r'<option value="[^"]*"[^>]*>([^<]*)', part)]


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_deal_ships_with_the_portals_own_fields(shop: Shop) -> None:
    """Address (of the address type, under a name that no rule makes), number and price in fields that were there."""
    add(shop, THEIR_ADDRESS, "address", "Куда везти")
    add(shop, THEIR_NUMBER, "string", "Накладная")
    add(shop, THEIR_PRICE, "double", "Расход на доставку")
    add(shop, THEIR_KIND, "enumeration", "Как везти", values=["Самовывоз", "До двери", "Потом"])
    values = fields(shop)[THEIR_KIND]["values"]
    at = {text: value for value, text in values.items()}
    page = read_again(shop)
    assert "Куда везти" in offered(page, "address")
    assert "Куда везти" not in offered(page, "tracking")
    assert "Куда везти: это адрес, а нужно: строка" in words_of(page)
    page = save(
        shop,
        address=THEIR_ADDRESS,
        tracking=THEIR_NUMBER,
        price=THEIR_PRICE,
        type=THEIR_KIND,
        **{f"means_{at['Самовывоз']}": "pickup", f"means_{at['До двери']}": "courier", f"means_{at['Потом']}": ""},
    )
    assert "Сохранено" in page
    assert "4 ваших поля" in words_of(shop.app().get("/app/s/fields"))

    shop.fill_in(DEAL)
    shop.edit(
        DEAL,
        **{THEIR_ADDRESS: "Казань, ул. Пушкина, 1|55.79;49.12|77", ADDRESS: "не сюда", THEIR_KIND: int(at["До двери"])},
    )
    assert "ул. Пушкина, 1" in shop.tab_says(DEAL)
    shop.move(DEAL)
    number = str(shop.town.wait(lambda: shop.deal(DEAL)[THEIR_NUMBER], "a number in the portal's field"))
    [order] = shop.orders(DEAL)
    assert order["address"] == "Казань, ул. Пушкина, 1"
    deal = shop.deal(DEAL)
    assert deal[NUMBER] == number
    assert deal[TRACK] is None
    assert deal[PRICE] is None
    assert float(deal[THEIR_PRICE]) > 100
    shop.becomes(DEAL, "Заказ создан")


def test_what_does_not_fit_is_refused_with_a_sentence(shop: Shop) -> None:
    add(shop, THEIR_ADDRESS, "address", "Куда везти")
    add(shop, THEIR_NUMBER, "string", "Накладная")
    add(shop, "UF_CRM_MANY", "string", "Много", multiple=True)
    add(shop, "UF_CRM_MUST", "string", "Обязательное", mandatory=True)
    add(shop, "UF_CRM_FLAG", "boolean", "Сам заберёт")
    read_again(shop)
    assert wrong(save(shop, tracking=THEIR_ADDRESS)) == {"tracking": "Это поле сюда не подходит: выберите другое"}
    assert set(wrong(save(shop, tracking="UF_CRM_MANY", status="UF_CRM_MUST"))) == {"tracking", "status"}
    assert set(wrong(save(shop, tracking=THEIR_NUMBER, order_id=THEIR_NUMBER))) == {"tracking", "order_id"}
    both = wrong(save(shop, tracking=THEIR_NUMBER, comment=THEIR_NUMBER))
    assert both["tracking"].startswith("Одно поле нельзя и читать, и писать")
    assert set(wrong(save(shop, address="", tracking="UF_CRM_NOBODY"))) == {"address", "tracking"}
    assert set(wrong(save(shop, type="UF_CRM_FLAG", means_Y="pickup", means_N=""))) == {"type"}
    assert shop.town.program.read(lambda session: _roles(session, shop))["tracking"] == TRACK


def test_yes_or_no_says_how_to_deliver(shop: Shop) -> None:
    add(shop, "UF_CRM_FLAG", "boolean", "Сам заберёт")
    read_again(shop)
    assert "Сохранено" in save(shop, type="UF_CRM_FLAG", means_Y="pickup", means_N="courier")
    shop.fill_in(DEAL, OTHER)
    shop.edit(OTHER, UF_CRM_FLAG="Y")
    shop.move(DEAL, OTHER)
    shop.shipped(DEAL, OTHER)
    assert shop.orders(DEAL)[0]["delivery_point"] is None
    assert shop.orders(OTHER)[0]["delivery_point"] == "NSK3"


def test_a_deleted_field_of_ours_is_told_and_made_again_only_when_asked(shop: Shop) -> None:
    shop.ask("POST", f"/fields/{LINK}/delete", {})
    page = words_of(read_again(shop))
    assert "Ссылка на отслеживание: поля «Ссылка на отслеживание» в портале больше нет" in page
    assert "1 поле не работает" in page
    assert LINK not in fields(shop)
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.becomes(DEAL, "Заказ создан")

    shop.app().press("/app/fields/link/own", {})
    page = words_of(read(shop))
    assert "больше нет" not in page
    made = fields(shop)[LINK]
    assert made["kind"] == "url"
    assert (made["labels"]["ru"], made["labels"]["de"]) == ("Ссылка на отслеживание", "Link zur Sendungsverfolgung")
    shop.ship(OTHER)
    [number] = shop.shipped(OTHER)
    shop.town.wait(lambda: number in str(shop.deal(OTHER)[LINK]), "the link in the field that was made again")


def test_a_mapped_field_that_vanished_is_found_by_the_deals_that_use_it(shop: Shop) -> None:
    """Nobody presses anything: a deal that does not hold the field any more makes the lane look."""
    add(shop, THEIR_NUMBER, "string", "Накладная")
    read_again(shop)
    save(shop, tracking=THEIR_NUMBER)
    shop.ask("POST", f"/fields/{THEIR_NUMBER}/delete", {})
    shop.ship(DEAL)
    shop.becomes(DEAL, "Заказ создан")
    said = shop.town.wait(lambda: _says(shop, "«Накладная» в портале больше нет"), "the field that is gone on the page")
    assert "Выберите ниже другое поле или используйте наше." in said
    shop.app().press("/app/fields/tracking/own", {})
    assert "больше нет" not in words_of(read(shop))
    shop.ship(OTHER)
    shop.shipped(OTHER)


def test_another_type_and_another_name(shop: Shop) -> None:
    """A field under our name that became something else is left alone: ours gets the second name."""
    add(shop, STATUS, "date", "Когда доставят")
    shop.ask("POST", f"/fields/{PHONE}/label", {"label": {"ru": "Кому звонить", "en": "Whom to call"}})
    page = words_of(read_again(shop))
    assert "Статус доставки: поле больше не подходит, у него теперь другой тип" in page
    assert "наше поле теперь называется «Кому звонить»" in page
    shop.app().press("/app/fields/status/own", {})
    shop.app().press("/app/fields/phone/name", {})
    page = words_of(read(shop))
    assert "не подходит," not in page
    assert "теперь называется" not in page
    there = fields(shop)
    assert (there[STATUS]["kind"], there[f"{STATUS}_WB"]["kind"]) == ("date", "string")
    assert there[PHONE]["labels"]["ru"] == "Телефон получателя"
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.town.wait(lambda: shop.deal(DEAL)[f"{STATUS}_WB"] == "Заказ создан", "the status in the new field")
    assert shop.deal(DEAL)[STATUS] is None


def test_reading_the_fields_takes_one_call(shop: Shop) -> None:
    shop.town.calm()
    before = len(shop.town.journal("rest.call", "bitrix24"))
    shop.app().press("/app/fields/reread", {})
    shop.town.calm()
    calls = shop.town.journal("rest.call", "bitrix24")[before:]
    own = [row for row in calls if "crm.deal.userfield.list" in str(row)]
    assert len(own) == 1
    assert "crm.item.fields" in str(own[0])


def _says(shop: Shop, text: str) -> str:
    said = words_of(shop.app().get("/app/s/fields"))
    return said if text in said else ""


def _roles(session: Any, shop: Shop) -> dict[str, str]:
    return portals.field_map(session, shop.id)


def test_the_deal_learns_what_it_goes_by_whoever_chose_that(shop: Shop) -> None:
    """Nobody chose a rate: the pipeline's service is told in the field that is mapped for it, with the number."""
    add(shop, THEIR_SERVICE, "string", "Чем едет")
    read_again(shop)
    save(shop, service=THEIR_SERVICE)
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.town.wait(lambda: shop.deal(DEAL)[THEIR_SERVICE] == "СДЭК, Посылка", "the service in its field")
