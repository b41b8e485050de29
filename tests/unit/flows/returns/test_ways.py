"""The ways back side by side, and the warehouse that goods go to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from b24app.flows.returns.rules import ReturnRules
from b24app.flows.returns.way import WayKind
from b24app.flows.returns.ways import Carrier, Near, Prices, offers_of, warehouse_of
from b24app.flows.simulate import Priced
from b24app.logistics.model import DeliveryKind
from b24app.logistics.money import Money
from b24app.logistics.ports import Quote
from b24app.logistics.problem import Problem
from b24app.logistics.status import Status
from tests.unit.flows.returns.given import NOW, a_return
from tests.unit.flows.returns.test_requests import sent

CDEK, DPD, TMS = (
    Carrier(1, "cdek", "СДЭК", True),
    Carrier(2, "dpd", "DPD", True),
    Carrier(3, "one_c_tms", "1С:TMS", points=False),
)
PARCEL, EXPRESS = (Quote(code, Money(minor), 2, 3) for code, minor in (("parcel", 41000), ("express", 90000)))
NEAR = (Near("KZN3", "Баумана, 5", 300), Near("KZN9", "Пушкина, 1", 900))
BY_HAND = [(WayKind.BY_HAND, 0), (WayKind.BROUGHT, 0)]


def told(*offers: Quote, problem: Problem | None = None) -> Priced:
    return Priced(offers, problem=problem)


def test_what_was_not_delivered_comes_back_by_itself() -> None:
    offers = offers_of(a_return(undelivered=True), [sent()], [CDEK, TMS], {}, NOW)
    assert [(each.kind, each.connection_id) for each in offers] == [(WayKind.OWN, 1), *BY_HAND]


def test_prices_side_by_side_and_what_has_none() -> None:
    prices = {
        1: Prices(NOW, NOW, told(PARCEL, EXPRESS), told(replace(PARCEL, price=Money(30000))), NEAR),
        2: Prices(
            NOW, NOW, told(problem=Problem("service_unavailable")), told(replace(PARCEL, service_code="PCL")), NEAR
        ),
    }
    offers = offers_of(a_return(), [sent()], [CDEK, DPD, TMS], prices, NOW)
    assert [
        (each.kind, each.connection_id, each.service, each.quote and each.quote.price.minor) for each in offers
    ] == [
        (WayKind.POINT, 1, "parcel", 30000),
        (WayKind.COURIER, 1, "parcel", 41000),
        (WayKind.POINT, 2, "PCL", 41000),
        (WayKind.COURIER, 1, "express", 90000),
        (WayKind.COURIER, 2, "", None),
        (WayKind.COURIER, 3, "", None),
        (WayKind.BY_HAND, 0, "", None),
        (WayKind.BROUGHT, 0, "", None),
    ]
    why = {(each.kind, each.connection_id): each.problem and each.problem.code for each in offers}
    assert why[WayKind.COURIER, 2] == "service_unavailable"
    assert why[WayKind.COURIER, 3] is None
    assert [each.own for each in offers[:3]] == [True, True, False]
    assert offers[2].near == NEAR


def test_a_point_of_the_carrier_that_brought_it_is_known_and_a_courier_has_no_address() -> None:
    at_point = replace(sent().request, kind=DeliveryKind.PICKUP, address=None, point_code="MSK7")
    offers = offers_of(a_return(), [sent(request=at_point)], [CDEK, TMS], {}, NOW)
    assert [(each.kind, each.point_code, each.problem and each.problem.code) for each in offers[:2]] == [
        (WayKind.COURIER, "", "return_address_missing"),
        (WayKind.POINT, "MSK7", None),
    ]
    assert [(each.kind, each.problem is None) for each in offers[2:]] == [
        (WayKind.COURIER, False),
        (WayKind.BY_HAND, True),
        (WayKind.BROUGHT, True),
    ]
    elsewhere = offers_of(a_return(), [sent(request=at_point)], [DPD], {}, NOW)
    assert elsewhere[1].problem is not None
    assert elsewhere[1].problem.code == "return_point_missing"


def test_one_that_is_silent_may_still_be_chosen() -> None:
    mute = Priced(problem=Problem("system_silent"), left_alone=True)
    offers = offers_of(a_return(), [sent()], [CDEK], {1: Prices(NOW, NOW, mute, mute, NEAR)}, NOW)
    assert [(each.quote, each.problem) for each in offers[:2]] == [(None, None), (None, None)]


def test_one_that_is_being_asked_says_so_for_a_while() -> None:
    prices = {1: Prices(NOW)}
    asking = offers_of(a_return(), [sent()], [CDEK], prices, NOW + timedelta(seconds=59))
    assert [each.asking for each in asking] == [True, True, False, False]
    lost = offers_of(a_return(), [sent()], [CDEK], prices, NOW + timedelta(seconds=61))
    assert not any(each.asking for each in lost)


def test_who_takes_back_only_its_own() -> None:
    broker = replace(CDEK, own_only=True)
    foreign = sent(connection_id=9)
    assert [(each.kind, each.connection_id) for each in offers_of(a_return(), [foreign], [broker], {}, NOW)] == BY_HAND
    prices = {1: Prices(NOW, NOW, told(PARCEL, EXPRESS), told())}
    offers = offers_of(a_return(), [sent()], [broker], prices, NOW)
    assert [each.service for each in offers if each.quote] == ["parcel"]


def test_the_warehouse_that_the_goods_go_to() -> None:
    named = replace(ReturnRules(), warehouse=7)
    packed = sent(connection_id=8, picked=True)
    assert warehouse_of(named, [packed], [7, 8]) == 7
    assert warehouse_of(named, [packed], [8]) == 0
    assert warehouse_of(ReturnRules(), [packed, sent()], [7, 8]) == 8
    assert warehouse_of(ReturnRules(), [sent()], [7]) == 7
    assert warehouse_of(ReturnRules(), [replace(sent(), status=Status.CREATED)], [7, 8]) == 0
    assert warehouse_of(ReturnRules(), [], []) == 0


def test_a_carrier_whose_clients_hand_in_themselves_sends_no_courier() -> None:
    post = Carrier(1, "russian_post", "Почта России", True, collects=False)
    told_near = {1: Prices(NOW, NOW, Priced(), Priced(), NEAR)}
    [offer, *rest] = offers_of(a_return(), [sent()], [post], told_near, NOW)
    assert (offer.kind, offer.connection_id, offer.point_code, offer.quote, offer.problem, offer.near) == (
        WayKind.POINT, 1, "KZN3", None, None, NEAR,
    )  # fmt: skip
    assert [(each.kind, each.connection_id) for each in rest] == BY_HAND
