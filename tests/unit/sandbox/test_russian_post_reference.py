"""The emulated Russian Post: normalisation, quotes, offices, tracking, the switches (contract §5, §6, §10, §14)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.world import World

from .russian_post_client import CLIENT, COD, PostClient


@pytest.fixture(scope="module")
def post_world() -> Iterator[World]:
    with World(systems=["russian_post"]) as world:
        yield world


@pytest.fixture
def post(post_world: World) -> PostClient:
    post_world.reset()
    return PostClient(post_world)


def cleaned(post: PostClient, text: str) -> dict[str, Any]:
    rows = post.call("POST", "/1.0/clean/address", [{"id": "1", "original-address": text}]).json()
    found: dict[str, Any] = rows[0]
    return found


# --- normalisation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "quality", "validation"),
    [
        ("Казань, ул. Баумана, 44", "GOOD", "VALIDATED"),
        ("420000, Казань, Баумана 44 кв 5", "GOOD", "VALIDATED"),
        ("Республика Татарстан, г. Казань, улица Баумана, д. 44, корп. 2", "GOOD", "VALIDATED"),
        ("Казаань, ул. Баумана, 44", "GOOD", "NOT_VALIDATED_HAS_ASSUMPTION"),
        ("Казань, ул. Баумана, 44, позвонить за час", "GOOD", "NOT_VALIDATED_HAS_UNPARSED_PARTS"),
        ("Казань, ул. Баумана, 44440", "GOOD", "NOT_VALIDATED_EXCEDED_HOUSE_NUMBER"),
        ("Казань, ул. Баумана", "UNDEF_04", "NOT_VALIDATED_HAS_NO_MAIN_POINTS"),
        ("Казань", "UNDEF_03", "NOT_VALIDATED_HAS_NO_MAIN_POINTS"),
        ("Свердловская область, Лукошкино, ул. Лесная, 1", "UNDEF_02", "NOT_VALIDATED_HAS_NO_MAIN_POINTS"),
        ("Берёзовский, ул. Ленина, 1", "UNDEF_02", "NOT_VALIDATED_HAS_AMBI"),
        ("Свердловская область, Берёзовский, ул. Ленина, 1", "GOOD", "VALIDATED"),
        ("завтра", "UNDEF_06", "NOT_VALIDATED_HAS_NO_MAIN_POINTS"),
        ("Минск, ул. Ленина, 1", "UNDEF_07", "NOT_VALIDATED_FOREIGN"),
        ("Казань, до востребования", "ON_DEMAND", "VALIDATED"),
        ("Казань, а/я 12", "POSTAL_BOX", "VALIDATED"),
        ("Казань, ул. Баумана, 44 UNDEF_05", "UNDEF_05", "VALIDATED"),
        ("Казань, ул. Баумана, 44 NOT_VALIDATED_DICTIONARY", "GOOD", "NOT_VALIDATED_DICTIONARY"),
    ],
)
def test_addresses_have_two_verdicts(post: PostClient, text: str, quality: str, validation: str) -> None:
    row = cleaned(post, text)
    assert (row["quality-code"], row["validation-code"], row["original-address"]) == (quality, validation, text)


def test_an_address_is_split_into_its_parts(post: PostClient) -> None:
    row = cleaned(post, "Казань, ул. Баумана, 44а, кв. 5")
    parts = ("region", "place", "street", "house", "letter", "room")
    assert [row[name] for name in parts] == ["Респ Татарстан", "г Казань", "ул Баумана", "44", "А", "5"]
    assert row["index"].startswith("4200")
    assert cleaned(post, "Казань, а/я 12")["num-address-type"] == "12"
    assert "street" not in cleaned(post, "Казань")


def test_answers_come_in_any_order(post: PostClient) -> None:
    rows = [{"id": str(number), "original-address": f"Казань, ул. Баумана, {number}"} for number in range(1, 30)]
    found = post.call("POST", "/1.0/clean/address", rows).json()
    assert sorted(int(row["id"]) for row in found) == list(range(1, 30))
    assert [row["id"] for row in found] != [row["id"] for row in rows]
    assert post.call("POST", "/1.0/clean/address", [{"original-address": "Казань"}]).status_code == 400


@pytest.mark.parametrize(
    ("text", "quality", "number"),
    [
        ("+7 (900) 000-14-62", "GOOD", "9000001462"),
        ("8 900 000 14 62", "GOOD", "9000001462"),
        ("9000001462, 9000001463", "GOOD_EXTRA_PHONE", "9000001462"),
        ("900000146", "INCORRECT_DATA", ""),
        ("нет", "GARBAGE", ""),
        ("", "EMPTY", ""),
        ("+375291234567", "FOREIGN", "291234567"),
        ("9000001462 CODE_AMBI", "CODE_AMBI", "9000001462"),
    ],
)
def test_phones(post: PostClient, text: str, quality: str, number: str) -> None:
    row = post.call("POST", "/1.0/clean/phone", [{"id": "", "original-phone": text}]).json()[0]
    assert (row["quality-code"], row["phone-city-code"] + row["phone-number"]) == (quality, number)


def test_names(post: PostClient) -> None:
    rows = [{"id": "1", "original-fio": "северцева мария ивановна"}]
    row = post.call("POST", "/1.0/clean/physical", rows).json()[0]
    assert (row["surname"], row["name"], row["middle-name"], row["quality-code"]) == (
        "Северцева", "Мария", "Ивановна", "EDITED",
    )  # fmt: skip
    row = post.call("POST", "/1.0/clean/physical", [{"id": "1", "original-fio": "Северцева Мария"}]).json()[0]
    assert row["quality-code"] == "NOT_SURE"


# --- quotes -----------------------------------------------------------------------------------------------------------

QUOTE = {"index-to": "420000", "mail-type": "POSTAL_PARCEL", "mail-category": "ORDINARY", "mass": 700}


def test_a_quote_is_in_kopecks_with_the_vat_beside_it(post: PostClient) -> None:
    row = post.call("POST", "/1.0/tariff", QUOTE).json()
    assert row["total-rate"] == row["ground-rate"]["rate"]
    assert row["total-vat"] == round(row["total-rate"] * 0.22)
    insured = post.call(
        "POST", "/1.0/tariff", QUOTE | {"mail-category": "WITH_DECLARED_VALUE", "declared-value": 90000}
    ).json()
    assert insured["insurance-rate"] == {"rate": 2700, "vat": 594}
    assert insured["total-rate"] == row["total-rate"] + 2700
    heavy = post.call("POST", "/1.0/tariff", QUOTE | {"mass": 5000, "index-to": 690000}).json()
    assert heavy["total-rate"] > row["total-rate"] * 2
    assert heavy["delivery-time"]["max-days"] > row["delivery-time"]["max-days"]
    post.set(vat_percent=20, no_delivery_time=True)
    row = post.call("POST", "/1.0/tariff", QUOTE).json()
    assert (row["total-vat"], "delivery-time" in row) == (round(row["total-rate"] * 0.2), False)


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"index-to": "777777"}, 200, {"errors": ["CODE_1372"]}),
        ({"mail-type": "HYPER_CARGO"}, 200, {"errors": ["UNDEFINED"]}),
        ({"mail-category": "WITH_DECLARED_VALUE"}, 200, {"errors": ["UNDEFINED"]}),
        ({"mass": 60_000}, 200, {"errors": ["UNDEFINED"]}),
        ({"index-from": "190000"}, 404, "1001"),
        ({"mail-type": "ROCKET"}, 400, 400),
        ({"mass": "700"}, 400, 400),
    ],
)
def test_a_quote_that_cannot_be(post: PostClient, changes: dict[str, Any], status: int, said: Any) -> None:
    answer = post.call("POST", "/1.0/tariff", QUOTE | changes)
    row = answer.json()
    assert answer.status_code == status
    assert said in (row, row.get("code"), row.get("status"))


def test_a_postamat_wants_its_size(post: PostClient) -> None:
    wish = {
        "mail-type": "ONLINE_PARCEL", "mail-category": "COMBINED_WITH_DECLARED_VALUE", "mass": 700,
        "declared-value": 90000, "delivery-point-index": "904001",
    }  # fmt: skip
    assert post.call("POST", "/1.0/tariff", wish).json() == {"errors": ["UNDEFINED"]}
    assert post.call("POST", "/1.0/tariff", wish | {"dimension-type": "S"}).json()["total-rate"] > 0


def public(post: PostClient, **query: Any) -> requests.Response:
    asked: dict[str, Any] = {
        "json": "json",
        "errorcode": 1,
        "object": 4030,
        "from": 101000,
        "to": 420000,
        "weight": 700,
    } | query
    return requests.get(post.tariff_url + "/v2/calculate/tariff/delivery", params=asked, timeout=10)


def test_the_public_calculator(post: PostClient) -> None:
    row = public(post).json()
    assert row["paynds"] == row["pay"] + row["nds"]
    assert row["pay"] > post.call("POST", "/1.0/tariff", QUOTE).json()["total-rate"]
    assert row["delivery"]["min"] <= row["delivery"]["max"]
    for query, code in (
        ({"object": 4031}, 1205), ({"to": 777777}, 1207), ({"weight": 60_000}, 1378), ({"weight": "x"}, 1366),
        ({"service": "999"}, 1202), ({"colour": "red"}, 1302), ({"object": 4020}, 1201),
    ):  # fmt: skip
        answer = public(post, **query)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code), query
    names = requests.get(post.tariff_url + "/v2/dictionary/service", timeout=10).json()
    assert {"id": 4, "name": "Отметка «Осторожно»"} in names["service"]
    assert requests.get(post.tariff_url + "/v2/dictionary/postoffice", timeout=10).status_code == 404


# --- offices ----------------------------------------------------------------------------------------------------------


def test_offices_and_postamats(post: PostClient) -> None:
    main = post.get("/postoffice/1.0/420000")
    assert (main["settlement"], main["type-code"], main["type-id"]) == ("Казань", "ГОПС", 8)
    assert post.get("/postoffice/1.0/904001")["type-code"] == "ПОЧТОМАТ"
    assert post.get("/postoffice/1.0/904001/services") == []
    assert {row["group-id"] for row in post.get("/postoffice/1.0/420000/services/2101")} == {2101}
    assert post.call("GET", "/postoffice/1.0/777777").json()["code"] == "1001"
    assert post.get("/postoffice/1.0/by-address", address="Казань, ул. Баумана, 44", top=2)["postoffices"][0]
    assert "420000" in post.get("/postoffice/1.0/settlement.offices.codes", settlement="Казань")


def test_what_is_near(post: PostClient) -> None:
    here = {"latitude": 55.7961, "longitude": 49.1064}
    near = post.get("/postoffice/1.0/nearby", top=5, **here)
    assert (len(near), near[0]["postal-code"], near[0]["distance"]) == (5, "420000", 0.0)
    assert near == sorted(near, key=lambda row: row["distance"])
    every = post.get("/postoffice/1.0/nearby", top=99, **here, **{"filter-by-office-type": "false"})
    assert {row["type-code"] for row in every} == {"ГОПС", "ПОЧТОМАТ", "ПВЗ"}
    assert post.call("GET", "/postoffice/1.0/nearby", latitude=1).status_code == 400


def passport(post: PostClient, kind: str = "ALL") -> list[dict[str, Any]]:
    content = post.call("GET", "/1.0/unloading-passport/zip", type=kind).content
    archive = zipfile.ZipFile(io.BytesIO(content))
    (name,) = archive.namelist()
    assert name.startswith(kind)
    rows: list[dict[str, Any]] = json.loads(archive.read(name))["passportElements"]
    return rows


def test_the_export_has_every_point_and_some_nonsense(post: PostClient) -> None:
    rows = passport(post)
    assert len(rows) > 400
    by_index = {row["address"]["index"]: row for row in rows}
    assert len(by_index) == len(rows)
    assert by_index["904001"]["ecomOptions"]["weightLimit"] == 15.0
    assert by_index["420000"]["workTime"][0] == "пн, открыто: 08:00 - 20:00"
    assert any("holidays" in row for row in rows)
    assert {row["type"] for row in passport(post, "APS")} == {"ПОЧТОМАТ"}
    post.set(broken_points=4, extra_points=50)
    more = passport(post)
    assert "address" not in more[0]
    assert 40 <= len(more) - 4 - len(rows) <= 50
    assert more[-1]["address"]["index"] == "500049"
    assert post.get("/postoffice/1.0/500049")["postal-code"] == "500049"
    assert post.call("GET", "/1.0/unloading-passport/zip", type="CATS").status_code == 400


# --- tracking ---------------------------------------------------------------------------------------------------------


def test_a_history_in_the_offices_own_time(post: PostClient) -> None:
    made = post.sent(index_to=620000)
    post.move(made["barcode"], "8/2")
    found = post.operations(made["barcode"])
    assert [code for code, _ in found] == ["28/0", "1/2", "8/1", "8/2"]
    assert found[0][1].endswith("+03:00")
    assert found[3][1].endswith("+05:00")
    text = post.history(made["barcode"]).text
    assert "<d:Name>Присвоение идентификатора</d:Name>" in text
    assert "<d:OperAttr><d:Id>0</d:Id></d:OperAttr>" in text
    assert post.operations("80123400000000") == []


def test_single_access_has_its_own_login_and_a_daily_cap(post: PostClient) -> None:
    answer = post.history("80123400000000", login=post.keys["login"], password=post.keys["password"])
    assert (answer.status_code, "AuthorizationFaultReason" in answer.text) == (500, True)
    post.set(track_limit=2)
    assert [post.history("80123400000000").status_code for _ in range(3)] == [200, 200, 500]
    wrong = requests.post(f"{post.tracking_url}/rtm34", b"<a/>", headers={"Content-Type": "text/xml"}, timeout=10)
    assert wrong.status_code == 415
    old = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"/>'
    headers = {"Content-Type": "application/soap+xml"}
    mixed = requests.post(f"{post.tracking_url}/rtm34", old.encode(), headers=headers, timeout=10)
    assert (mixed.status_code, "VersionMismatch" in mixed.text) == (500, True)


def error_of(answer: Any) -> str | None:
    found = answer.find("error")
    return None if found is None else found.get("ErrorTypeID")


def test_a_ticket_is_ready_after_a_quarter_of_an_hour(post: PostClient) -> None:
    made = post.create()
    asked = post.ticket(made["barcode"], "80123400000000")
    ticket = asked.findtext("value")
    assert ticket is not None
    assert ticket.endswith("ROMASHKATRACK")
    assert error_of(post.by_ticket(ticket)) == "6"
    post.world.clock.advance(901)
    answer = post.by_ticket(ticket)
    value = answer.find("value")
    assert value is not None
    items = {item.get("Barcode"): item for item in value.findall(f"{CLIENT}Item")}
    done = items[made["barcode"]].find(f"{CLIENT}Operation")
    assert done is not None
    assert (done.get("OperTypeID"), done.get("OperCtgID")) == ("28", "0")
    unknown = items["80123400000000"].find(f"{CLIENT}Error")
    assert unknown is not None
    assert unknown.get("ErrorTypeID") == "12"
    # Asked again at once: too soon; after 32 hours: gone.
    assert error_of(post.by_ticket(ticket)) == "6"
    post.world.clock.advance(33 * 3600)
    assert error_of(post.by_ticket(ticket)) == "17"


def test_what_tickets_refuse(post: PostClient) -> None:
    post.set(ticket_most=2)
    assert error_of(post.ticket("1", "2", "3")) == "18"
    assert error_of(post.ticket("1", password="wrong")) == "3"
    assert error_of(post.ticket("1", language="FRA")) == "20"
    assert error_of(post.ticket("1" * 65)) == "21"
    assert error_of(post.ticket()) == "2"
    small = PostClient(post.world, 1)
    assert list(small.ticket("1")) == []
    assert error_of(post.by_ticket("20200101000000000ROMASHKATRACK")) == "17"


@pytest.mark.parametrize("name", ["rtm34", "fc"])
def test_each_service_describes_itself(post: PostClient, name: str) -> None:
    text = requests.get(f"{post.tracking_url}/{name}?wsdl", timeout=10).text
    assert f'address location="{post.tracking_url}/{name}"' in text


# --- walking by itself ------------------------------------------------------------------------------------------------


def test_an_item_walks_from_check_in_on(post: PostClient) -> None:
    post.set(auto_route=True, step_seconds=60, walk_from="checkin")
    made = post.create(mail_type="ONLINE_COURIER", **COD)
    post.world.clock.advance(3600)
    assert len(post.operations(made["barcode"])) == 1
    post.call("POST", f"/1.0/batch/{post.batch(made['result-id'])}/checkin")
    post.world.clock.advance(3600)
    found = post.operations(made["barcode"])
    assert [code for code, _ in found][-2:] == ["8/15", "2/8"]
    assert len({moment for _, moment in found}) == len(found)
    assert post.get("/1.0/shipment/search", query="B24-1041")[0]["last-oper-attr"] == "GIVING_RECIPIENT_COURIER"


@pytest.mark.parametrize(
    ("route", "last"),
    [("pickup", "2/1"), ("returned", "2/2"), ("lost", "18/0"), ("cancelled", "46/0"), ("unknown_code", "8/99")],
)
def test_routes_by_name(post: PostClient, route: str, last: str) -> None:
    post.set(step_seconds=1)
    post.world.control.post("/russian_post/overrides", {"match": {"number": "B24-1041"}, "route": route})
    made = post.create()
    post.world.clock.advance(60)
    assert post.operations(made["barcode"])[-1][0] == last


def test_unknown_fields_and_memory(post: PostClient) -> None:
    post.set(unknown_fields=True)
    assert "sandbox-unknown-field" in post.get("/1.0/settings/limit")
    made = post.create()
    back = post.world.remember()
    post.call("DELETE", "/1.0/backlog", [made["result-id"]])
    back()
    assert post.get(f"/1.0/backlog/{made['result-id']}")["barcode"] == made["barcode"]


def test_account_answers(post: PostClient) -> None:
    points = post.get("/1.0/user-shipping-points")
    assert [row["operator-postcode"] for row in points] == ["101000", "420000"]
    settings = post.get("/1.0/settings")
    assert (settings["apig_access_token"], settings["espp-code"]) == (post.keys["token"], "10001")
    assert post.get("/1.0/counterpart/balance")["work-with-balance"] is True
    asked = {"raw-address": "Казань", "raw-full-name": "Мария", "raw-telephone": "79000001462"}
    assert post.call("POST", "/1.0/unreliable-recipient", [asked]).json() == [asked | {"unreliability": "RELIABLE"}]
