"""A portal that granted less than we ask for: what stands on the rest is off, and no call is made that would be
refused. Updating the app in the portal brings it."""

from __future__ import annotations

import pytest

from b24app.bitrix24.features import Feature
from b24app.bitrix24.scopes import REQUESTED
from b24app.demo.setting_up import install
from b24app.frames.words import words
from tests.flows.town import Shop, Town, words_of

#: The second has an address that nobody can ship to: its manager is told.
DEAL, UNCLEAR = 501, 558
FEW = ("crm", "placement")


def called(town: Town) -> set[str]:
    rows = town.journal("rest.call", "bitrix24")
    return {name for row in rows for name in [row["key"], *row["data"].get("commands", [])]}


def test_the_rest_works_and_nothing_is_refused(town: Town) -> None:
    town.program.steer("POST", "/bitrix24/app", {"scopes": list(FEW)})
    shop = town.shop()
    said = words_of(shop.app().page)
    assert (
        "Пока не работает: вес и размеры из каталога товаров, уведомления менеджерам, права по отделам, смарт" in said
    )
    assert "«Обновить»" in said

    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.tab(DEAL)
    town.calm()
    off = (
        "im.",
        "catalog.",
        "user.current",
        "department.",
        "crm.type.",
        "userfieldconfig.",
        "bizproc.",
        "sale.",
        "imopenlines.",
    )
    assert not [name for name in called(town) if name.startswith(off)]
    assert not [row for row in town.journal("rest.call", "bitrix24") if "insufficient_scope" in str(row)]

    _update(town, shop)
    assert "Пока не работает" not in words_of(shop.app().page)
    shop.tab(DEAL)
    assert {"user.current", "crm.type.add"} <= called(town)


def _update(town: Town, shop: Shop) -> None:
    """The administrator updates the app in the portal: the card's new scopes are granted, the installer runs."""
    town.program.steer("POST", "/bitrix24/app", {"scopes": list(REQUESTED)})
    shop.settings(update_event=False)
    shop.ask("POST", "/update-app", {})
    install(town.program.steer, shop.member)


#: Feature that is off -> the scope that the portal did not grant, and what must not be called without it.
ONE_LESS = {
    Feature.TAB: ("placement", ("placement.",)),
    Feature.WEIGHTS: ("catalog", ("catalog.",)),
    Feature.NOTICES: ("im", ("im.",)),
    Feature.DEPARTMENTS: ("department", ("department.",)),
    Feature.RETURNS: ("userfieldconfig", ("userfieldconfig.", "crm.type.")),
    Feature.ROBOTS: ("bizproc", ("bizproc.",)),
    Feature.SMS: ("messageservice", ("messageservice.",)),
    Feature.STORE: ("delivery", ("sale.",)),
    Feature.CHATS: ("imopenlines", ("imopenlines.",)),
}


@pytest.mark.parametrize("feature", ONE_LESS)
def test_each_feature_alone_is_off_says_so_and_calls_nothing(town: Town, feature: Feature) -> None:
    scope, methods = ONE_LESS[feature]
    town.program.steer("POST", "/bitrix24/app", {"scopes": [each for each in REQUESTED if each != scope]})
    shop = town.shop()
    said = words_of(shop.app().page)
    assert f"Пока не работает: {words('ru')(f'feature.{feature.value}')}" in said

    shop.ship(DEAL, UNCLEAR)
    shop.shipped(DEAL)
    if feature is not Feature.TAB:
        shop.tab(DEAL)
    town.calm()
    assert not [name for name in called(town) if name.startswith(methods)]
    assert not [row for row in town.journal("rest.call", "bitrix24") if "insufficient_scope" in str(row)]
    assert len(shop.orders(DEAL)) == 1


def test_every_feature_but_shipping_itself_is_tried_without_its_scope() -> None:
    assert set(ONE_LESS) == set(Feature) - {Feature.SHIPPING}
