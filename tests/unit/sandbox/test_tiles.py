"""Tiles: a picture of the right place, from an outline that is installed."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest
import requests
from PIL import Image

from sandbox.tiles import outline
from sandbox.tiles.clip import clip
from sandbox.tiles.draw import MAX_ZOOM, Tiles
from sandbox.tiles.outline import OutlineMissing, project, shapes
from sandbox.tiles.towns import latin, towns
from sandbox.world import World

SEA = (207, 227, 241)


@pytest.fixture(scope="module")
def tiles() -> Tiles:
    return Tiles()


def picture(tiles: Tiles, zoom: int, latitude: float, longitude: float) -> Image.Image:
    x, y = project(latitude, longitude)
    data = tiles.png(zoom, int(x * 2**zoom), int(y * 2**zoom))
    image = Image.open(io.BytesIO(data)).convert("RGB")
    assert image.size == (256, 256)
    return image


def colours(image: Image.Image) -> Counter[tuple[int, ...]]:
    data = image.tobytes()
    return Counter(tuple(data[at : at + 3]) for at in range(0, len(data), 3))


def share_of_sea(image: Image.Image) -> float:
    pixels = colours(image)
    near = sum(n for colour, n in pixels.items() if all(abs(a - b) < 6 for a, b in zip(colour, SEA, strict=True)))
    return near / (256 * 256)


def test_sea_is_sea_and_land_is_land(tiles: Tiles) -> None:
    assert share_of_sea(picture(tiles, 6, 56.0, 84.0)) == 0.0
    assert share_of_sea(picture(tiles, 6, 0.0, -150.0)) == 1.0
    assert 0.02 < share_of_sea(picture(tiles, 6, 59.9, 29.0)) < 0.95


def test_russia_goes_on_beyond_the_180th_meridian(tiles: Tiles) -> None:
    # Chukotka lies on both sides of it; Taymyr's coast was cut off when rings jumped back.
    assert share_of_sea(picture(tiles, 7, 67.0, 179.0)) < 0.9
    assert share_of_sea(picture(tiles, 7, 67.0, -176.0)) < 0.9
    assert share_of_sea(picture(tiles, 6, 73.0, 100.0)) < 0.2
    assert share_of_sea(picture(tiles, 3, -80.0, 0.0)) < 0.5


def test_a_town_has_streets_when_one_comes_near(tiles: Tiles) -> None:
    far, near = picture(tiles, 10, 55.75, 37.6), picture(tiles, 14, 55.75, 37.6)
    assert len(colours(near)) > 4
    assert near.tobytes() != far.tobytes()


def test_clipping_keeps_what_is_inside() -> None:
    square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    assert set(clip(square, (2.0, 2.0, 4.0, 4.0))) == {(2.0, 2.0), (4.0, 2.0), (4.0, 4.0), (2.0, 4.0)}
    assert clip(square, (20.0, 20.0, 30.0, 30.0)) == []


def test_names_are_written_in_latin_letters() -> None:
    assert latin("Нижний Новгород") == "Nizhniy Novgorod"
    assert latin("Щёлково") == "Shchyolkovo"
    assert {"Moskva", "Sankt-Peterburg"} <= {town.name for town in towns() if town.rank == 0}


@pytest.mark.parametrize("key", [(-1, 0, 0), (MAX_ZOOM + 1, 0, 0), (2, 0, 4), (2, 0, -1)])
def test_what_is_off_the_map_is_refused(tiles: Tiles, key: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no such tile"):
        tiles.png(*key)


def test_the_world_wraps_around(tiles: Tiles) -> None:
    assert tiles.png(3, 9, 2) == tiles.png(3, 1, 2)


def test_a_missing_outline_is_said_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SANDBOX_WORLD_ATLAS", str(tmp_path))
    outline._read.cache_clear()
    with pytest.raises(OutlineMissing, match="npm ci"):
        shapes("50m")


def test_served_over_http_and_not_journalled() -> None:
    with World(systems=["tiles"]) as world:
        base = world.addresses["tiles"]["base_url"]
        good = requests.get(f"{base}/5/19/10.png", timeout=10)
        assert (good.status_code, good.headers["Content-Type"]) == (200, "image/png")
        assert good.headers["Access-Control-Allow-Origin"] == "*"
        assert requests.get(f"{base}/5/19/99.png", timeout=10).status_code == 404
        assert requests.get(f"{base}/robots.txt", timeout=10).status_code == 404
        assert requests.post(f"{base}/5/19/10.png", timeout=10).status_code == 405
        assert world.journal.find() == []
