"""A portal that granted less than we ask for: what stands on the rest is off, and no call is made that would be
refused. Updating the app in the portal brings it."""

from __future__ import annotations

from b24app.demo.setting_up import install
from tests.flows.town import Shop, Town, words_of

DEAL = 501
FEW = ("crm", "placement")


def called(town: Town) -> set[str]:
    rows = town.journal("rest.call", "bitrix24")
    return {name for row in rows for name in [row["key"], *row["data"].get("commands", [])]}


def test_the_rest_works_and_nothing_is_refused(town: Town) -> None:
    town.program.steer("POST", "/bitrix24/app", {"scopes": list(FEW)})
    shop = town.shop()
    said = words_of(shop.app().page)
    assert "Пока не работает: вес и размеры из каталога товаров, уведомления менеджерам, права по отделам" in said
    assert "«Обновить»" in said

    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.tab(DEAL)
    town.calm()
    assert not [name for name in called(town) if name.startswith(("im.", "catalog.", "user.current", "department."))]
    assert not [row for row in town.journal("rest.call", "bitrix24") if "insufficient_scope" in str(row)]

    _update(town, shop)
    assert "Пока не работает" not in words_of(shop.app().page)
    shop.tab(DEAL)
    assert "user.current" in called(town)


def _update(town: Town, shop: Shop) -> None:
    """The administrator updates the app in the portal: the card's new scopes are granted, the installer runs."""
    town.program.steer("POST", "/bitrix24/app", {"scopes": [*FEW, "catalog", "im", "user_brief", "department"]})
    town.program.steer("POST", f"/bitrix24/{shop.member}/update-app", {})
    install(town.program.steer, shop.member)
