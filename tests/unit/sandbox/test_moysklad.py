"""The emulated MoySklad over HTTP: who may call and how often, what it refuses, documents made from documents, stock,
papers, webhooks, the warehouse."""

from __future__ import annotations

import base64
import json
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.world import World

from .conftest import Receiver, journalled

ACCEPT = "application/json;charset=utf-8"


class Client:
    """One user, spoken to as a client would."""

    def __init__(self, world: World, login: str = "admin@romashka") -> None:
        self.world = world
        self.base = world.addresses["moysklad"]["base_url"]
        self.keys = next(row for row in world.addresses["moysklad"]["accounts"] if row["login"] == login)
        self.http = requests.Session()
        self.http.headers.update({"Accept-Encoding": "gzip", "Accept": ACCEPT})
        if self.keys["token"]:
            self.http.headers["Authorization"] = f"Bearer {self.keys['token']}"
        else:
            self.http.auth = (login, self.keys["password"])

    def call(self, verb: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        url = path if path.startswith("http") else self.base + path
        options.setdefault("allow_redirects", False)
        return self.http.request(verb, url, json=body, timeout=10, **options)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.call("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any) -> Any:
        answer = self.call("POST", path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def put(self, path: str, body: Any) -> Any:
        answer = self.call("PUT", path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def control(self, path: str, body: Any = None) -> Any:
        return self.world.control.post("/moysklad" + path, body or {})

    def set(self, **switches: Any) -> None:
        self.control("/settings", switches)

    def ref(self, kind: str, identifier: str, of: str = "") -> dict[str, Any]:
        path = f"{of}/metadata/states" if kind == "state" else kind
        href = f"{self.base}/entity/{path}/{identifier}"
        return {"meta": {"href": href, "type": kind, "mediaType": "application/json"}}

    def goods(self, sku: str = "CUP-1") -> dict[str, Any]:
        found: dict[str, Any] = self.get("/entity/product", filter=f"article={sku}")["rows"][0]
        return found

    def agent(self) -> str:
        body = {"name": "Мария Северцева", "phone": "+79000001462", "companyType": "individual"}
        return str(self.post("/entity/counterparty", body)["id"])

    def order_body(self, name: str = "wb-1-1", **changes: Any) -> dict[str, Any]:
        keys, cup = self.keys, self.goods()
        body = {
            "name": name, "externalCode": name,
            "organization": self.ref("organization", keys["organizations"]["ООО «Ромашка»"]),
            "agent": self.ref("counterparty", self.agent()), "store": self.ref("store", keys["stores"]["MSK-01"]),
            "moment": "2026-10-05 12:40:31",
            "shipmentAddressFull": {"city": "Казань", "street": "ул. Баумана", "house": "44", "comment": "домофон 12"},
            "positions": [{"quantity": 2, "price": 45000, "vat": 22, "reserve": 2,
                           "assortment": {"meta": cup["meta"]}}],
        }  # fmt: skip
        return {key: value for key, value in {**body, **changes}.items() if value is not None}

    def order(self, name: str = "wb-1-1", **changes: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.post("/entity/customerorder", self.order_body(name, **changes))
        return made

    def demand(self, order: dict[str, Any], **changes: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.post("/entity/demand", {**self.drafted("demand", customerOrder=order), **changes})
        return made

    def drafted(self, kind: str, **basis: Any) -> dict[str, Any]:
        """A template turned into what may be posted."""
        ((name, document),) = basis.items()
        body = self.put(f"/entity/{kind}/new", {name: {"meta": document["meta"]}})
        body["positions"] = body["positions"]["rows"]
        return {key: value for key, value in body.items() if key not in ("created", "printed", "published", "sum")}

    def free(self, sku: str = "CUP-1", kind: str = "freeStock") -> dict[str, float]:
        path = f"assortmentId={self.goods(sku)['id']}"
        rows = self.get("/report/stock/bystore/current", stockType=kind, filter=path, include="zeroLines")
        names = {identifier: name for name, identifier in self.keys["stores"].items()}
        return {names[row["storeId"]]: row[kind] for row in rows}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(systems=["moysklad"]) as world:
        yield world


@pytest.fixture
def client(world: World) -> Client:
    world.reset()
    made = Client(world)
    made.set(rate_units=100_000)
    return made


def refusal(answer: requests.Response) -> tuple[int, int]:
    (row,) = answer.json()["errors"]
    assert row["error"] and row["moreInfo"].endswith(f"#error_{row['code']}")
    return answer.status_code, row["code"]


# --- at the door ------------------------------------------------------------------------------------------------------


def test_without_gzip_nobody_is_answered(client: Client) -> None:
    answer = client.call("GET", "/entity/store", headers={"Accept-Encoding": "identity"})
    assert (answer.status_code, answer.content) == (415, b"")
    assert client.call("GET", "/entity/store").headers["Content-Encoding"] == "gzip"


def test_only_one_accept_is_known(client: Client) -> None:
    for accept, status in ((ACCEPT, 200), ("*/*", 200), ("application/json", 400), ("text/html", 400)):
        answer = client.call("GET", "/entity/store", headers={"Accept": accept})
        assert answer.status_code == status, accept
    assert refusal(answer) == (400, 1062)
    text = client.http.post(client.base + "/entity/counterparty", data="{}", headers={"Content-Type": "text/plain"})
    assert text.json()["errors"][0]["code"] == 1037


def test_a_wrong_login_is_told_in_headers_too(client: Client) -> None:
    client.http.auth = ("admin@romashka", "nonsense")
    answer = client.call("GET", "/entity/store")
    assert refusal(answer) == (401, 1056)
    assert answer.headers["X-Lognex-Auth"] == "1056"
    client.set(login_attempts=2)
    client.call("GET", "/entity/store")
    assert refusal(client.call("GET", "/entity/store")) == (401, 1048)


def test_a_new_token_ends_the_one_before(client: Client) -> None:
    first = client.post("/security/token", None)["access_token"]
    second = client.post("/security/token", None)["access_token"]
    client.http.auth = None
    for token, status in ((first, 401), (second, 200), ("", 401)):
        client.http.headers["Authorization"] = f"Bearer {token}"
        assert client.call("GET", "/context/employee").status_code == status
    client.http.headers["Authorization"] = f"Bearer {second}"
    client.control("/tokens/expire")
    assert client.call("GET", "/context/employee").status_code == 401


def test_rights(world: World, client: Client) -> None:
    reader, nobody = Client(world, "reader@romashka"), Client(world, "nobody@romashka")
    order = client.order()
    assert reader.get(f"/entity/customerorder/{order['id']}")["name"] == "wb-1-1"
    one = f"/entity/customerorder/{order['id']}"
    for verb, path, code in (("POST", "/entity/customerorder", 1045), ("PUT", one, 1017), ("DELETE", one, 1018)):
        sent = client.order_body("wb-9-9") if verb == "POST" else {}
        assert refusal(reader.call(verb, path, sent)) == (403, code)
    assert refusal(nobody.call("GET", "/entity/store"))[1] == 1061
    clerk = Client(world, "clerk@romashka")
    assert refusal(clerk.call("GET", "/report/stock/all/current")) == (403, 13004)
    assert refusal(clerk.call("GET", "/report/stock/all")) == (403, 13003)
    assert refusal(clerk.call("POST", "/entity/demand/metadata/attributes", {"name": "x", "type": "string"})) == (
        403,
        14010,
    )


def test_a_solution_has_no_employee(world: World, client: Client) -> None:
    robot = Client(world, "robot@romashka")
    assert refusal(robot.call("GET", "/context/employee"))[1] == 1085
    assert robot.get("/context/application")["accountId"] == client.keys["account_id"]
    template = robot.put("/entity/customerorder/new", None)
    assert not {"owner", "group", "store", "organization"} & set(template)


def test_the_budget_is_one_users_and_weighs_by_credential(world: World, client: Client) -> None:
    client.set(rate_units=45)
    headers = [client.call("GET", "/entity/store").headers for _ in range(11)]
    assert [row["X-RateLimit-Remaining"] for row in headers[:2]] == ["10", "9"]
    assert (headers[0]["X-RateLimit-Limit"], headers[0]["X-Lognex-Retry-TimeInterval"]) == ("11", "3000")
    answer = client.call("GET", "/entity/store")
    assert refusal(answer) == (429, 1049)
    assert 0 < int(answer.headers["X-Lognex-Retry-After"]) <= 3000
    robot = Client(world, "robot@romashka")
    assert robot.call("GET", "/entity/store").headers["X-RateLimit-Remaining"] == "44"
    assert robot.call("GET", "/report/stock/all").headers["X-RateLimit-Remaining"] == "39"
    assert robot.call("GET", "/report/stock/all/current").headers["X-RateLimit-Remaining"] == "38"
    world.clock.advance(3.1)
    assert client.call("GET", "/entity/store").status_code == 200


def test_five_at_once(client: Client) -> None:
    client.set(hold_seconds=0.4)
    codes: list[int] = []

    def ask() -> None:
        codes.append(Client(client.world).call("GET", "/entity/store").status_code)

    threads = [threading.Thread(target=ask) for _ in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200] * 5 + [429] * 2


def test_unknown_addresses_are_refused_loudly(client: Client) -> None:
    assert refusal(client.call("GET", "/entity/nonsense")) == (412, 1005)
    assert refusal(client.call("GET", "/entity/move")) == (405, 1039)
    assert refusal(client.call("GET", "/nonsense")) == (400, 1002)
    assert refusal(client.call("GET", "/entity/store", params={"async": "true"})) == (400, 61000)
    client.set(maintenance=True)
    assert refusal(client.call("GET", "/entity/store")) == (503, 1074)


# --- orders -----------------------------------------------------------------------------------------------------------


def test_an_order_is_shown_as_the_contract_shows_it(client: Client) -> None:
    order = client.order(deliveryPlannedMoment="2026-10-08 18:00:59")
    assert order["moment"] == "2026-10-05 12:40:00.000"
    assert order["deliveryPlannedMoment"] == "2026-10-08 18:00:00.000"
    assert (order["sum"], order["reservedSum"], order["shippedSum"], order["vatSum"]) == (
        90000.0,
        90000.0,
        0.0,
        16229.51,
    )
    assert order["shipmentAddress"] == "Казань, ул. Баумана, 44"
    assert order["shipmentAddressFull"]["comment"] == "домофон 12"
    assert order["positions"].keys() == {"meta"}
    assert order["meta"]["uuidHref"].rpartition("=")[2] != order["id"]
    whole = client.get(f"/entity/customerorder/{order['id']}", expand="positions.assortment,state,agent")
    (row,) = whole["positions"]["rows"]
    assert (row["quantity"], row["reserve"], row["shipped"], row["assortment"]["article"]) == (2.0, 2.0, 0.0, "CUP-1")
    assert (whole["state"]["name"], whole["agent"]["phone"]) == ("Новый", "+79000001462")
    assert client.world.journal.find(kind="order.accepted", key="wb-1-1")[0].data["rows"][0]["sku"] == "CUP-1"


def test_a_sync_id_makes_one_order(client: Client) -> None:
    sync = str(uuid.uuid4())
    first, again = client.order(syncId=sync), client.order("other", syncId=sync)
    assert (first["id"], again["name"]) == (again["id"], "wb-1-1")
    assert [row["id"] for row in client.get("/entity/customerorder", filter=f"syncId={sync}")["rows"]] == [first["id"]]
    path = f"/entity/customerorder/{first['id']}"
    assert refusal(client.call("PUT", path, {"syncId": str(uuid.uuid4())})) == (400, 1047)
    assert client.call("DELETE", f"/entity/customerorder/syncid/{sync}").status_code == 200
    assert client.order(syncId=sync)["id"] != first["id"]


BAD: list[tuple[dict[str, Any], int, int]] = [
    ({"organization": None}, 412, 3000),
    ({"agent": None}, 412, 3000),
    ({"agent": {}}, 400, 2014),
    ({"agent": {"meta": {"type": "counterparty"}}}, 400, 2010),
    ({"agent": {"meta": {"href": "nonsense", "type": "counterparty"}}}, 400, 2013),
    ({"agent": {"meta": {"href": "https://example.ru/entity/counterparty/1", "type": "counterparty"}}}, 400, 1059),
    ({"agent": {"meta": {"href": "{base}/entity/counterparty/1", "type": "counterparty"}}}, 400, 1052),
    ({"agent": {"meta": {"href": "{base}/entity/counterparty/1"}}}, 400, 2011),
    ({"agent": {"meta": {"href": "{base}/entity/counterparty/1", "type": "person"}}}, 400, 2012),
    ({"agent": {"meta": {"href": "{base}/entity/store/{store}", "type": "store"}}}, 400, 2027),
    ({"store": {"meta": {"href": "{base}/entity/counterparty/{store}", "type": "counterparty"}}}, 400, 2024),
    ({"agent": {"meta": {"href": "{base}/entity/counterparty/{store}", "type": "counterparty"}}}, 404, 1021),
    ({"id": "1"}, 400, 1006),
    ({"colour": "red"}, 400, 1007),
    ({"name": 5}, 400, 2016),
    ({"name": "x" * 256}, 412, 3040),
    ({"syncId": "nonsense"}, 400, 1052),
    ({"moment": "05.10.2026"}, 400, 2016),
    ({"taxSystem": "NONE"}, 412, 3005),
    ({"positions": {"rows": []}}, 400, 2016),
    ({"shipmentAddressFull": {"postalCode": "1900001"}}, 412, 3040),
    ({"attributes": [{"meta": {"href": "{base}/entity/customerorder/metadata/attributes/{store}",
                               "type": "attributemetadata"}, "value": "1"}]}, 412, 14003),
    ({"row": {"quantity": None}}, 412, 3000),
    ({"row": {"quantity": 0}}, 412, 3003),
    ({"row": {"assortment": None}}, 412, 3000),
    ({"row": {"reserve": 3}}, 412, 17003),
    ({"row": {"vat": 101}}, 412, 17007),
    ({"row": {"discount": 101}}, 412, 17008),
]  # fmt: skip


@pytest.mark.parametrize(("change", "status", "code"), BAD)
def test_what_an_order_is_refused_for(client: Client, change: dict[str, Any], status: int, code: int) -> None:
    body = client.order_body()
    if "row" in change:
        body["positions"][0] = {key: value for key, value in {**body["positions"][0], **change["row"]}.items()
                                if value is not None}  # fmt: skip
    else:
        body = {key: value for key, value in {**body, **change}.items() if value is not None}
    text = json.dumps(body).replace("{base}", client.base).replace("{store}", client.keys["stores"]["MSK-01"])
    answer = client.call("POST", "/entity/customerorder", json.loads(text))
    assert refusal(answer) == (status, code), answer.text
    assert client.get("/entity/customerorder")["meta"]["size"] == 0


def test_a_change_touches_what_it_names(client: Client) -> None:
    order = client.order()
    path = f"/entity/customerorder/{order['id']}"
    changed = client.put(path, {"description": "Хрупкое", "shipmentAddress": None})
    assert (changed["description"], changed["name"], changed["shipmentAddress"]) == (
        "Хрупкое",
        "wb-1-1",
        "Казань, ул. Баумана, 44",
    )
    cleared = client.put(path, {"description": None, "shipmentAddress": ""})
    assert not {"description", "shipmentAddress", "shipmentAddressFull"} & set(cleared)
    assert client.put(path, {"shipmentAddress": "Казань"})["shipmentAddressFull"] == {"addInfo": "Казань"}
    rows = [{"quantity": 1, "price": 100, "assortment": {"meta": client.goods()["meta"]}}]
    assert client.put(path, {"positions": rows})["sum"] == 100.0
    (kept,) = client.get(f"{path}/positions")["rows"]
    assert client.post(f"{path}/positions", rows[0])[0]["id"] != kept["id"]
    assert client.put(f"{path}/positions/{kept['id']}", {"quantity": 3})["quantity"] == 3.0
    assert client.call("DELETE", f"{path}/positions/{kept['id']}").status_code == 200
    assert client.get(path)["positions"]["meta"]["size"] == 1
    assert refusal(client.call("PUT", path, {"agent": None})) == (412, 3000)
    state = client.ref("state", client.keys["states"]["Собран"], "customerorder")
    assert client.put(path, {"state": state})["state"]["meta"]["href"] == state["meta"]["href"]
    other = client.get("/entity/demand/metadata")["states"][0]
    assert refusal(client.call("PUT", path, {"state": {"meta": other["meta"]}})) == (412, 11002)


def test_many_at_once_each_on_its_own(client: Client) -> None:
    good, bad = client.order_body("wb-1-1"), client.order_body("wb-1-2", agent=None)
    answer = client.call("POST", "/entity/customerorder", [good, bad])
    first, second = answer.json()
    assert (answer.status_code, first["name"], second["errors"][0]["code"]) == (200, "wb-1-1", 3000)
    client.set(mass_status=True)
    answer = client.call("POST", "/entity/customerorder", [{"meta": first["meta"], "description": "x"}, bad])
    assert (answer.status_code, answer.json()[0]["description"]) == (412, "x")
    assert refusal(client.call("POST", "/entity/customerorder", [{}] * 1001)) == (413, 2007)
    gone = client.call(
        "POST", "/entity/customerorder/delete", [{"meta": first["meta"]}, {"meta": first["meta"]}]
    ).json()
    assert "info" in gone[0]
    assert gone[1]["errors"][0]["code"] == 1021


def test_lists(client: Client) -> None:
    for number in range(5):
        client.order(f"wb-1-{number}", description="один; два" if number else None)
        client.world.clock.advance(1)
    found = client.get("/entity/customerorder", limit=2, offset=2, order="name,desc")
    assert [row["name"] for row in found["rows"]] == ["wb-1-2", "wb-1-1"]
    assert (found["meta"]["size"], "nextHref" in found["meta"], "previousHref" in found["meta"]) == (5, True, True)
    assert client.get("/entity/customerorder")["meta"]["limit"] == 1000

    def names(text: str) -> list[str]:
        return [row["name"] for row in client.get("/entity/customerorder", filter=text)["rows"]]

    assert names("name=wb-1-1;name=wb-1-3") == ["wb-1-1", "wb-1-3"]
    assert names("description=") == ["wb-1-0"]
    assert names("description=один\\; два;name!=wb-1-1") == ["wb-1-2", "wb-1-3", "wb-1-4"]
    assert names("name~=wb-1;name=~4") == ["wb-1-4"]
    assert names("state.name=Новый;name=wb-1-2;sum>=90000;sum<90001") == ["wb-1-2"]
    moment = client.get("/entity/customerorder", filter="name=wb-1-3")["rows"][0]["updated"]
    assert names(f"updated>={moment}") == ["wb-1-3", "wb-1-4"]
    agent = client.get("/entity/customerorder", filter="name=wb-1-3")["rows"][0]["agent"]["meta"]["href"]
    assert names(f"agent={agent}") == ["wb-1-3"]
    for text, code in (
        ("colour=red", 1034),
        ("updated>yesterday", 1035),
        ("applicable=maybe", 1014),
        ("name=a;name>b", 1034),
    ):
        assert refusal(client.call("GET", "/entity/customerorder", params={"filter": text}))[1] == code
    # More than a hundred, and `expand` is not seen.
    assert "rows" not in client.get("/entity/customerorder", expand="positions")["rows"][0]["positions"]
    assert "rows" in client.get("/entity/customerorder", expand="positions", limit=100)["rows"][0]["positions"]
    rows = client.get("/entity/customerorder", expand="positions", limit=1, fields="stock")["rows"][0]["positions"][
        "rows"
    ]
    assert rows[0]["stock"]["available"] == 40.0
    assert refusal(client.call("GET", "/entity/customerorder", params={"limit": 1001}))[1] == 1084
    assert refusal(client.call("GET", "/entity/customerorder", params={"expand": "nonsense"}))[1] == 1089


def test_an_id_of_the_web_page_leads_to_the_apis(client: Client) -> None:
    order = client.order()
    shown = order["meta"]["uuidHref"].rpartition("=")[2]
    answer = client.call("PUT", f"/entity/customerorder/{shown}", {"description": "x"})
    assert (answer.status_code, answer.headers["Location"].rpartition("/")[2]) == (308, order["id"])
    assert client.call("GET", f"/entity/customerorder/{shown}", allow_redirects=True).json()["id"] == order["id"]


def test_the_trash(client: Client) -> None:
    order = client.order()
    path = f"/entity/customerorder/{order['id']}"
    client.set(trash=False)
    assert refusal(client.call("POST", f"{path}/trash")) == (403, 1067)
    client.set(trash=True)
    assert client.call("POST", f"{path}/trash").status_code == 200
    assert client.get("/entity/customerorder")["rows"] == []
    assert client.get("/entity/customerorder", filter="isDeleted=true")["meta"]["size"] == 1
    assert client.get(path)["deleted"]
    assert refusal(client.call("PUT", path, {})) == (404, 1021)
    assert client.world.journal.find(kind="order.cancelled", key="wb-1-1")


# --- shipments, returns, write-offs -----------------------------------------------------------------------------------


def test_a_shipment_is_made_from_an_order(client: Client) -> None:
    before = client.free()
    order = client.order()
    assert client.free()["MSK-01"] == before["MSK-01"] - 2
    demand = client.demand(order, shippingDocumentNumber="1105000", goodPackQuantity=1)
    assert demand["applicable"] is True
    assert demand["customerOrder"]["meta"]["href"] == order["meta"]["href"]
    assert (client.free(kind="stock")["MSK-01"], client.free()["MSK-01"]) == (
        before["MSK-01"] - 2,
        before["MSK-01"] - 2,
    )
    whole = client.get(f"/entity/customerorder/{order['id']}", expand="demands,positions")
    assert (whole["demands"][0]["shippingDocumentNumber"], whole["positions"]["rows"][0]["shipped"]) == ("1105000", 2.0)
    assert client.put("/entity/demand/new", {"customerOrder": {"meta": order["meta"]}})["positions"]["rows"] == []
    used = client.call("DELETE", f"/entity/customerorder/{order['id']}")
    assert refusal(used) == (409, 1028)
    assert used.json()["errors"][0]["dependencies"][0]["meta"]["href"] == demand["meta"]["href"]
    assert (
        refusal(
            client.call("POST", "/entity/demand", {**client.drafted("demand", customerOrder=order), "store": None})
        )[1]
        == 3000
    )


def test_what_comes_back_is_no_more_than_was_shipped(client: Client) -> None:
    order = client.order()
    demand = client.demand(order)
    free = client.free()["MSK-01"]
    body = client.drafted("salesreturn", demand=demand)
    assert body["applicable"] is False
    for change, code in (
        ({"quantity": 3}, 3008),
        ({"price": 1}, 3001),
        ({"assortment": {"meta": client.goods("CF-ETH-1000")["meta"]}}, 3004),
    ):
        sent = {**body, "positions": [{**body["positions"][0], **change}]}
        assert refusal(client.call("POST", "/entity/salesreturn", sent)) == (412, code)
    other = client.ref("counterparty", client.agent())
    assert refusal(client.call("POST", "/entity/salesreturn", {**body, "agent": other})) == (412, 3004)
    made = client.post("/entity/salesreturn", {**body, "name": "wb-1-1r", "applicable": True})
    assert client.free()["MSK-01"] == free + 2
    assert refusal(client.call("PUT", f"/entity/demand/{demand['id']}", {"applicable": False})) == (412, 17014)
    assert client.get(f"/entity/demand/{demand['id']}")["returns"][0]["meta"]["href"] == made["meta"]["href"]
    loss = client.drafted("loss", salesReturn=made)
    loss["positions"] = [{**loss["positions"][0], "quantity": 1, "reason": "Разбита"}]
    written = client.post("/entity/loss", {**loss, "applicable": True})
    assert client.free()["MSK-01"] == free + 1
    shown = client.get(f"/entity/salesreturn/{made['id']}", expand="losses.positions")["losses"][0]
    assert (shown["id"], shown["positions"]["rows"][0]["reason"]) == (written["id"], "Разбита")


def test_states_and_fields_are_an_administrators(world: World, client: Client) -> None:
    told = client.get("/entity/customerorder/metadata")
    assert [row["name"] for row in told["states"]][:3] == ["Новый", "Подтвержден", "Собран"]
    made = client.post("/entity/demand/metadata/states", {"name": "У курьера", "color": 1, "stateType": "Regular"})
    assert client.get(f"/entity/demand/metadata/states/{made['id']}")["name"] == "У курьера"
    (field,) = client.post("/entity/demand/metadata/attributes", [{"name": "b24_carrier", "type": "string"}])
    demand = client.demand(
        client.order(), attributes=[{"meta": field["meta"], "value": "CDEK"}], state={"meta": made["meta"]}
    )
    assert [(row["name"], row["value"]) for row in demand["attributes"]] == [("b24_carrier", "CDEK")]
    href = field["meta"]["href"]
    assert client.get("/entity/demand", filter=f"{href}=CDEK")["meta"]["size"] == 1
    bad = {"attributes": [{"meta": field["meta"], "value": 5}]}
    assert refusal(client.call("PUT", f"/entity/demand/{demand['id']}", bad)) == (400, 2016)
    assert (
        refusal(client.call("POST", "/entity/demand/metadata/attributes", {"name": "b24_carrier", "type": "string"}))[1]
        == 3006
    )
    reader = Client(world, "reader@romashka")
    assert refusal(reader.call("POST", "/entity/demand/metadata/states", {"name": "x"})) == (403, 1017)


# --- stock ------------------------------------------------------------------------------------------------------------


def test_stock_by_warehouse(client: Client) -> None:
    assert client.free() == {"MSK-01": 50.0, "KZN-01": 30.0}
    assert client.free("HM-VASE") == {"MSK-01": 1.0, "KZN-01": 0.0}
    assert client.get("/entity/product", filter="article=SP-SKI-190")["rows"] == []
    short = client.get("/report/stock/bystore/current", filter=f"assortmentId={client.goods('HM-VASE')['id']}")
    assert [(row["stock"], set(row)) for row in short] == [(1.0, {"assortmentId", "storeId", "stock"})]
    rows = client.get("/report/stock/all", filter=f"product={client.goods()['meta']['href']}")["rows"]
    assert [(row["article"], row["stock"], row["quantity"]) for row in rows] == [("CUP-1", 80.0, 80.0)]
    (row,) = client.get("/report/stock/bystore", filter=f"product={client.goods()['meta']['href']}")["rows"]
    assert [(each["name"], each["stock"]) for each in row["stockByStore"]] == [
        ("Москва MSK-01", 50.0),
        ("Казань KZN-01", 30.0),
    ]
    assert refusal(client.call("GET", "/report/stock/all/current", params={"stockType": "everything"}))[1] == 1084


def test_stock_that_changed(client: Client) -> None:
    since = client.order()["updated"][:19]
    client.world.clock.advance(5)
    changed = client.get("/report/stock/bystore/current", changedSince=since, stockType="reserve")
    assert [(row["assortmentId"], row["reserve"]) for row in changed] == [(client.goods()["id"], 2.0)]
    old = client.call("GET", "/report/stock/all/current", params={"changedSince": "2020-01-01 00:00:00"})
    assert refusal(old) == (400, 1084)


def test_the_portals_goods_lie_here(client: Client) -> None:
    found = client.get("/entity/assortment", search="Сковорода")["rows"]
    assert {row["meta"]["type"] for row in found} == {"product", "variant"}
    (pan,) = client.get("/entity/variant", filter="code=PAN-24", expand="product", limit=10)["rows"]
    assert ("weight" in pan, "article" in pan, pan["product"]["article"]) == (False, False, "PAN")
    assert client.get("/entity/assortment", filter="article=PAN-24")["rows"][0]["id"] == pan["id"]
    assert (client.goods()["weight"], client.goods()["salePrices"][0]["value"]) == (0.3, 45000.0)


# --- papers -----------------------------------------------------------------------------------------------------------


def test_print_forms(client: Client) -> None:
    order = client.order()
    path = f"/entity/customerorder/{order['id']}/export"
    (form,) = client.get("/entity/customerorder/metadata/embeddedtemplate")["rows"]
    answer = client.call("POST", path, {"template": {"meta": form["meta"]}, "extension": "pdf"})
    assert (answer.status_code, answer.content) == (303, b"")
    link = answer.headers["Location"]
    assert requests.get(link, timeout=5).content.startswith(b"%PDF")
    client.world.clock.advance(301)
    assert requests.get(link, timeout=5).status_code == 404
    torg = client.get("/entity/demand/metadata/embeddedtemplate")["rows"][2]
    pages = {
        "templates": [
            {"template": {"meta": form["meta"]}, "count": 2},
            {"template": {"meta": torg["meta"]}, "count": 1},
        ]
    }
    printed = requests.get(client.call("POST", path, pages).headers["Location"], timeout=5).content
    assert b"/Count 3" in printed
    for body, code in (({"extension": "pdf"}, 33001), ({"template": {"meta": form["meta"]}, "extension": "doc"}, 33002),
                       ({"template": {"meta": torg["meta"]}, "extension": "pdf"}, 33000),
                       ({"templates": [{"template": {"meta": form["meta"]}, "count": 11}]}, 33004)):  # fmt: skip
        assert refusal(client.call("POST", path, body)) == (412, code)
    assert client.get(f"/entity/customerorder/{order['id']}")["printed"] is True
    client.set(print_later=True)
    later = client.call("POST", path, {"template": {"meta": form["meta"]}, "extension": "pdf"})
    assert (later.status_code, client.call("GET", later.headers["Location"]).status_code) == (202, 303)


def test_files_both_ways(client: Client) -> None:
    order = client.order()
    path = f"/entity/customerorder/{order['id']}/files"
    row = {"filename": "label.pdf", "content": base64.b64encode(b"%PDF-1.4 one").decode()}
    (one,) = client.post(path, [row])
    assert (one["filename"], one["title"], one["size"]) == ("label.pdf", "label", 12)
    assert [each["meta"]["href"] for each in client.post(path, [row])] == [one["meta"]["href"]]
    answer = client.call("GET", one["meta"]["downloadHref"])
    assert answer.status_code == 302
    assert requests.get(answer.headers["Location"], timeout=5).content == b"%PDF-1.4 one"
    client.world.clock.advance(61)
    assert requests.get(answer.headers["Location"], timeout=5).status_code == 404
    assert refusal(client.call("POST", path, [row] * 11)) == (412, 1082)
    assert refusal(client.call("POST", path, [{"filename": "a"}])) == (412, 3000)
    assert client.control("/orders/wb-1-1/documents", {"kind": "act", "name": "Акт"})["name"] == "Акт.pdf"
    assert [each["filename"] for each in client.get(path)["rows"]] == ["label.pdf", "Акт.pdf"]
    assert client.call("DELETE", f"{path}/{one['meta']['href'].rpartition('/')[2]}").status_code == 200
    assert client.get(path)["meta"]["size"] == 1


def test_a_public_link(client: Client) -> None:
    path = f"/entity/customerorder/{client.order()['id']}/publication"
    form = {"template": {"meta": client.get("/entity/customerorder/metadata/embeddedtemplate")["rows"][0]["meta"]}}
    first, again = client.call("POST", path, form), client.call("POST", path, form)
    assert (first.status_code, again.status_code, first.json()["href"]) == (201, 200, again.json()["href"])
    assert requests.get(first.json()["href"], timeout=5).status_code == 200
    assert client.call("DELETE", f"{path}/{first.json()['meta']['href'].rpartition('/')[2]}").status_code == 204


# --- webhooks ---------------------------------------------------------------------------------------------------------


def waited(receiver: Receiver, count: int) -> list[Any]:
    return receiver.wait(count)


def test_a_notice_names_what_changed_and_nothing_else(client: Client, receiver: Receiver) -> None:
    hook = {"url": receiver.url, "action": "UPDATE", "entityType": "customerorder", "diffType": "FIELDS"}
    made = client.post("/entity/webhook", hook)
    order = client.order()
    client.put(f"/entity/customerorder/{order['id']}", {"description": "x"})
    (body,) = waited(receiver, 1)
    (event,) = body["events"]
    assert (event["action"], event["updatedFields"], event["accountId"]) == (
        "UPDATE",
        ["description"],
        client.keys["account_id"],
    )
    assert event["meta"] == {"type": "customerorder", "href": order["meta"]["href"]}
    assert body["auditContext"]["uid"] == "admin@romashka"
    quiet = {"X-Lognex-WebHook-DisableByPrefix": receiver.url}
    client.call("PUT", f"/entity/customerorder/{order['id']}", {"description": "y"}, headers=quiet)
    client.put(f"/entity/webhook/{made['id']}", {"enabled": False})
    client.put(f"/entity/customerorder/{order['id']}", {"description": "z"})
    client.put(f"/entity/webhook/{made['id']}", {"enabled": True})
    client.control("/orders/wb-1-1/status", {"code": "Собран"})
    assert waited(receiver, 2)[1]["auditContext"]["uid"] == "sklad@romashka"
    assert len(receiver.bodies) == 2


def test_who_does_not_answer_is_told_four_times(client: Client, receiver: Receiver) -> None:
    receiver.status = 500
    client.post("/entity/webhook", {"url": receiver.url, "action": "CREATE", "entityType": "customerorder"})
    client.order()
    assert len(waited(receiver, 4)) == 4
    journalled(client.world, "webhook.failed", 1)
    assert client.world.journal.find(kind="webhook.failed", key="wb-1-1")


def test_subscriptions_have_rules(world: World, client: Client) -> None:
    hook = {"url": "http://127.0.0.1:9/a", "action": "CREATE", "entityType": "demand"}
    made = client.post("/entity/webhook", hook)
    for change, code in (({}, 30003), ({"diffType": "FIELDS", "url": "http://127.0.0.1:9/b"}, 30009),
                         ({"url": "http://127.0.0.1/" + "x" * 255}, 30010), ({"action": "EAT"}, 3005)):  # fmt: skip
        assert refusal(client.call("POST", "/entity/webhook", {**hook, **change}))[1] == code
    robot = Client(world, "robot@romashka")
    robot.post("/entity/webhook", {**hook, "url": "http://127.0.0.1:9/c"})
    assert refusal(robot.call("POST", "/entity/webhook", {**hook, "url": "http://127.0.0.1:9/d"}))[1] == 30007
    assert refusal(Client(world, "clerk@romashka").call("POST", "/entity/webhook", hook)) == (403, 30004)
    changed = client.post("/entity/webhook", [{"meta": made["meta"], "enabled": False}, hook])
    assert (changed[0]["id"], changed[0]["enabled"]) == (made["id"], False)
    assert changed[1]["errors"][0]["code"] == 30003
    assert client.call("DELETE", f"/entity/webhook/{made['id']}").status_code == 200
    assert [row["url"] for row in client.world.control.get("/moysklad/webhooks")["webhooks"]] == [
        "http://127.0.0.1:9/c"
    ]


def test_a_notice_of_stock_comes_a_minute_later(client: Client, receiver: Receiver) -> None:
    client.post("/entity/webhookstock", {"url": receiver.url, "stockType": "stock", "reportType": "bystore"})
    client.demand(client.order())
    client.world.clock.advance(61)
    (body,) = waited(receiver, 1)
    url, _, since = body["reportUrl"].partition("?changedSince=")
    assert len(client.call("GET", url, params={"changedSince": since}).json()) == 1


# --- the warehouse ----------------------------------------------------------------------------------------------------


def walk(client: Client, route: str) -> dict[str, Any]:
    client.order()
    client.control("/orders/wb-1-1/route", {"route": route})
    client.world.clock.advance(4 * 3600)
    found: dict[str, Any] = client.world.control.get("/moysklad/orders/wb-1-1")
    return found


def test_it_picks_packs_and_measures(client: Client) -> None:
    found = walk(client, "packed")
    assert (found["status"], found["demand_status"], found["shipped"]) == ("Собран", "Собрана", False)
    assert found["shipment"]["attributes"] == {"Места": "900 300x200x150"}
    assert (found["shipment"]["goodPackQuantity"], found["shipment"]["positions"][0]["quantity"]) == (1, 2.0)


def test_it_weighs_the_boxes_that_were_announced(client: Client) -> None:
    field = next(
        row for row in client.get("/entity/customerorder/metadata/attributes")["rows"] if row["name"] == "Места"
    )
    client.order(attributes=[{"meta": field["meta"], "value": "700 200x150x100; 400 100x100x100"}])
    client.control("/orders/wb-1-1/route", {"route": "shipped"})
    client.world.clock.advance(4 * 3600)
    found = client.world.control.get("/moysklad/orders/wb-1-1")
    assert found["shipment"]["attributes"]["Места"] == "1000 300x200x150; 700 300x200x150"
    assert (found["status"], found["shipped"], client.free(kind="stock")["MSK-01"]) == ("Отгружен", True, 48.0)


@pytest.mark.parametrize(
    ("route", "status", "quantity"),
    [("short", "Собран", 1.0), ("cancelled", "Отменен", None), ("blocked", "Остановлен складом", None),
     ("stay", "Новый", None),
     ("unknown_code", "На второй линии", None), ("delivered", "Доставлен", 2.0)],
)  # fmt: skip
def test_its_ways(client: Client, route: str, status: str, quantity: float | None) -> None:
    found = walk(client, route)
    assert found["status"] == status
    assert (found["shipment"] or {"positions": [{}]})["positions"][0].get("quantity") == quantity
    assert bool(client.world.journal.find(kind="order.cancelled")) is (route == "cancelled")


def test_it_leaves_the_shipment_to_us(client: Client) -> None:
    client.set(warehouse_ships=False)
    found = walk(client, "short")
    assert (found["shipment"], found["order"]["positions"][0]["quantity"]) == (None, 1.0)
    assert found["order"]["attributes"] == {"Места": "900 300x200x150"}


def test_it_inspects_what_came_back(client: Client) -> None:
    demand = client.demand(client.order())
    client.post("/entity/salesreturn", {**client.drafted("salesreturn", demand=demand), "name": "wb-1-1r"})
    line = {"sku": "CUP-1", "accepted": 1, "damaged": 1, "surplus": 1}
    client.control("/receipts/wb-1-1r/inspect", {"lines": [line], "photos": 1})
    found = client.world.control.get("/moysklad/receipts/wb-1-1r")
    assert (found["applicable"], found["state"], found["files"]) == (True, "Проверен", ["photo-1.png"])
    assert (found["positions"][0]["quantity"], found["losses"][0]["positions"][0]["quantity"]) == (2.0, 1.0)
    assert found["description"] == "Излишек: CUP-1 × 1"


def test_overrides_refuse_and_route(client: Client) -> None:
    client.control("/overrides", {"match": {"number": "wb-7*"}, "errors": ["agent"]})
    assert refusal(client.call("POST", "/entity/customerorder", client.order_body("wb-77-1"))) == (412, 3000)
    client.control("/overrides", {"match": {"recipient": "Мария*"}, "route": "packed"})
    client.order()
    client.world.clock.advance(2 * 3600 + 1)
    assert client.world.control.get("/moysklad/orders/wb-1-1")["status"] == "Собран"


def test_the_present_comes_back(client: Client) -> None:
    client.order()
    back = client.world.remember()
    client.control("/orders/wb-1-1/status", {"code": "Отменен", "unpost": True})
    back()
    assert client.world.control.get("/moysklad/orders/wb-1-1")["status"] == "Новый"


def test_undocumented_fields_and_broken_rows(client: Client) -> None:
    client.set(unknown_fields=True, broken_points=2)
    found = client.get("/entity/store")
    assert (len(found["rows"]), found["rows"][0]["name"]) == (4, None)
    assert "sandboxUnknownField" in found["rows"][2]["meta"]
