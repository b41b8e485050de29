"""After an order was given to the emulated PEK: papers, statuses, calling off, return, control."""

from __future__ import annotations

import base64

import pytest

from sandbox.control import ControlError

from .conftest import PekClient


@pytest.mark.parametrize("form", ["string", "object", "key"])
def test_labels_are_pdfs_in_three_shapes(pek: PekClient, form: str) -> None:
    code = pek.submit()
    pek.set(print_form=form)
    text = pek.raw("/order/print/", {"cargoIndex": code, "type": "simple"}).text
    found = max(text.replace('"', " ").split(), key=len)
    assert base64.b64decode(found).startswith(b"%PDF")
    other = PekClient(pek.world, 1)
    assert other.call("/order/print/", {"cargoIndex": code, "type": "big"})["error"]["status"] == 404


def test_a_document_is_made_asynchronously(pek: PekClient) -> None:
    asked = {"cargoCode": pek.submit(), "docType": "CargoAssignment"}
    assert pek.call("/cargosdocuments/order/", asked)["result"]["docStatus"] == 0
    assert pek.call("/cargosdocuments/getcontent/", asked)["error"]["title"] == "Документ не готов"
    pek.world.clock.advance(61)
    assert pek.call("/cargosdocuments/order/", asked)["result"]["docStatus"] == 1
    assert base64.b64decode(pek.call("/cargosdocuments/getcontent/", asked)["docBody"]).startswith(b"%PDF")


def test_calling_off_has_a_window(pek: PekClient) -> None:
    codes = [pek.submit("C-1"), pek.submit("C-2")]
    early = pek.call("/order/cancellation/", [codes[0]])[0]
    assert (early["success"], "5 минут" in early["description"]) == (False, True)
    pek.world.clock.advance(301)
    pek.move(codes[1], code="Принят к перевозке")
    rows = pek.call("/order/cancellation/", [*codes, "780000009999"])
    assert [row["success"] for row in rows] == [True, False, False]
    assert pek.status(codes[0])["cargoStatus"] == "Аннулировано до приемки груза"
    assert [row.key for row in pek.world.journal.find(kind="order.cancelled")] == ["C-1"]
    assert pek.call("/order/cancellation/", {"codes": codes})["error"]["status"] == 400


def test_sending_back_has_a_window_and_may_be_repeated(pek: PekClient) -> None:
    code = pek.submit("R-1")
    ask = {"code": code}
    assert "не принят" in pek.call("/cargos/cancelandreturncargo/", ask)["description"]
    for status in ("Принят к перевозке", "Оформлен", "В пути"):
        pek.move(code, code=status)
    assert pek.call("/cargos/cancelandreturncargo/", ask)["success"]
    assert pek.call("/cargos/cancelandreturncargo/", ask)["description"].startswith("По грузу уже")
    assert [row.key for row in pek.world.journal.find(kind="return.accepted")] == ["R-1"]
    current = pek.call("/cargos/currentstatus/", {"cargoCodes": [code]})["cargos"][0]["currentStatus"]
    assert (current["ClientStatus"], current["ReturnReason"]) == ("Отправлен на возврат", "Заявление отправителя")
    bare = PekClient(pek.world, 2)
    assert "недоступна" in bare.call("/cargos/cancelandreturncargo/", ask)["description"]


def test_a_queued_return_is_made_later(pek: PekClient) -> None:
    pek.set(return_queued=True)
    code = pek.submit("R-2")
    for status in ("Принят к перевозке", "Оформлен"):
        pek.move(code, code=status)
    ask = {"code": code}
    assert pek.call("/cargos/cancelandreturncargo/", ask)["success"] is False
    pek.world.clock.advance(901)
    assert pek.call("/cargos/cancelandreturncargo/", ask)["success"] is True


def test_statuses_walk_by_themselves_in_moscow_time(pek: PekClient) -> None:
    pek.set(auto_route=True)
    code = pek.submit("W-1")
    pek.world.clock.advance(3600 * 3)
    assert pek.status(code)["cargoStatus"] == "В пути"
    pek.world.clock.advance(3600 * 4)
    info = pek.status(code)
    assert (info["cargoStatus"], info["receivedByClientDateTime"] is None) == ("Доставлен получателю", False)
    rows = pek.call("/cargos/statusfullhistory/", {"cargoCodes": [code, "1"]})
    assert [len(row["statuses"]) for row in rows] == [7, 0]
    first = pek.world.journal.find(kind="order.accepted")[0].at
    assert rows[0]["statuses"][0]["date"][11:13] == f"{(first.hour + 3) % 24:02d}"
    delivery = pek.call("/cargos/deliverystatus/", {"cargoCodes": [code]})[0]
    assert (delivery["deliveryStatusCode"], delivery["deliveryStatus"]) == (3200, "Выполнено")
    ids = {row["id"]: row["name"] for row in pek.call("/cargos/statustables/")}
    assert ids[rows[0]["statuses"][-1]["id"]] == "Доставлен получателю"


def test_an_undone_status_stays_in_the_history(pek: PekClient) -> None:
    code = pek.submit("U-1", point=pek.pvz())
    for status in ("Принят к перевозке", "Прибыл", "Выдан получателю"):
        pek.move(code, code=status)
    pek.world.control.post(f"/pek/orders/{code}/rollback")
    assert pek.status(code)["cargoStatus"] == "Прибыл"
    rows = pek.call("/cargos/statusfullhistory/", {"cargoCodes": [code]})[0]["statuses"]
    assert [(row["name"], row["isCancel"]) for row in rows[-2:]] == [("Прибыл", False), ("Выдан получателю", True)]


@pytest.mark.parametrize(
    ("route", "last"),
    [
        ("pickup", "Выдан получателю"), ("returned", "Возвращен отправителю"), ("lost", "Утилизирован"),
        ("customs", "Изъят на таможне"), ("cancelled", "Аннулировано до приемки груза"), ("undone", "Выдан получателю"),
        ("stay", "Ожидается передача груза от отправителя"), ("unknown_code", "Груз на космодроме"),
        ("postponed", "Доставлен получателю"), ("partial", "Выдан получателю"), ("by_terminal", "Выдан получателю"),
    ],
)  # fmt: skip
def test_every_route_ends_as_it_should(pek: PekClient, route: str, last: str) -> None:
    pek.world.control.post("/pek/overrides", {"match": {"recipient": "Северцева*"}, "route": route})
    code = pek.submit("RT-1")
    pek.world.clock.advance(3600 * 20)
    assert pek.status(code)["cargoStatus"] == last


def test_an_accepted_cargo_may_get_another_code(pek: PekClient) -> None:
    pek.set(new_code_on_acceptance=True)
    code = pek.submit("N-1")
    pek.move(code, code="Принят к перевозке")
    row = pek.call("/cargos/basicstatus/", {"cargoCodes": [code]})["cargos"][0]
    assert row["cargo"]["code"] != code
    assert pek.call("/cargos/basicstatus/", {"cargoCodes": [row["cargo"]["code"]]})["cargos"][0] == row


def test_codes_have_a_limit_and_unknown_ones_an_error(pek: PekClient) -> None:
    code = pek.submit()
    assert set(pek.fields("/cargos/status/", {"cargoCodes": [code] * 16})) == {"cargoCodes"}
    assert set(pek.fields("/cargos/basicstatus/", {"cargoCodes": [code] * 51})) == {"cargoCodes"}
    unknown = pek.call("/cargos/currentstatus/", {"cargoCodes": ["1", "2"]})["error"]
    assert (unknown["status"], unknown["title"]) == (404, "Запрашиваемые вами грузы не найдены: 1, 2")
    assert len(pek.call("/cargos/basicstatus/", {"cargoCodes": [code, "1"]})["cargos"]) == 1


def test_an_override_refuses_what_would_pass(pek: PekClient) -> None:
    errors = [{"Key": "cargos[0].receiver.addressStock", "Value": ["Адрес не найден"]}]
    pek.world.control.post("/pek/overrides", {"match": {"number": "BAD-*"}, "errors": errors, "times": 1})
    assert set(pek.fields("/preregistration/submit/", pek.order("BAD-1"))) == {"cargos[0].receiver.addressStock"}
    assert pek.submit("BAD-1")
    assert len(pek.world.journal.find(kind="order.accepted")) == 1


def test_control_refuses_nonsense_and_the_state_can_be_brought_back(pek: PekClient) -> None:
    control = pek.world.control
    for path, body in (
        ("/pek/settings", {"nothing": 1}),
        ("/pek/orders/none/status", {"code": "В пути"}),
        ("/pek/warehouses/none", {"open": False}),
    ):
        with pytest.raises(ControlError):
            control.post(path, body)
    code = pek.submit("K-1")
    with pytest.raises(ControlError, match="no such status"):
        control.post(f"/pek/orders/{code}/status", {"code": "Улетел"})
    back = pek.world.remember()
    pek.move(code, code="Принят к перевозке")
    back()
    assert pek.status(code)["cargoStatus"] == "Ожидается передача груза от отправителя"
    assert control.get("/pek/webhooks") == {"webhooks": []}
    assert {row["state"] for row in control.get("/coverage", format="json")["pek"]} == {"works", "refused"}


def test_an_order_is_billed_once_it_is_taken(pek: PekClient) -> None:
    code = pek.submit("B-1")
    asked = {"cargoCodes": [code]}
    assert pek.call("/cargos/status/", asked)["cargos"][0]["services"]["sum"] == 0.0
    pek.move(code, code="Принят к перевозке")
    services = pek.call("/cargos/status/", asked)["cargos"][0]["services"]
    assert [item["description"] for item in services["items"]][:2] == ["Перевозка", "Страхование"]
    assert 400 < services["sum"] == pytest.approx(sum(item["price"] for item in services["items"]))
