"""Deal fields are output, never truth: a copied deal starts clean."""

from __future__ import annotations

from tests.flows.town import NUMBER, STATUS, TRACK, Shop

DEAL = 501


def test_a_copy_does_not_inherit_the_number_and_ships_its_own(shop: Shop) -> None:
    shop.ship(DEAL)
    [number] = shop.shipped(DEAL)
    shop.town.calm()
    [copy] = shop.ask("POST", "/deals", {"copy_of": [DEAL], "count": 1, "quiet": False})["ids"]
    assert shop.deal(copy)[TRACK] == number
    shop.town.wait(lambda: not shop.deal(copy)[TRACK], "the copy's empty field")
    assert not shop.deal(copy)[NUMBER]
    assert not shop.deal(copy)[STATUS]

    shop.move(copy)
    own = shop.shipped(copy)[0]
    assert own != number
    assert shop.deal(DEAL)[TRACK] == number
    assert len(shop.orders(DEAL)) == len(shop.orders(copy)) == 1


def test_a_copy_made_inside_the_stage_ships_its_own_too(shop: Shop) -> None:
    shop.ship(DEAL)
    [number] = shop.shipped(DEAL)
    shop.town.calm()
    made = {"copy_of": [DEAL], "count": 1, "quiet": False, "stage": shop.triggers[0]}
    [copy] = shop.ask("POST", "/deals", made)["ids"]
    shop.town.wait(lambda: shop.deal(copy)[TRACK] not in (None, "", number), "the copy's own number")
    assert len(shop.orders(copy)) == 1
