"""Recipient, destination, parcels and money of a deal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from b24app.flows.cod import build_cod, build_declared, read_money
from b24app.flows.compose import compose
from b24app.flows.destination import build_destination, read_address_field, read_point_code
from b24app.flows.parcels import KILOGRAM, SERVICE, pack
from b24app.flows.recipient import build_recipient
from b24app.flows.snapshot import (
    CatalogueSize,
    CodSource,
    DeclaredSource,
    Defaults,
    Payment,
    Person,
    Phone,
    ProductRow,
    Source,
)
from b24app.logistics.model import DeliveryKind
from b24app.logistics.money import Money
from b24app.logistics.problem import Field
from tests.unit.flows.given import MARIA, ROW, SIZE, deal, fields, pipeline

COMPANY = Person(5, "ООО Ромашка", (Phone("+7 495 123-45-67"),), is_company=True)


def codes(problems: Any) -> list[str]:
    return [problem.code for problem in problems]


# --- recipient --------------------------------------------------------------------------------------------------------


def test_the_deals_own_phone_wins_and_keeps_its_extension_and_spares() -> None:
    recipient, problems = build_recipient(deal(fields=fields(phone="8(383)300-00-00 доб.12, 89001112233")))
    assert (recipient.phone, recipient.extension) == ("+73833000000", "12")
    assert recipient.spare_phones == ("+79001112233",)
    assert problems == []


def test_a_bad_phone_of_the_deal_is_not_papered_over_by_the_contact() -> None:
    _, problems = build_recipient(deal(fields=fields(phone="8 900 12")))
    assert codes(problems) == ["phone_invalid"]
    assert problems[0].field is Field.PHONE
    assert problems[0].params == {"value": "8 900 12", "where": "deal"}


@pytest.mark.parametrize(
    ("phones", "chosen"),
    [
        ((Phone("84951234567", "WORK"), Phone("89161234567", "MOBILE")), "+79161234567"),
        ((Phone("84951234567", "FAX"), Phone("84951234568", "WORK")), "+74951234568"),
        ((Phone("нет", "MOBILE"), Phone("84951234568", "WORK")), "+74951234568"),
    ],
)
def test_the_contacts_best_phone_is_taken(phones: tuple[Phone, ...], chosen: str) -> None:
    recipient, _ = build_recipient(deal(contacts=(Person(1, "Пётр", phones),)))
    assert recipient.phone == chosen


def test_the_next_contact_or_the_company_answers_when_the_first_has_no_phone() -> None:
    quiet = Person(1, "Ольга Синицына")
    recipient, problems = build_recipient(deal(contacts=(quiet,), company=COMPANY))
    assert (recipient.name, recipient.phone, recipient.company) == ("Ольга Синицына", "+74951234567", "ООО Ромашка")
    assert problems == []


def test_a_deal_of_a_company_alone_goes_to_the_company() -> None:
    recipient, problems = build_recipient(deal(contacts=(), company=COMPANY))
    assert (recipient.name, recipient.company) == ("ООО Ромашка", None)
    assert problems == []


@pytest.mark.parametrize(("name", "code"), [("", "name_missing"), ("  ", "name_missing"), ("12345", "name_invalid")])
def test_a_recipient_needs_a_name(name: str, code: str) -> None:
    _, problems = build_recipient(deal(contacts=(Person(1, name, MARIA.phones),)))
    assert codes(problems) == [code]


def test_no_phone_at_all_is_another_problem_than_a_bad_one() -> None:
    _, problems = build_recipient(deal(contacts=(Person(1, "Мария"),)))
    assert codes(problems) == ["phone_missing"]


# --- destination ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by_role", "kind", "problem"),
    [
        ({"address": "Казань, Баумана 5"}, DeliveryKind.COURIER, None),
        ({"point": "KZN12"}, DeliveryKind.PICKUP, None),
        ({"address": "Казань, Баумана 5", "point": "KZN12", "type": 32}, DeliveryKind.PICKUP, None),
        ({"address": "Казань, Баумана 5", "point": "KZN12", "type": "31"}, DeliveryKind.COURIER, None),
        ({"address": "Казань, Баумана 5", "point": "KZN12"}, None, "delivery_type_missing"),
        ({"address": "Казань, Баумана 5", "type": 99}, None, "delivery_type_unknown"),
        ({"address": "Казань, Баумана 5", "type": 32}, None, "point_missing"),
        ({"point": "KZN12", "type": 31}, None, "address_missing"),
        ({}, None, "destination_missing"),
        ({"address": "А" * 256}, None, "address_too_long"),
    ],
)
def test_where_to_is_read_and_never_guessed(by_role: Any, kind: Any, problem: str | None) -> None:
    destination, problems = build_destination(deal(fields=fields(**by_role)), pipeline())
    assert (destination.kind if destination else None) is kind
    assert codes(problems) == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("value", "text", "lat"),
    [
        ("Казань, Баумана 5|55.78874;49.12214|214", "Казань, Баумана 5", 55.78874),
        ("Казань, Баумана 5|;|215", "Казань, Баумана 5", None),
        ("Казань, Баумана 5", "Казань, Баумана 5", None),
        ("Казань, Баумана 5|55.7;49.1", "Казань, Баумана 5", 55.7),
        (["", "Казань, Баумана 5|55.7;49.1"], "Казань, Баумана 5", 55.7),
        ("Казань|север;юг", "Казань", None),
    ],
)
def test_the_address_field_is_read_in_all_its_forms(value: Any, text: str, lat: float | None) -> None:
    address = read_address_field(value)
    assert address is not None
    assert (address.text, address.lat) == (text, lat)


@pytest.mark.parametrize("value", [None, "", [], [None], "|55.7;49.1|2", "  "])
def test_an_empty_address_field_is_none(value: Any) -> None:
    assert read_address_field(value) is None


@pytest.mark.parametrize("place", ["nan;nan", "inf;49.1", "55.8;-inf", "1e400;1", "91;49", "55.8;181"])
def test_a_place_that_is_none_on_earth_is_left_out(place: str) -> None:
    address = read_address_field(f"Казань, ул. Баумана, 5|{place}|17")
    assert address is not None
    assert (address.lat, address.lon) == (None, None)


@pytest.mark.parametrize(
    ("value", "code"), [("NSK33", "NSK33"), (" NSK33, Новосибирск, ул. Мира", "NSK33"), (None, ""), (["MSK5"], "MSK5")]
)
def test_the_point_code_stands_first(value: Any, code: str) -> None:
    assert read_point_code(value) == code


# --- parcels ----------------------------------------------------------------------------------------------------------


def sized(source: Source, weight: float | None, *sides: float) -> CatalogueSize:
    length, width, height = sides or (None, None, None)
    return CatalogueSize(source, weight, length, width, height)


def row(*sizes: CatalogueSize, quantity: str = "1", **changes: Any) -> ProductRow:
    basic: dict[str, Any] = {"id": 1, "name": "Стол", "price": Money.of(100), "quantity": Decimal(quantity)}
    return ProductRow(**{**basic, "sizes": sizes, **changes})


@pytest.mark.parametrize(
    ("sizes", "weight", "guesses"),
    [
        ((sized(Source.VARIATION, 100), sized(Source.PARENT, 200)), 100, ()),
        ((sized(Source.VARIATION, 0), sized(Source.PARENT, 200)), 200, ()),
        ((sized(Source.VARIATION, None), sized(Source.SECTION, 300)), 300, ("weight:section",)),
        ((sized(Source.VARIATION, -5),), 500, ("weight:portal",)),
        ((), 500, ("weight:portal",)),
    ],
)
def test_weight_comes_from_the_best_source_and_guesses_are_marked(
    sizes: tuple[CatalogueSize, ...], weight: int, guesses: tuple[str, ...]
) -> None:
    parcel, problems = pack([row(*sizes)], Defaults(weight_g=500))
    assert problems == []
    assert parcel is not None
    assert (parcel.weight_g, parcel.guesses) == (weight, guesses)
    assert parcel.items[0].guessed is bool(guesses)


def test_a_section_may_forbid_the_portals_guess() -> None:
    parcel, problems = pack([row(sized(Source.SECTION, 0))], Defaults(weight_g=500))
    assert (parcel, [problem.code for problem in problems]) == (None, ["weight_missing"])


def test_a_section_may_forbid_the_portals_box() -> None:
    """Zeros mean that nothing is guessed, also when another row of the parcel says nothing about its size."""
    defaults = Defaults(weight_g=500, length_mm=300, width_mm=200, height_mm=100)
    zeros, silent = row(sized(Source.SECTION, 100, 0, 0, 0)), row(sized(Source.VARIATION, 100))
    for rows in ([zeros], [zeros, silent], [silent, zeros]):
        parcel, problems = pack(rows, defaults)
        assert problems == []
        assert parcel is not None
        assert (parcel.length_mm, parcel.width_mm, parcel.height_mm) == (0, 0, 0)
        assert "size:portal" not in parcel.guesses
    own = row(sized(Source.VARIATION, 100, 50, 200, 100), sized(Source.SECTION, None, 0, 0, 0))
    parcel, _ = pack([own], defaults)
    assert parcel is not None
    assert (parcel.length_mm, parcel.width_mm, parcel.height_mm) == (200, 100, 50)


def test_a_product_of_unknown_weight_is_a_problem_not_a_zero() -> None:
    parcel, problems = pack([row(), ROW], Defaults())
    assert parcel is None
    assert codes(problems) == ["weight_missing"]
    assert problems[0].params == {"item": "Стол"}


def test_services_and_empty_rows_do_not_travel() -> None:
    parcel, _ = pack([ROW, row(type=SERVICE), row(quantity="0")], Defaults())
    assert parcel is not None
    assert [item.name for item in parcel.items] == ["Чашка"]
    assert codes(pack([row(type=SERVICE)], Defaults())[1]) == ["items_missing"]


def test_parts_of_a_unit_are_one_piece_of_that_weight_and_price() -> None:
    nails = row(quantity="1.5", measure_code=KILOGRAM, price=Money.of(200))
    parcel, _ = pack([nails], Defaults(weight_g=9))
    assert parcel is not None
    [item] = parcel.items
    assert (item.quantity, item.weight_g, item.price) == (1, 1500, Money.of(300))
    assert item.name == "Стол, 1.5"
    assert parcel.guesses == ()


def test_one_piece_keeps_its_sides_and_several_are_stacked_as_a_guess() -> None:
    single, _ = pack([row(sized(Source.VARIATION, 100, 50, 200, 100))], Defaults())
    assert single is not None
    assert (single.length_mm, single.width_mm, single.height_mm) == (200, 100, 50)
    assert single.guesses == ()
    several, _ = pack([row(sized(Source.VARIATION, 100, 50, 200, 100), quantity="4")], Defaults())
    assert several is not None
    assert (several.length_mm, several.width_mm, several.height_mm) == (200, 200, 100)
    assert several.guesses == ("size:stacked",)


def test_without_sides_the_portals_box_is_a_guess_or_nothing_is_said() -> None:
    rows = [row(sized(Source.VARIATION, 100)), ROW]
    boxed, _ = pack(rows, Defaults(length_mm=300, width_mm=200, height_mm=100))
    assert boxed is not None
    assert (boxed.length_mm, boxed.width_mm, boxed.height_mm) == (300, 200, 100)
    assert boxed.guesses == ("size:portal",)
    bare, _ = pack(rows, Defaults())
    assert bare is not None
    assert (bare.length_mm, bare.guesses) == (0, ())


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine is no bad strategy
@given(st.lists(st.tuples(st.integers(1, 30), st.tuples(*[st.integers(1, 900)] * 3)), min_size=1, max_size=8))
def test_the_stacked_box_is_never_smaller_than_its_goods(goods: list[Any]) -> None:
    rows = [row(sized(Source.VARIATION, 10, *sides), quantity=str(count)) for count, sides in goods]
    parcel, _ = pack(rows, Defaults())
    assert parcel is not None
    box = sorted((parcel.length_mm, parcel.width_mm, parcel.height_mm))
    volume = sum(count * sides[0] * sides[1] * sides[2] for count, sides in goods)
    assert box[0] * box[1] * box[2] >= volume
    assert all(side <= room for _, sides in goods for side, room in zip(sorted(sides), box, strict=True))


# --- money ------------------------------------------------------------------------------------------------------------

UNPAID = (Payment(Money.of(500), paid=False), Payment(Money.of(900), paid=True), Payment(Money.of(1), paid=False))


@pytest.mark.parametrize(
    ("source", "by_role", "payments", "cod", "problem"),
    [
        (CodSource.NONE, {"cod": "900"}, UNPAID, None, None),
        (CodSource.FIELD, {"cod": "1500.50|RUB"}, None, Money.of("1500.50"), None),
        (CodSource.FIELD, {"cod": "1 500,50 руб."}, None, Money.of("1500.50"), None),
        (CodSource.FIELD, {}, None, None, None),
        (CodSource.FIELD, {"cod": 0}, None, None, None),
        (CodSource.FIELD, {"cod": "как договоримся"}, None, None, "cod_invalid"),
        (CodSource.FIELD, {"cod": "-5"}, None, None, "cod_invalid"),
        (CodSource.FIELD, {"cod": "10|USD"}, None, None, "cod_invalid"),
        (CodSource.UNPAID, {}, UNPAID, Money.of(501), None),
        (CodSource.UNPAID, {}, (), None, None),
        (CodSource.UNPAID, {}, None, None, "cod_unknown"),
        (CodSource.UNPAID, {}, (Payment(Money(1, "USD"), paid=False),), None, "cod_currency"),
    ],
)
def test_cash_on_delivery_is_read_and_never_guessed(
    source: CodSource, by_role: Any, payments: Any, cod: Money | None, problem: str | None
) -> None:
    found, problems = build_cod(deal(fields=fields(**by_role), payments=payments), pipeline(cod_source=source))
    assert found == cod
    assert codes(problems) == ([problem] if problem else [])


def test_the_declared_value_follows_the_setting() -> None:
    assert build_declared(deal(), pipeline()) == (None, [])
    zero = pipeline(declared_source=DeclaredSource.ZERO)
    assert build_declared(deal(), zero) == (Money(0), [])
    of_field = pipeline(declared_source=DeclaredSource.FIELD)
    assert build_declared(deal(fields=fields(declared="700")), of_field) == (Money.of(700), [])
    assert codes(build_declared(deal(fields=fields(declared="много")), of_field)[1]) == ["declared_invalid"]


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1.2.3", "руб", "12 шт"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert read_money(text, "RUB") is None


def test_a_delivery_kind_without_a_service_is_the_admins_problem() -> None:
    composed = compose(deal(), pipeline(services={}))
    assert composed.request is None
    assert codes(composed.problems) == ["service_missing"]


def test_a_comment_and_the_number_travel_along() -> None:
    composed = compose(deal(fields=fields(address="Казань, Баумана 5", comment="позвонить за час")), pipeline(), n=3)
    assert composed.request is not None
    assert (composed.request.comment, composed.request.number) == ("позвонить за час", "wb-42-3")
    assert SIZE.weight_g == 300
