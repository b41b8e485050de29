"""Pickup points: what speaks against one, what nobody said, opening days, and the map's whole numbers."""

from __future__ import annotations

from datetime import date

import pytest

from b24app.logistics import mercator
from b24app.logistics.model import Parcel
from b24app.logistics.money import Money
from b24app.logistics.points import LOCKER, Box, Hours, Needs, Opening, SpecialDays, Takes, doubts, misfits

BOX = Box.of(Parcel(6200, 450, 250, 450))
SAYS_NOTHING = Takes()
OFFICE = Takes(
    hands_out=True,
    cod=True,
    cash=True,
    card=True,
    fitting=True,
    returns=True,
    max_weight_g=30_000,
    max_cod=Money(500_000),
)
CELLS = ((600, 410, 190), (600, 410, 380))
NEEDS = Needs((BOX,), Money(648_000), card=True, fitting=True, returns=True)


@pytest.mark.parametrize(
    ("takes", "needs", "codes"),
    [
        (SAYS_NOTHING, NEEDS, []),
        (Takes(active=False), NEEDS, ["closed"]),
        (Takes(hands_out=False), NEEDS, ["no_handout"]),
        (Takes(max_weight_g=6199), NEEDS, ["weight"]),
        (Takes(max_weight_g=6200), NEEDS, []),
        (OFFICE, NEEDS, ["cod_limit"]),
        (OFFICE, Needs((BOX,), Money(500_000)), []),
        (Takes(cod=False, card=False), NEEDS, ["no_cod"]),
        (Takes(cod=False), Needs((BOX,)), []),
        (Takes(card=False), NEEDS, ["no_card"]),
        (Takes(cash=False), Needs(cash=True), ["no_cash"]),
        (Takes(fitting=False, returns=False), NEEDS, ["no_fitting", "no_returns"]),
        (Takes(one_parcel=True), Needs((BOX, BOX)), ["one_parcel"]),
        (Takes(cells_mm=CELLS), Needs((BOX,)), ["side"]),
        (Takes(cells_mm=CELLS), Needs((Box(1, (600, 410, 380)),)), []),
        # Fits no single cell although each side is short enough for some cell.
        (Takes(cells_mm=((600, 100, 100), (300, 300, 300))), Needs((Box(1, (500, 200, 100)),)), ["shape"]),
    ],
)
def test_only_what_is_known_speaks_against_a_point(takes: Takes, needs: Needs, codes: list[str]) -> None:
    assert [found.code for found in misfits(takes, needs)] == codes


def test_a_refusal_names_its_figures() -> None:
    [heavy] = misfits(Takes(max_weight_g=5000), Needs((BOX,)))
    assert heavy.params == {"limit_g": 5000, "weight_g": 6200}
    [long] = misfits(Takes(cells_mm=CELLS), Needs((BOX,)))
    assert long.params == {"side_mm": 450}


def test_what_nobody_said_is_told_and_refuses_nothing() -> None:
    assert doubts(SAYS_NOTHING, NEEDS) == ("weight", "cod", "card", "fitting", "returns")
    assert doubts(Takes(kind=LOCKER, max_weight_g=1), Needs((BOX,))) == ("side",)
    assert doubts(Takes(cod=True, card=True, cash=False), Needs(cod=Money(1))) == ("only_card",)
    assert doubts(OFFICE, NEEDS) == ()


def test_days_on_which_a_point_is_open() -> None:
    hours = Hours(
        (Opening(1, 600, 1200), Opening(6, 600, 960)),
        (
            SpecialDays(date(2026, 12, 31), date(2027, 1, 4), False),
            SpecialDays(date(2027, 1, 10), date(2027, 1, 10), True),
        ),
    )
    days = {date(2026, 12, 28): True, date(2026, 12, 29): False, date(2027, 1, 4): False, date(2027, 1, 10): True}
    assert {day: hours.open_on(day) for day in days} == days
    assert Hours(text="как повезёт").open_on(date(2026, 12, 28)) is None


@pytest.mark.parametrize(("lat", "lon"), [(55.79, 49.12), (-33.9, 151.2), (68.97, 33.08), (66.0, -179.99)])
def test_places_survive_the_way_to_whole_numbers_and_back(lat: float, lon: float) -> None:
    mx, my = mercator.project(lat, lon)
    back = mercator.unproject(mx + 0.5, my + 0.5)
    assert mercator.distance_m((lat, lon), back) < 3
    assert mercator.tile_of(mx, my) in mercator.tiles_in(mx - 1, my - 1, mx + 1, my + 1)
    assert mercator.tile_of(mx, my) == (mx * 256 // mercator.WORLD) * 256 + my * 256 // mercator.WORLD


def test_a_cell_is_as_many_pixels_at_every_zoom() -> None:
    world_px = {zoom: 256 * 2**zoom for zoom in (2, 7, 12, 16)}
    assert {zoom: mercator.WORLD / mercator.cell_units(zoom) for zoom in world_px} == {
        zoom: px / mercator.CELL_PX for zoom, px in world_px.items()
    }
