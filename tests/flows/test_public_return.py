"""A client asks for a return on the portal's page, over plain HTTP: the goods come from the portal, the return is begun
in its lane, and the page follows it."""

from __future__ import annotations

import re

import requests

from b24app.flows.returns.effects import Actor
from b24app.frames.public_links import client_address
from b24app.logistics.returning import ReturnOrigin, ReturnStage
from b24app.store import public_ids, shipments
from b24app.store.engine import session_scope
from b24app.store.public_orders import phones_of
from tests.flows.returning import ReturnsOf, delivered
from tests.flows.town import Shop, words_of

DEAL = 501
S = ReturnStage


class Client:
    """The one to whom the deal's goods were sent, with a browser."""

    def __init__(self, shop: Shop, deal: int) -> None:
        self.shop = shop
        parts = shop.town.program.parts
        with session_scope(parts.sessions) as session:
            public_id = public_ids.of_portal(session, shop.id)
            [self.shipment] = shipments.of_deals(session, shop.id, [deal])[deal]
        self.root = client_address(shop.town.program.url, public_id)
        self.browser = requests.Session()
        self.browser.headers["Accept-Language"] = "ru"

    def post(self, path: str, **form: str) -> str:
        return self.browser.post(self.root + path, data=form, timeout=20).text

    def sees(self, words: str) -> str:
        """The page, once it says so; it is asked for again as a browser would."""

        def now() -> str:
            text = self.browser.get(f"{self.root}/order", timeout=20).text
            return text if words in words_of(text) else ""

        found: str = self.shop.town.wait(now, f"the page that says {words!r}")
        return found


def test_a_client_asks_for_a_return_and_thinks_better_of_it(shop: Shop) -> None:
    delivered(shop, DEAL)
    client, mine = Client(shop, DEAL), ReturnsOf(shop, DEAL)
    [phone] = phones_of(client.shipment.request)
    assert "не нашёлся" in client.post("", number=str(DEAL), phone="+7 900 000-00-00")
    client.post("", number=str(client.shipment.order_number), phone=phone)
    form = client.sees("Что вы хотите вернуть?")
    row = re.findall(r'name="q-(\d+)"', form)[0]
    assert str(row) in {str(each) for each in mine.rows}

    asked = {f"q-{row}": "1", f"why-{row}": "colour", "note": "позвоните после шести"}
    checked = client.post("/order/check", **asked)
    key = re.findall(r'name="key" value="([^"]+)"', checked)[0]
    for _ in range(2):  # the answer to the first was lost on the way
        client.post("/order/ask", key=key, **asked)
    page = client.sees("Магазин смотрит заявку")
    [kept] = mine.all
    assert (kept.case.stage, kept.case.origin, kept.created_by) == (S.REQUESTED, ReturnOrigin.CUSTOMER, 0)
    [line] = kept.case.lines
    assert (str(line.row), line.reason, line.note) == (row, "colour", "позвоните после шести")
    assert kept.case.number in page
    assert kept.client is not None
    assert [
        each for each in (kept.client.name, phone, phone.removeprefix("+7"), "позвоните после шести") if each in page
    ] == []

    mine.moves(kept.id, S.APPROVED)
    client.sees("Возврат одобрен")
    client.post("/order/off", number=kept.case.number)
    client.sees("Вы отменили возврат")
    assert mine.kept(kept.id).case.stage is S.REFUSED
    assert mine.journal(kept.id)[-1].actor is Actor.CUSTOMER
    assert f'name="q-{row}"' in client.sees("Вернуть что-то ещё")
