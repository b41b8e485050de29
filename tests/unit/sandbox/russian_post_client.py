"""The emulated Russian Post, spoken to as a client would: two REST credentials, and SOAP by hand."""

from __future__ import annotations

import base64
import copy
from typing import Any
from xml.etree import ElementTree

import requests

from sandbox.world import World

_ORDER: dict[str, Any] = {
    "order-num": "B24-1041",
    "address-type-to": "DEFAULT",
    "index-to": 420000,
    "region-to": "Респ Татарстан",
    "place-to": "г Казань",
    "street-to": "ул Баумана",
    "house-to": "44",
    "recipient-name": "Северцева Мария",
    "surname": "Северцева",
    "given-name": "Мария",
    "middle-name": "",
    "tel-address": 79000001462,
    "mail-direct": 643,
    "mail-type": "POSTAL_PARCEL",
    "mail-category": "ORDINARY",
    "mass": 700,
    "dimension": {"length": 20, "width": 15, "height": 10},
    "postoffice-code": "101000",
}
COD = {"mail-category": "WITH_DECLARED_VALUE_AND_CASH_ON_DELIVERY", "insr-value": 90000, "payment": 90000}
DATA = "{http://russianpost.org/operationhistory/data}"
CLIENT = "{http://fclient.russianpost.org}"


class PostClient:
    """One account of the emulated Post."""

    def __init__(self, world: World, index: int = 0) -> None:
        self.world = world
        place = world.addresses["russian_post"]
        self.base_url = place["base_url"]
        self.tariff_url, self.tracking_url = place["urls"]["tariff"], place["urls"]["tracking"]
        self.keys = place["accounts"][index]
        self.http = requests.Session()
        user = base64.b64encode(f"{self.keys['login']}:{self.keys['password']}".encode()).decode()
        self.http.headers["Authorization"] = f"AccessToken {self.keys['token']}"
        self.http.headers["X-User-Authorization"] = f"Basic {user}"

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        return self.http.request(method, self.base_url + path, json=body, params=query, timeout=10)

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, **query).json()

    def set(self, **switches: Any) -> None:
        self.world.control.post("/russian_post/settings", switches)

    def order(self, **changes: Any) -> dict[str, Any]:
        """An order that is accepted, with changes (``_`` for ``-``); None takes a field out."""
        made = copy.deepcopy(_ORDER) | {name.replace("_", "-"): value for name, value in changes.items()}
        return {name: value for name, value in made.items() if value is not None}

    def create(self, **changes: Any) -> dict[str, Any]:
        """One order by version 2: ``barcode``, ``result-id``."""
        answer = self.call("PUT", "/2.0/user/backlog", [self.order(**changes)])
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()["orders"][0]
        return made

    def codes(self, **changes: Any) -> list[str]:
        """Error codes of an order that is refused."""
        answer = self.call("PUT", "/1.0/user/backlog", [self.order(**changes)])
        assert answer.status_code == 200, answer.text
        return [row["code"] for error in answer.json().get("errors", []) for row in error["error-codes"]]

    def batch(self, *ids: int, **query: Any) -> str:
        """The name of the one batch made of these orders."""
        answer = self.call("POST", "/1.0/user/shipment", list(ids), **query).json()
        assert len(answer["batches"]) == 1, answer
        return str(answer["batches"][0]["batch-name"])

    def sent(self, **changes: Any) -> dict[str, Any]:
        """An order in a batch that is checked in, taken by the office and gone."""
        made = self.create(**changes)
        self.call("POST", f"/1.0/batch/{self.batch(made['result-id'])}/checkin")
        for code in ("1/2", "8/1"):
            self.move(made["barcode"], code, where="from")
        return made

    def move(self, key: str, code: str, **more: Any) -> None:
        self.world.control.post(f"/russian_post/orders/{key}/status", {"code": code} | more)

    # --- tracking ---------------------------------------------------------------------------------------------------

    def history(self, barcode: str, **keys: str) -> requests.Response:
        """``getOperationHistory``, the envelope written out as a client's library would."""
        login = keys.get("login", self.keys["tracking_login"])
        password = keys.get("password", self.keys["tracking_password"])
        text = (
            '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
            '<o:getOperationHistory xmlns:o="http://russianpost.org/operationhistory" '
            'xmlns:d="http://russianpost.org/operationhistory/data">'
            f"<d:OperationHistoryRequest><d:Barcode>{barcode}</d:Barcode><d:MessageType>0</d:MessageType>"
            "</d:OperationHistoryRequest><d:AuthorizationHeader>"
            f"<d:login>{login}</d:login><d:password>{password}</d:password></d:AuthorizationHeader>"
            "</o:getOperationHistory></s:Body></s:Envelope>"
        )
        headers = {"Content-Type": 'application/soap+xml; charset=utf-8; action=""'}
        return requests.post(f"{self.tracking_url}/rtm34", text.encode(), headers=headers, timeout=10)

    def operations(self, barcode: str) -> list[tuple[str, str]]:
        """(``type/attribute``, date) of every record."""
        root = ElementTree.fromstring(self.history(barcode).content)  # noqa: S314 - our own sandbox's answer
        found = []
        for record in root.iter(f"{DATA}historyRecord"):
            done = record.find(f"{DATA}OperationParameters")
            assert done is not None
            code = "/".join(str(done.findtext(f"{DATA}{name}/{DATA}Id")) for name in ("OperType", "OperAttr"))
            found.append((code, str(done.findtext(f"{DATA}OperDate"))))
        return found

    def soap(self, content: str) -> ElementTree.Element:
        """A call of batch access; the one element of the answer's body."""
        text = (
            f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{content}</s:Body></s:Envelope>'
        )
        headers = {"Content-Type": "text/xml; charset=utf-8"}
        answer = requests.post(f"{self.tracking_url}/fc", text.encode(), headers=headers, timeout=10)
        assert answer.status_code == 200, answer.text
        return ElementTree.fromstring(answer.content)[0][0]  # noqa: S314 - our own sandbox's answer

    def ticket(self, *barcodes: str, **keys: str) -> ElementTree.Element:
        items = "".join(f'<f:Item Barcode="{barcode}"/>' for barcode in barcodes)
        return self.soap(
            '<p:ticketRequest xmlns:p="http://fclient.russianpost.org/postserver" '
            f'xmlns:f="http://fclient.russianpost.org"><request>{items}</request>{self._who(keys)}</p:ticketRequest>'
        )

    def by_ticket(self, ticket: str, **keys: str) -> ElementTree.Element:
        return self.soap(
            '<p:answerByTicketRequest xmlns:p="http://fclient.russianpost.org/postserver">'
            f"<ticket>{ticket}</ticket>{self._who(keys)}</p:answerByTicketRequest>"
        )

    def _who(self, keys: dict[str, str]) -> str:
        login = keys.get("login", self.keys["tracking_login"])
        password = keys.get("password", self.keys["tracking_password"])
        language = f"<language>{keys['language']}</language>" if "language" in keys else ""
        return f"<login>{login}</login><password>{password}</password>{language}"
