"""A return as the manager leads it, from the request to the money; and what nobody may do to one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from b24app.bitrix24.fields import PortalField
from b24app.flows.returns.effects import Actor
from b24app.flows.returns.quantities import Wish
from b24app.flows.returns.rules import ReturnRules
from b24app.flows.returns.way import Way, WayKind
from b24app.flows.returns.window import WindowException, WindowRules
from b24app.logistics.money import Money
from b24app.logistics.returning import Condition, Counted, DeliveryCost, Outcome, ReturnOrigin, ReturnStage, Scan
from b24app.runners.portal.return_sums import kept_fields
from b24app.store import portal_settings, portals, return_scans, return_sums, shipments
from b24app.store.engine import session_scope
from b24app.store.models import RefundKind
from b24app.store.return_acts import ActKind
from tests.flows.returning import ANNA, ReturnsOf, delivered
from tests.flows.test_return_process import rest
from tests.flows.town import MANAGER, Shop

DEAL = 501
S = ReturnStage
ONE = Decimal(1)
TWO = Decimal(2)


@pytest.fixture
def mine(shop: Shop) -> ReturnsOf:
    """The returns of a deal whose goods (two of one row, one of another) the client has."""
    delivered(shop, DEAL)
    found = ReturnsOf(shop, DEAL)
    found.act(ActKind.READ)
    return found


def to_the_warehouse(mine: ReturnsOf, return_id: int) -> None:
    """The client brings it, and it is there."""
    mine.moves(return_id, S.APPROVED)
    mine.does(ActKind.WAY, return_id, way=Way(WayKind.BROUGHT), book=True)
    mine.moves(return_id, S.RECEIVED)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_manager_leads_a_return_from_the_request_to_the_money(mine: ReturnsOf) -> None:
    shop = mine.shop
    cup, saucer = mine.rows
    wishes = (Wish(cup, TWO, "colour"), Wish(saucer, ONE, "defect"))
    kept = mine.does(ActKind.BEGIN, wishes=wishes, note="звонил, просит быстрее")
    assert (kept.case.stage, kept.case.origin) == (S.REQUESTED, ReturnOrigin.MANAGER)
    assert kept.case.number == f"{shop.row.code}-{DEAL}-R1"
    assert [(line.row, line.asked, line.reason) for line in kept.case.lines] == [
        (cup, TWO, "colour"),
        (saucer, ONE, "defect"),
    ]
    assert kept.client is not None
    assert kept.client.name
    # Nobody has said yet how it travels: it does not go there, and the manager is told why.
    assert mine.refused(ActKind.MOVE, kept.id, to=S.COLLECTION_BOOKED) == ["return_move"]
    approved = mine.moves(kept.id, S.APPROVED, why="по телефону")
    assert approved.decided is not None
    assert (approved.decided.name, approved.decided.by) == (ANNA, MANAGER)
    assert mine.refused(ActKind.MOVE, kept.id, to=S.COLLECTION_BOOKED) == ["return_way_missing"]
    way = Way(WayKind.BY_HAND, carrier="Деловые линии", tracking="DL-77 001")
    assert mine.does(ActKind.WAY, kept.id, way=way, book=True).case.stage is S.COLLECTION_BOOKED
    mine.moves(kept.id, S.IN_TRANSIT)
    mine.moves(kept.id, S.RECEIVED)
    assert mine.refused(ActKind.PAID, kept.id, minor=100) == ["return_sum_missing"]

    found = (Counted(cup, ONE, Condition.AS_NEW), Counted(cup, ONE, Condition.DAMAGED, note="скол"))
    counted = mine.does(ActKind.COUNT, kept.id, counted=found, finished=True)
    assert counted.case.stage is S.INSPECTED
    assert counted.case.counted[-1].condition is Condition.MISSING  # the saucer
    price = kept.case.lines[0].sold.paid.minor
    one, other = price // 2, price - price // 2
    assert counted.case.settled is not None
    owed = counted.case.settled.owed
    assert owed.minor in {one + round(other * 0.8), other + round(one * 0.8)}
    [proposed] = mine.refunds(kept.id)
    assert (proposed.kind, proposed.amount, proposed.by) == (RefundKind.PROPOSED, owed, 0)

    # Delivery goes back too, as a person chooses: what is owed is worked out anew, and proposed anew.
    mine.does(ActKind.OUTCOME, kept.id, outcome=Outcome.REFUND, delivery=DeliveryCost.KEPT)
    agreed = Money(owed.minor + 100)
    assert mine.refused(ActKind.AGREE, kept.id, minor=agreed.minor, why="") == ["return_agreed_unsigned"]
    more = mine.does(ActKind.AGREE, kept.id, minor=agreed.minor, why="скидка за хлопоты")
    assert more.case.settled is not None
    assert more.case.settled.owed == agreed
    assert mine.refused(ActKind.PAID, kept.id, minor=agreed.minor + 1) == ["return_paid_wrong"]
    part = mine.does(ActKind.PAID, kept.id, minor=100, note="наличными")
    assert (part.case.stage, part.case.refunded) == (S.INSPECTED, Money(100))
    assert mine.refused(ActKind.MOVE, kept.id, to=S.CLOSED) == ["return_money_left"]
    paid = mine.does(ActKind.PAID, kept.id, minor=owed.minor)
    assert (paid.case.stage, paid.case.refunded) == (S.REFUNDED, agreed)
    assert mine.moves(kept.id, S.CLOSED).case.stage is S.CLOSED
    assert mine.refused(ActKind.COUNT, kept.id, finished=True) == ["return_ended"]
    assert [row.stands for row in mine.journal(kept.id) if not row.problems] == [
        S.REQUESTED, S.APPROVED, S.COLLECTION_BOOKED, S.IN_TRANSIT, S.RECEIVED, S.INSPECTED, S.REFUNDED, S.CLOSED
    ]  # fmt: skip
    shop.told(DEAL, f"Возврат {kept.case.number}: деньги клиенту возвращены")
    said = "\n".join(shop.comments(DEAL))
    assert "Напишите клиенту: «Ваш возврат" in said
    assert said.count(f"Возврат {kept.case.number} одобрен") == 1


def test_the_money_of_all_returns_of_a_deal_stands_in_the_fields_that_are_mapped_for_it(mine: ReturnsOf) -> None:
    shop = mine.shop
    for name in ("RETURN_OWED", "RETURN_PAID"):
        rest(shop, "crm.deal.userfield.add", fields={"FIELD_NAME": name, "USER_TYPE_ID": "money", "MULTIPLE": "N"})
    with session_scope(shop.town.program.parts.sessions) as session:
        known = portals.field_map(session, shop.id)
        fields = {"return_owed": "UF_CRM_RETURN_OWED", "return_paid": "UF_CRM_RETURN_PAID"}
        portals.set_fields(session, shop.id, {**known, **fields})
    owed = Money(0)
    cup, saucer = mine.rows
    for row, paid in ((cup, 500), (saucer, 0)):
        kept = mine.does(ActKind.BEGIN, wishes=(Wish(row, ONE, "defect"),))
        to_the_warehouse(mine, kept.id)
        done = mine.does(ActKind.COUNT, kept.id, counted=(Counted(row, ONE, Condition.AS_NEW),), finished=True)
        assert done.case.settled is not None
        owed += done.case.settled.owed
        if paid:
            mine.does(ActKind.PAID, kept.id, minor=paid)
    said = {"UF_CRM_RETURN_OWED": f"{owed.amount}|RUB", "UF_CRM_RETURN_PAID": "5.00|RUB"}
    shop.town.wait(lambda: {name: shop.deal(DEAL).get(name) for name in said} == said, "the sums on the deal")


def test_the_money_of_returns_stands_on_the_deals_invoice_where_an_administrator_wants_it(mine: ReturnsOf) -> None:
    """Written once and again with each change; told where there is no invoice, where a person typed something else, and
    where the field or the invoices are gone."""
    shop = mine.shop
    made = [
        rest(shop, "userfieldconfig.add", moduleId="crm", field={
            "entityId": "CRM_SMART_INVOICE", "fieldName": f"UF_CRM_SMART_INVOICE_{name}", "userTypeId": kind,
            "editFormLabel": {"ru": f"Возврат {name}"},
        })["field"]["id"]
        for name, kind in (("OWED", "money"), ("PAID", "double"))
    ]  # fmt: skip
    owed, paid = (each.api for each in fields_of(shop, 2))
    choice = {"return_owed": owed, "return_paid": paid}
    assert "не могут быть в одном поле" in shop.app().press("/app/return-invoice", {**choice, "return_paid": owed})
    assert "Сохранено" in shop.app().press("/app/return-invoice", choice)
    cup, _ = mine.rows
    kept = mine.does(ActKind.BEGIN, wishes=(Wish(cup, ONE, "defect"),))
    to_the_warehouse(mine, kept.id)
    done = mine.does(ActKind.COUNT, kept.id, counted=(Counted(cup, ONE, Condition.AS_NEW),), finished=True)
    assert done.case.settled is not None
    shop.told(DEAL, "у сделки нет счёта")
    invoice = rest(shop, "crm.item.add", entityTypeId=31, fields={"title": "Счёт", "parentId2": DEAL})["item"]["id"]

    def says() -> list[Any]:
        item = rest(shop, "crm.item.get", entityTypeId=31, id=invoice)["item"]
        return [item.get(owed), item.get(paid) and float(item[paid])]

    # The answer to the writing (the first to name the field is the look) is lost: looked at again, it stands there.
    lost = shop.town.fault("break_after", "bitrix24", match={"contains": owed}, times=1, skip=1)
    mine.does(ActKind.PAID, kept.id, minor=500)
    wanted = f"{done.case.settled.owed.amount}|RUB"
    shop.town.wait(lambda: says() == [wanted, 5.0], "the sums on the invoice")
    shop.town.calm()
    assert {each["id"]: each["struck"] for each in shop.town.world.control.get("/faults")["faults"]}[lost] == 1
    shop.town.advance(200)
    shop.town.calm()
    written = shop.town.journal("item.updated", "bitrix24")
    assert [each["data"]["entity_type_id"] for each in written].count(31) == 1
    # Somebody corrects one by hand: it stays, the other goes on.
    rest(shop, "crm.item.update", entityTypeId=31, id=invoice, fields={owed: "7|RUB"})
    mine.does(ActKind.AGREE, kept.id, minor=done.case.settled.owed.minor - 100, why="царапина была")
    shop.told(DEAL, "там указано 7 RUB")
    mine.does(ActKind.PAID, kept.id, minor=100)
    shop.town.wait(lambda: says() == ["7|RUB", 6.0], "what nobody touched is ours")
    # The field is gone: nothing is written, and the settings say so by themselves.
    rest(shop, "userfieldconfig.delete", moduleId="crm", id=made[1])
    mine.does(ActKind.PAID, kept.id, minor=100)
    shop.told(DEAL, "поля в счетах больше нет")
    shop.town.wait(lambda: "Выбранного поля в счетах больше нет" in shop.app().get("/app/s/fields"), "the card says it")
    shop.settings(smart_invoices=False)
    fields_of(shop, 0)
    assert "Портал не показывает счета" in shop.app().get("/app/s/fields")
    mine.does(ActKind.PAID, kept.id, minor=100)
    shop.town.wait(lambda: "Смарт-процесс не найден" in shop.tab_says(DEAL), "the portal's own words")


def fields_of(shop: Shop, count: int) -> tuple[PortalField, ...]:
    """The portal's fields of invoices, once they were read again."""

    def there() -> tuple[PortalField, ...] | None:
        settings = shop.town.program.read(portals.get, shop.id).settings
        found = kept_fields(settings)
        return found if len(found) == count and return_sums.FIELDS in settings else None

    shop.app().press("/app/fields/reread", {})
    shop.town.wait(lambda: there() is not None, "fields of invoices")
    return there() or ()


def test_no_piece_comes_back_twice_however_many_ask_at_once(mine: ReturnsOf) -> None:
    cup, _ = mine.rows
    keys = [mine.ask(ActKind.BEGIN, wishes=(Wish(cup, TWO, "size"),)) for _ in range(2)]
    keys.append(mine.ask(ActKind.BEGIN, key=keys[0], wishes=(Wish(cup, ONE, "size"),)))  # pressed twice
    came = [mine.came(key) for key in keys[:2]]
    assert sorted([problem.code for problem in act.problems] for act in came) == [[], ["return_too_many"]]
    [kept] = mine.all
    assert kept.case.lines[0].asked == TWO
    # What was called off may be asked for again, and then it cannot be opened a second time.
    mine.moves(kept.id, S.REFUSED, why="передумал")
    # A clerk says meanwhile which barcode is the cup's: whoever reads the deal from now on knows it.
    sessions, now = mine.shop.town.program.parts.sessions, mine.shop.town.program.parts.clock.now()
    with session_scope(sessions) as session:
        scan = Scan("taught-cup", now, "4601234560984", cup, teaches="4601234560984")
        return_scans.append(session, mine.shop.id, mine.all[0].id, [scan], now)
    again = mine.does(ActKind.BEGIN, wishes=(Wish(cup, ONE, "size"),), approve=True)
    assert again.case.lines[0].sold.barcodes == ("4601234560984",)
    assert again.case.stage is S.APPROVED
    assert mine.refused(ActKind.MOVE, kept.id, to=S.REQUESTED) == ["return_pieces_taken"]
    # One moves it on, the other calls it off: the second meets what the first has made of it.
    keys = [mine.ask(ActKind.MOVE, again.id, to=to) for to in (S.RECEIVED, S.REFUSED)]
    assert [[problem.code for problem in mine.came(key).problems] for key in keys] == [[], ["return_move"]]


def test_past_the_window_a_person_decides_and_a_robot_does_not(mine: ReturnsOf) -> None:
    mine.shop.town.advance(20 * 86_400)
    cup, saucer = mine.rows
    wishes = (Wish(cup, ONE, "size"),)
    late = mine.does(ActKind.BEGIN, wishes=wishes, approve=True, _actor=Actor.AUTOMATION)
    assert (late.case.stage, late.case.origin) == (S.REQUESTED, ReturnOrigin.AUTOMATION)
    assert [problem.code for problem in late.problems] == ["return_too_late"]
    assert mine.refused(ActKind.MOVE, late.id, to=S.APPROVED, _actor=Actor.AUTOMATION) == ["return_too_late"]
    assert mine.refused(ActKind.OVERRIDE, late.id, why=" ") == ["return_override_unsigned"]
    mine.does(ActKind.OVERRIDE, late.id, why="постоянный клиент")
    approved = mine.moves(late.id, S.APPROVED)
    assert approved.problems == ()
    assert approved.case.override is not None
    assert approved.case.override.name == ANNA
    assert [line.sold.sections for line in approved.case.lines] == [()]
    # A fault knows no window; other rows may be meant until they travel.
    changed = mine.does(ActKind.LINES, late.id, wishes=(Wish(saucer, ONE, "defect"),))
    assert [line.row for line in changed.case.lines] == [saucer]
    to = mine.does(ActKind.WAY, late.id, way=Way(WayKind.BROUGHT), book=True)
    assert mine.refused(ActKind.LINES, to.id, wishes=wishes) == ["return_lines_fixed"]


def test_goods_of_a_section_that_the_rules_except_are_not_approved(mine: ReturnsOf) -> None:
    shop = mine.shop
    cup, _ = mine.rows

    def except_(section: int) -> None:
        window = WindowRules(exceptions=(WindowException("Посуда", None, (section,)),))
        rules = ReturnRules(window=window, approve=True)
        with session_scope(shop.town.program.parts.sessions) as session:
            portal_settings.merge(session, shop.id, return_rules=rules.to_json())

    except_(999_999)
    kept = mine.does(ActKind.BEGIN, wishes=(Wish(cup, ONE, "size"),), approve=True)
    sections = kept.case.lines[0].sold.sections
    assert (kept.case.stage, len(sections) > 0) == (S.APPROVED, True)
    except_(sections[-1])
    other = mine.does(ActKind.BEGIN, wishes=(Wish(cup, ONE, "size"),), approve=True)
    assert other.case.stage is S.REQUESTED
    assert [problem.code for problem in other.problems] == ["return_not_returnable"]
    # By the portal's rule a client's own wish is approved at once, unless something speaks against it.
    mine.moves(other.id, S.REFUSED)
    for section, stage in ((sections[-1], S.REQUESTED), (999_999, S.APPROVED)):
        except_(section)
        wished = mine.does(ActKind.BEGIN, wishes=(Wish(cup, ONE, "size"),), _actor=Actor.CUSTOMER)
        assert (wished.case.origin, wished.case.stage) == (ReturnOrigin.CUSTOMER, stage)
        mine.does(ActKind.MOVE, wished.id, to=S.REFUSED, why="передумал", _actor=Actor.CUSTOMER)


def test_a_replacement_is_sent_as_a_shipment_of_its_own_for_which_nothing_is_collected(mine: ReturnsOf) -> None:
    shop = mine.shop
    cup, _ = mine.rows
    kept = mine.does(ActKind.BEGIN, wishes=(Wish(cup, ONE, "defect"),))
    mine.does(ActKind.OUTCOME, kept.id, outcome=Outcome.REPLACEMENT)
    assert mine.refused(ActKind.REPLACE, kept.id) == ["return_not_approved"]
    to_the_warehouse(mine, kept.id)
    assert mine.refused(ActKind.REPLACE, kept.id) == ["return_goods_first"]
    mine.does(ActKind.COUNT, kept.id, counted=(Counted(cup, ONE, Condition.DAMAGED),), finished=True)
    assert mine.refunds(kept.id) == []
    assert mine.refused(ActKind.MOVE, kept.id, to=S.CLOSED) == ["return_not_replaced"]
    sent = mine.moves(kept.id, S.REPLACED)
    assert sent.replacement == shop.our_number(DEAL, 2)
    order = shop.town.wait(lambda: len(shop.orders(DEAL)) == 2 and shop.order(DEAL, 2), "the new goods’ order")
    [item] = order["packages"][0]["items"]
    assert (item["amount"], item["payment"]["value"]) == (1, 0)
    assert mine.refused(ActKind.REPLACE, kept.id) == ["return_replaced_already"]
    # Its order is called off: then the client has nothing, and the goods are to be sent again.
    shop.press("cancel", DEAL)
    shop.town.wait(lambda: mine.kept(kept.id).replacement == "", "nothing is on its way to the client")
    assert [problem.code for problem in mine.kept(kept.id).problems] == ["return_replacement_failed"]
    again = mine.does(ActKind.REPLACE, kept.id)
    assert (again.case.stage, again.replacement, again.problems) == (S.REPLACED, shop.our_number(DEAL, 3), ())
    assert mine.moves(kept.id, S.CLOSED).case.stage is S.CLOSED
    shop.town.calm()
    assert len(shop.town.program.read(shipments.of_deals, shop.id, [DEAL])[DEAL]) == 3
    # The new ones may come back in their turn.
    assert mine.does(ActKind.BEGIN, wishes=(Wish(cup, TWO, "defect"),)).case.stage is S.REQUESTED


def test_goods_go_back_are_written_off_or_replaced_before_the_old_ones_came(mine: ReturnsOf) -> None:
    shop = mine.shop
    cup, saucer = mine.rows
    with session_scope(shop.town.program.parts.sessions) as session:
        portal_settings.merge(session, shop.id, return_rules=ReturnRules(replace_first=True).to_json())
    back, written_off, early = (
        mine.does(ActKind.BEGIN, wishes=(Wish(row, ONE, "size"),)).id for row in (cup, cup, saucer)
    )
    for return_id in (back, written_off):
        to_the_warehouse(mine, return_id)
        mine.does(ActKind.COUNT, return_id, counted=(Counted(cup, ONE, Condition.AS_NEW),), finished=True)

    # It goes back to the client: nothing is owed, and nothing is collected.
    settled = mine.does(ActKind.OUTCOME, back, outcome=Outcome.BACK_TO_CUSTOMER).case.settled
    assert settled is not None
    assert settled.owed == Money(0)
    closed = mine.moves(back, S.CLOSED)
    assert closed.replacement == shop.our_number(DEAL, 2)
    order = shop.town.wait(lambda: len(shop.orders(DEAL)) == 2 and shop.order(DEAL, 2), "the order back")
    assert [item["payment"]["value"] for item in order["packages"][0]["items"]] == [0]
    shop.told(DEAL, f"Возврат {closed.case.number}: товар отправляется обратно клиенту")

    # It is paid for, and then written off.
    mine.does(ActKind.OUTCOME, written_off, outcome=Outcome.WRITE_OFF)
    assert mine.refused(ActKind.MOVE, written_off, to=S.CLOSED) == ["return_money_left"]
    [proposed] = mine.refunds(written_off)
    mine.does(ActKind.PAID, written_off, minor=proposed.amount.minor)
    gone = mine.moves(written_off, S.CLOSED)
    shop.told(DEAL, f"Возврат {gone.case.number}, товар списан")

    # New goods leave first, here by a person's own hand; the old ones come later.
    mine.does(ActKind.OUTCOME, early, outcome=Outcome.REPLACEMENT)
    mine.moves(early, S.APPROVED)
    sent = mine.does(ActKind.REPLACE, early, number="Самовывоз 17")
    assert (sent.case.stage, sent.replacement) == (S.APPROVED, "Самовывоз 17")
    mine.does(ActKind.COUNT, early, counted=(Counted(saucer, ONE, Condition.DAMAGED),), finished=True)
    assert mine.moves(early, S.CLOSED).case.stage is S.CLOSED
    assert len(shop.orders(DEAL)) == 2
