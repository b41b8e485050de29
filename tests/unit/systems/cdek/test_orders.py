"""Orders of CDEK: the body that is sent, and what its answers mean."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from b24app.logistics.addresses import read_address
from b24app.logistics.errors import Refused
from b24app.logistics.model import DeliveryKind, Item, Parcel, Recipient, Sender, ShipmentRequest
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, fingerprint
from b24app.logistics.problem import Field
from b24app.systems.cdek.orders import FREIGHT, SHOP, Way, build_order, parse_order, without_services
from b24app.systems.cdek.tariffs import mode_of, tariff_code
from b24app.systems.kit.senders import joined

CUP = Item("Чашка", "CUP-1", 2, Money.of(450), 300)
REQUEST = ShipmentRequest(
    number="wb-42-1",
    service_code="parcel",
    kind=DeliveryKind.COURIER,
    recipient=Recipient(
        "Мария", "8900", "+79000001462", "12", "m@example.test", "ООО Ромашка", spare_phones=("+79000001463",)
    ),
    parcels=(Parcel(701, 201, 150, 99, (CUP,)),),
    address=read_address("420111, Казань, ул. Баумана, 44/8к2, кв. 12"),
    cod=Money.of(1150),
    comment="позвонить за час",
)
WAY = Way(SHOP, 137, Sender(company="ООО Чашки", phone="+74950000001", point_code="MSK5"), to_city="424")


def test_what_the_portal_says_of_the_sender_wins_and_the_account_fills_the_gaps() -> None:
    own = Sender("Иван", "+74950000001", "ООО Чашки", "MSK5", read_address("Москва, Тверская 1"))
    given = Sender("Мария", "+79000001462", address=read_address("Казань, Баумана 5"))
    assert joined(given, own) == Sender("Мария", "+79000001462", "ООО Чашки", "MSK5", given.address)
    assert joined(None, own) == own
    assert joined(Sender(), own) == own


def test_a_door_order_is_built_whole() -> None:
    assert build_order(REQUEST, WAY) == {
        "type": 1,
        "number": "wb-42-1",
        "tariff_code": 137,
        "comment": "позвонить за час",
        "shipment_point": "MSK5",
        "to_location": {
            "code": 424,
            "postal_code": "420111",
            "address": "420111, Казань, ул. Баумана, 44/8к2, кв. 12",
        },
        "sender": {"company": "ООО Чашки", "name": "ООО Чашки", "phones": [{"number": "+74950000001"}]},
        "recipient": {
            "name": "Мария",
            "company": "ООО Ромашка",
            "email": "m@example.test",
            "phones": [{"number": "+79000001462", "additional": "12"}, {"number": "+79000001463"}],
        },
        "delivery_recipient_cost": {"value": 250.0},
        "packages": [
            {
                "number": "1",
                "weight": 701,
                "length": 21,
                "width": 15,
                "height": 10,
                "items": [
                    {
                        "name": "Чашка",
                        "ware_key": "CUP-1",
                        "payment": {"value": 450.0},
                        "cost": 450.0,
                        "weight": 300,
                        "amount": 2,
                    }
                ],
            }
        ],
    }


def test_a_pickup_order_names_the_point_and_no_address() -> None:
    body = build_order(replace(REQUEST, kind=DeliveryKind.PICKUP, point_code="KZN12"), replace(WAY, tariff=136))
    assert body["delivery_point"] == "KZN12"
    assert "to_location" not in body


def test_a_courier_pick_up_starts_at_the_senders_address() -> None:
    sender = Sender(address=read_address("Москва, Тверская 1"))
    body = build_order(REQUEST, replace(WAY, sender=sender, from_city="44"))
    assert body["from_location"] == {"code": 44, "address": "Москва, Тверская 1"}
    assert "shipment_point" not in body
    assert "sender" not in body


def test_unknown_sizes_are_left_out() -> None:
    body = build_order(replace(REQUEST, parcels=(Parcel(90, 0, 0, 0, (CUP,)),)), WAY)
    assert {"length", "width", "height"} & set(body["packages"][0]) == set()


@pytest.mark.parametrize(
    ("extras", "kind", "pieces", "codes"),
    [
        (("fitting", "partial", "sms"), SHOP, 2, []),
        (("fitting", "partial", "sms"), FREIGHT, 2, ["no_extra_fitting_contract", "no_extra_partial_contract"]),
        (("partial",), SHOP, 1, ["no_extra_partial_single"]),
        ((), FREIGHT, 1, []),
    ],
)
def test_services_that_this_contract_or_these_goods_cannot_have(
    extras: tuple[str, ...], kind: int, pieces: int, codes: list[str]
) -> None:
    goods = (Item("Чашка", "CUP-1", pieces, Money.of(450), 300),)
    request = replace(REQUEST, extras=extras, parcels=(Parcel(700, 200, 150, 100, goods),))
    assert [each.code for each in without_services(request, kind)] == codes


def test_a_delivery_contract_describes_the_content_and_insures_it() -> None:
    body = build_order(replace(REQUEST, cod=None), replace(WAY, order_type=FREIGHT, tariff=482))
    assert body["packages"][0]["comment"] == "Чашка"
    assert "items" not in body["packages"][0]
    assert body["services"] == [{"code": "INSURANCE", "parameter": "900.00"}]


@pytest.mark.parametrize(
    ("from_office", "kind", "locker", "mode", "code"),
    [
        (True, DeliveryKind.COURIER, False, "WD", 137),
        (True, DeliveryKind.PICKUP, False, "WW", 136),
        (True, DeliveryKind.PICKUP, True, "WP", 368),
        (False, DeliveryKind.COURIER, False, "DD", 139),
        (False, DeliveryKind.PICKUP, True, "DP", 366),
    ],
)
def test_the_tariff_follows_from_where_to_where(
    from_office: bool, kind: DeliveryKind, locker: bool, mode: str, code: int
) -> None:
    assert mode_of(from_office, kind, locker) == mode
    assert tariff_code("parcel", mode, shop_contract=True) == code


@pytest.mark.parametrize(
    ("service", "mode", "shop", "problem"),
    [
        ("parcel", "WD", False, "service_contract"),
        ("economy", "DP", True, "service_mode"),
        ("136", "WD", True, "service_mode"),
        ("teleport", "WD", True, "service_unknown"),
    ],
)
def test_a_service_that_cannot_be_is_refused_before_it_is_sent(
    service: str, mode: str, shop: bool, problem: str
) -> None:
    with pytest.raises(Refused) as caught:
        tariff_code(service, mode, shop_contract=shop)
    assert [found.code for found in caught.value.problems] == [problem]
    assert caught.value.problems[0].field is Field.SERVICE


def test_a_tariff_that_we_do_not_know_is_taken_literally() -> None:
    assert tariff_code("2536", "WW", shop_contract=True) == 2536


# --- answers ----------------------------------------------------------------------------------------------------------


def status(code: str, at: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": code, "date_time": at, "city": "Офис СДЭК", "deleted": False, **more}


ACCEPTED = {
    "entity": {
        "uuid": "5f0b",
        "cdek_number": "1573840216",
        "number": "wb-42-1",
        "delivery_point": "KZN12",
        "planned_delivery_date": "2026-11-26",
        "keep_free_until": "2026-12-01T00:00:00+0000",
        "delivery_detail": {"delivery_sum": 350.5, "total_sum": 486.0},
        "recipient": {"name": "мария", "phones": [{"number": "89000001462"}]},
        "packages": [{"number": "1", "weight": 701}],
        "statuses": [status("CREATED", "2026-11-23T10:00:05+0000"), status("ACCEPTED", "2026-11-23T10:00:01+0000")],
    },
    "requests": [{"type": "CREATE", "state": "SUCCESSFUL", "warnings": [
        {"code": "v2_delivery_point_changed", "message": "Офис получателя изменён на KZN12"}]}],
    "related_entities": [{"type": "return_order", "uuid": "back-1"}, {"type": "waybill", "uuid": "paper"}],
}  # fmt: skip


def test_an_accepted_order_is_read_whole() -> None:
    state = parse_order(ACCEPTED)
    assert state is not None
    assert (state.decision, state.order_number, state.number) == (Decision.ACCEPTED, "1573840216", "wb-42-1")
    assert state.price == Money.of(486)
    assert str(state.promised) == "2026-11-26"
    assert state.return_ids == ("back-1",)
    assert [event.code for event in state.events] == ["ACCEPTED", "CREATED"]
    assert [(warning.code, warning.field) for warning in state.warnings] == [("point_changed", Field.POINT)]
    assert state.fingerprint == fingerprint(REQUEST)


def test_a_number_that_is_late_keeps_the_order_pending() -> None:
    entity = {key: value for key, value in ACCEPTED["entity"].items() if key != "cdek_number"}  # type: ignore[attr-defined]
    state = parse_order({**ACCEPTED, "entity": entity})
    assert state is not None
    assert state.decision is Decision.PENDING


def test_the_order_of_a_long_life_is_accepted_even_without_its_create_request() -> None:
    state = parse_order({**ACCEPTED, "requests": [{"type": "UPDATE", "state": "SUCCESSFUL"}]})
    assert state is not None
    assert state.decision is Decision.ACCEPTED


def test_a_refused_order_says_why_and_hides_the_rest() -> None:
    state = parse_order(
        {
            "entity": {"uuid": "5f0b", "statuses": [status("INVALID", "2026-08-04T08:37:02+0000")]},
            "requests": [
                {"type": "CREATE", "state": "INVALID", "errors": [
                    {"code": "error_validate_receiver_delivery_point_is_empty", "message": "Не задан офис получателя"}]}
            ],
        }
    )  # fmt: skip
    assert state is not None
    assert (state.decision, state.fingerprint) == (Decision.REFUSED, "")
    assert [(problem.code, problem.their_text) for problem in state.problems] == [
        ("point_missing", "Не задан офис получателя")
    ]


@pytest.mark.parametrize(("request_state", "cancel"), [("ACCEPTED", Decision.PENDING), ("INVALID", Decision.REFUSED)])
def test_a_pending_deletion_is_seen_in_the_requests(request_state: str, cancel: Decision) -> None:
    error = {"code": "error_validate_order_delete_status", "message": "нельзя"}
    delete = {"type": "DELETE", "state": request_state, "date_time": "2026-11-23T11:00:00+0000", "errors": [error]}
    state = parse_order({**ACCEPTED, "requests": [*ACCEPTED["requests"], delete]})
    assert state is not None
    assert (state.decision, state.cancel) == (Decision.ACCEPTED, cancel)
    assert [problem.code for problem in state.problems] == (
        ["too_late_to_cancel"] if cancel is Decision.REFUSED else []
    )


@pytest.mark.parametrize("data", [{}, {"entity": None}, {"entity": {}}, {"entity": {"uuid": ""}}, {"entity": []}])
def test_an_answer_without_an_order_is_no_order(data: dict[str, Any]) -> None:
    assert parse_order(data) is None


def test_odd_values_do_not_break_reading() -> None:
    odd = {
        "entity": {
            "uuid": "5f0b", "statuses": [{}, {"code": "CREATED"}, {"code": "X", "date_time": "gestern"}, "text"],
            "planned_delivery_date": "0002-11-28", "delivery_detail": {"total_sum": "много"},
            "packages": {"weight": None}, "delivery_problem": [{"code": None}],
            "recipient": {"name": None, "phones": {"number": 5}},
        },
        "requests": "odd",
        "related_entities": None,
    }  # fmt: skip
    state = parse_order(odd)
    assert state is not None
    assert (state.events, state.promised, state.price, state.fingerprint) == ((), None, None, "")
