"""What events and histories missed is found by a look at the deals themselves."""

from __future__ import annotations

from sqlalchemy import delete

from b24app.store.engine import session_scope
from b24app.store.models import DealState, ProblemRow, Shipment
from tests.flows.town import Shop, words_of

SHIPPED, LOST = 501, 504
PUSH = {"type": "ORDER_STATUS", "uuid": "72753031-1111-4222-8333-444455556666"}


def _over(text: str) -> bool:
    return "Последняя сверка" in text and "Сверяем" not in text


def test_a_forgotten_deal_a_deleted_deal_and_a_strangers_order(shop: Shop) -> None:
    shop.ship(SHIPPED, LOST)
    shop.shipped(SHIPPED, LOST)
    shop.town.calm()
    attributes = {"code": "CREATED", "status_code": "1", "number": "SOMEBODY-1", "is_return": False}
    shop.town.program.steer("POST", "/cdek/webhooks/send", {**PUSH, "attributes": attributes})
    shop.ask("POST", "/delete", {"id": SHIPPED, "user": 7})
    shop.town.advance(1200)
    shop.town.calm(2)  # a slice that the jump cost its lease is served again by the next sweep
    # The database was restored to an earlier moment: it knows nothing of one deal any more.
    with session_scope(shop.town.program.parts.sessions) as session:
        for table in (ProblemRow, Shipment, DealState):
            session.execute(delete(table).where(table.deal_id == LOST))
    page = shop.app()
    page.press("/app/checks/run")
    said = words_of(page.wait("/app/checks/version?v=", _over, "the look", 40))
    assert "Сделки без заказа 1" in said
    assert "Заказы без сделки 1" in said
    assert f"сделка {SHIPPED} удалена" in said
    assert "SOMEBODY-1" in said
    trace = words_of(page.get(f"/app/trace/{SHIPPED}"))
    assert f"Решено отправлять, заказ {shop.our_number(SHIPPED)}" in trace
    for part in ("orders.create", "crm.item.update", "Перевозчик: взято, решает"):
        assert part in trace
