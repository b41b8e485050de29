"""Rules: the first that fits wins, and each earlier one says why not."""

from typing import Any

import pytest

from b24app.flows.choose import Choice, Conditions, Facts, Miss, Reason, Rule, choose, plain_name
from b24app.logistics.model import DeliveryKind
from b24app.logistics.money import Money

COURIER, PICKUP = DeliveryKind.COURIER, DeliveryKind.PICKUP
BOTH = {COURIER: "parcel", PICKUP: "parcel"}
KAZAN = Facts(
    category=3,
    kind=COURIER,
    cities=("Казань",),
    region="Республика Татарстан",
    weight_g=600,
    value=Money(90000),
    cod=False,
)


def rule(number: int = 1, services: dict[DeliveryKind, str] | None = None, **asks: Any) -> Rule:
    category = asks.pop("category", None)
    conditions = Conditions(**asks)
    return Rule(number, 10 + number, services or BOTH, f"rule {number}", True, category, conditions)


def test_without_rules_nothing_is_chosen() -> None:
    assert choose(KAZAN, []) == Choice()


def test_the_first_that_fits_wins_and_the_earlier_ones_say_why_not() -> None:
    heavy, far, any_, never = (
        rule(1, weight_from_g=5000),
        rule(2, cities=("Москва", "Химки"), cod=True),
        rule(3),
        rule(4, cities=("Казань",)),
    )
    assert choose(KAZAN, [heavy, far, any_, never]) == Choice(
        any_,
        (
            Miss(1, "rule 1", (Reason("weight_less", {"found": 600, "border": 5000}),)),
            Miss(2, "rule 2", (Reason("place", {"place": "Казань"}), Reason("cod_no"))),
        ),
    )
    assert choose(KAZAN, [never, any_]) == Choice(never, ())
    assert choose(KAZAN, [heavy]).rule is None


def test_a_rule_that_is_off_is_as_if_it_were_not_there() -> None:
    off = Rule(1, 11, BOTH, enabled=False)
    assert choose(KAZAN, [off, rule(2)]) == Choice(rule(2), ())


@pytest.mark.parametrize(
    "asks",
    [
        {},
        {"category": 3},
        {"kind": COURIER},
        {"cities": ("казань",)},
        {"cities": ("г. Казань", "Уфа")},
        {"regions": ("Татарстан",)},
        {"regions": ("респ. Татарстан",)},
        {"cities": ("Москва",), "regions": ("Татарстан",)},
        {"weight_from_g": 600},
        {"weight_to_g": 600},
        {"weight_from_g": 500, "weight_to_g": 700},
        {"value_from": 90000, "value_to": 90000},
        {"cod": False},
        {"category": 3, "kind": COURIER, "cities": ("Казань",), "weight_to_g": 1000, "value_to": 100000, "cod": False},
    ],
)
def test_it_fits(asks: dict[str, Any]) -> None:
    assert choose(KAZAN, [rule(**asks)]).misses == ()


@pytest.mark.parametrize(
    ("asks", "reason"),
    [
        ({"category": 4}, Reason("category")),
        ({"kind": PICKUP}, Reason("kind_courier")),
        ({"services": {PICKUP: "parcel"}}, Reason("no_service_courier")),
        ({"services": {COURIER: "", PICKUP: "parcel"}}, Reason("no_service_courier")),
        ({"cities": ("Каз",)}, Reason("place", {"place": "Казань"})),
        ({"regions": ("Тат",)}, Reason("place", {"place": "Казань"})),
        ({"weight_from_g": 601}, Reason("weight_less", {"found": 600, "border": 601})),
        ({"weight_to_g": 599}, Reason("weight_more", {"found": 600, "border": 599})),
        ({"value_from": 90001}, Reason("value_less", {"found": 90000, "border": 90001})),
        ({"value_to": 89999}, Reason("value_more", {"found": 90000, "border": 89999})),
        ({"value_to": 100000, "currency": "KZT"}, Reason("value_currency", {"currency": "RUB"})),
        ({"cod": True}, Reason("cod_no")),
    ],
)
def test_it_does_not_fit(asks: dict[str, Any], reason: Reason) -> None:
    services = asks.pop("services", None)
    wanted = rule(1, services, **asks)
    assert choose(KAZAN, [wanted]) == Choice(None, (Miss(1, "rule 1", (reason,)),))


@pytest.mark.parametrize(
    ("asks", "reason"),
    [
        ({"kind": COURIER}, "kind_unknown"),
        ({"cities": ("Казань",)}, "place_unknown"),
        ({"regions": ("Татарстан",)}, "place_unknown"),
        ({"weight_to_g": 1000}, "weight_unknown"),
        ({"value_from": 0}, "value_unknown"),
        ({"cod": False}, "cod_unknown"),
    ],
)
def test_what_nobody_knows_is_never_guessed(asks: dict[str, Any], reason: str) -> None:
    assert choose(Facts(3), [rule(**asks)]).misses == (Miss(1, "rule 1", (Reason(reason),)),)


def test_a_capital_is_its_own_region() -> None:
    moscow = Facts(0, COURIER, ("Москва",))
    assert choose(moscow, [rule(regions=("г. Москва",))]).misses == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [("г. Орёл", "орел"), ("Ростов-на-Дону", "ростов-на-дону "), ("Московская обл.", "московская область")],
)
def test_names_are_compared_as_people_write_them(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)


def test_rules_survive_their_way_through_json() -> None:
    whole = rule(1, category=3, cities=("Казань",), weight_to_g=5, value_from=1, cod=True, kind=PICKUP)
    assert Rule.from_json(whole.to_json()) == whole
