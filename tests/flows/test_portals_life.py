"""A portal is renamed, its licence ends, the app is removed and comes back."""

from __future__ import annotations

import pytest

from b24app.store import portals
from tests.flows.town import NUMBER, Shop, Town

DEAL, NEXT = 501, 502


def renew(shop: Shop) -> None:
    """The licence is paid; sooner or later we look whether it is. A look that began before is no answer to that."""
    shop.ask("POST", "/licence", {"blocked": False})

    def seen() -> bool:
        shop.town.advance(700)
        shop.town.calm()
        return shop.row.state == "active"

    shop.town.wait(seen, "the portal at work again")


def test_a_renamed_portal_is_followed(shop: Shop) -> None:
    shop.fill_in(DEAL, NEXT)
    shop.town.calm()
    renamed = shop.ask("POST", "/rename")
    shop.move(DEAL)
    shop.shipped(DEAL)
    assert shop.row.client_endpoint.startswith(renamed["base_url"])
    shop.town.calm()
    moved = len(shop.town.journal("rest.moved", "bitrix24"))
    assert moved >= 1
    shop.move(NEXT)
    shop.shipped(NEXT)
    assert len(shop.town.journal("rest.moved", "bitrix24")) == moved


def test_the_page_says_where_a_renamed_portal_is(shop: Shop) -> None:
    old = shop.row.domain
    new = shop.ask("POST", "/rename")["domain"]
    shop.ship(DEAL)
    shop.shipped(DEAL)
    said = shop.health()
    assert f"Портал теперь по адресу {new}" in said
    assert f"по адресу {old}" in said
    shop.town.advance(3 * 86400 + 60)
    assert "Портал теперь по адресу" not in shop.health()


def test_an_event_tells_of_the_licence_before_anything_is_shipped(shop: Shop) -> None:
    shop.town.calm()
    page = shop.app()
    shop.ask("POST", "/licence", {"blocked": True, "payment_expired": "Y"})
    page.wait("/app/version?v=0", lambda text: "продлить их может администратор портала" in text, "who can fix it", 20)
    assert shop.row.state == "blocked"


def test_a_licence_that_ends_while_keys_run_out_is_told_and_survived(shop: Shop) -> None:
    """Keys cannot be renewed then: that is no dismissed administrator, and nobody has to open the app afterwards."""
    shop.fill_in(DEAL, NEXT)
    shop.town.calm()
    shop.ask("POST", "/tokens/expire")
    shop.ask("POST", "/licence", {"blocked": True})
    shop.move(DEAL, NEXT)
    shop.town.wait(lambda: shop.row.state == "blocked", "the portal's state")
    assert "payment_required" in shop.row.blocked_reason.lower()
    shop.town.advance(7200)
    shop.town.calm()
    assert shop.orders(DEAL) == shop.orders(NEXT) == []
    renew(shop)
    shop.shipped(DEAL, NEXT)
    assert len(shop.orders(DEAL)) == len(shop.orders(NEXT)) == 1
    assert shop.row.state == "active"


def test_when_the_licence_ends_everything_waits_and_goes_on_afterwards(shop: Shop) -> None:
    shop.fill_in(DEAL, NEXT)
    shop.town.calm()
    page = shop.app()
    shop.ask("POST", "/licence", {"blocked": True})
    shop.move(DEAL)
    shop.town.advance(200)
    page.wait(
        "/app/version?v=0", lambda text: "Битрикс24 не пускает приложение" in text, "the administrator's word", 20
    )
    assert shop.orders(DEAL) == []
    shop.move(NEXT)
    renew(shop)
    shop.shipped(DEAL, NEXT)
    assert len(shop.orders(DEAL)) == len(shop.orders(NEXT)) == 1
    shop.town.wait(lambda: "не пускает" not in shop.health(), "the end of the warning")


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_an_uninstall_with_erasure(shop: Shop) -> None:
    """Believed once the OAuth server refuses our keys; then everything about the portal is gone."""
    shop.ship(DEAL)
    shop.shipped(DEAL)
    shop.town.calm()
    shop.ask("POST", "/uninstall", {"clean": True})
    shop.town.wait(lambda: shop.row.state == "uninstalled", "the portal's end")
    shop.town.advance(3700)
    shop.town.wait(lambda: shop.town.program.read(portals.by_member, shop.member) is None, "the erasure", 40)


def test_a_forged_uninstall_changes_nothing(shop: Shop) -> None:
    """Even with the right application_token: it proves the portal, not a removal."""
    token = shop.ask("GET", "")["application_token"]
    data = {"LANGUAGE_ID": "ru", "CLEAN": "1"}
    shop.ask("POST", "/forge", {"event": "ONAPPUNINSTALL", "data": data, "application_token": token})
    shop.town.calm(1.5)
    shop.town.advance(7200)
    shop.ship(DEAL)
    shop.shipped(DEAL)
    assert shop.row.state == "active"


def test_reinstalled_with_a_new_application_token(town: Town) -> None:
    first = town.shop()
    first.ship(DEAL)
    [number] = first.shipped(DEAL)
    town.calm()
    old = first.ask("GET", "")["application_token"]
    first.ask("POST", "/uninstall", {"clean": False})
    town.wait(lambda: first.row.state == "uninstalled", "the portal's end")
    again = town.shop()
    assert again.ask("GET", "")["application_token"] != old
    again.ship(NEXT)
    again.shipped(NEXT)
    assert again.deal(DEAL)[NUMBER] == number
    assert len(again.orders(DEAL)) == 1


def test_an_installation_closed_half_way_is_resumed(town: Town) -> None:
    """One step fails for a while; the administrator closes the page and opens the installer again later."""
    member = town.world.addresses["portals"][0]["member_id"]
    fault = town.fault("status", "bitrix24", match={"contains": "event.bind"}, params={"status": 503})
    town.program.steer("POST", f"/bitrix24/{member}/install", {"user": 1})
    town.wait(lambda: town.program.steer("GET", f"/bitrix24/{member}")["placements"], "the first steps")
    assert not town.program.steer("GET", f"/bitrix24/{member}")["installed"]
    town.forget(fault)
    shop = town.shop()
    state = shop.ask("GET", "")
    assert state["installed"]
    assert len(state["handlers"]) == len({(row["event"], row["handler"]) for row in state["handlers"]})
    names = [row["key"] for row in town.journal("userfield.added", "bitrix24")]
    assert len(names) == len(set(names))
    shop.ship(DEAL)
    shop.shipped(DEAL)


def test_an_update_brings_a_new_application_token(shop: Shop) -> None:
    """ONAPPUPDATE proves itself by its key; a forged one does not, and events go on being heard."""
    old = shop.ask("GET", "")["application_token"]
    forged = {"VERSION": "9", "PREVIOUS_VERSION": "1"}
    stolen = {"access_token": "f" * 70, "application_token": "e" * 32}
    shop.ask("POST", "/forge", {"event": "ONAPPUPDATE", "data": forged, "auth": stolen, "handler": _handler(shop)})
    shop.town.calm()
    assert shop.row.application_token == old
    shop.town.advance(10)
    shop.ask(
        "POST", "/forge", {"event": "ONAPPUPDATE", "data": forged, "auth": _proven(shop), "handler": _handler(shop)}
    )
    shop.town.wait(lambda: shop.row.application_token == "d" * 32, "the new token")


def _proven(shop: Shop) -> dict[str, str]:
    return {"access_token": shop.ask("POST", "/token", {"user": 1})["access_token"], "application_token": "d" * 32}


def _handler(shop: Shop) -> str:
    return str(shop.ask("GET", "")["handlers"][0]["handler"])
