"""What the Market's card is given: the rules of contracts/bitrix24-app.md §6.2 that can be judged from the files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from b24app.bitrix24.scopes import REQUESTED
from b24app.systems import discover

ROOT = Path(__file__).parents[2]
MARKET = ROOT / "docs/market"
ICON_SIZES = (250, 400, 650)
LARGEST_SHOT = (1280, 720)
#: Named in the texts, so not allowed among the keywords.
BRANDS = ("bitrix", "битрикс", "google", "ozon", "wildberries", "почта россии", "яндекс", "dpd", "boxberry")


def chapter(name: str, title: str) -> str:
    text = (MARKET / name).read_text()
    return re.split(r"^## ", text.partition(f"## {title}\n")[2], flags=re.M)[0].strip()


def test_each_scope_has_its_reason_and_no_other_is_named() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", (MARKET / "scopes.md").read_text(), re.M)
    assert [scope for scope, _ in rows] == list(REQUESTED)
    assert all(len(reason) > 20 for _, reason in rows)


@pytest.mark.parametrize(("name", "title"), [("listing.en.md", "Keywords"), ("listing.ru.md", "Ключевые слова")])
def test_keywords_are_short_and_name_no_brand(name: str, title: str) -> None:
    found = chapter(name, title).replace("\n", " ")
    assert 0 < len(found) <= 2000
    carriers = [title.lower() for plugin in discover().values() for title in plugin.manifest.title.values()]
    assert [brand for brand in (*BRANDS, *carriers) if brand in found.lower()] == []


@pytest.mark.parametrize("name", ["listing", "installation"])
def test_both_languages_tell_the_same_chapters(name: str) -> None:
    ru, en = ((MARKET / f"{name}.{lang}.md").read_text() for lang in ("ru", "en"))
    marks = [re.findall(r"^(?:##? |\*\*|- |\d\. |   - )", text, re.M) for text in (ru, en)]
    assert marks[0] == marks[1]
    assert not re.search("[А-Яа-яЁё]", en)


@pytest.mark.parametrize(("lang", "title"), [("en", "Full description"), ("ru", "Полное описание")])
def test_the_card_names_each_system_that_can_be_connected(lang: str, title: str) -> None:
    found = chapter(f"listing.{lang}.md", title)
    ours = [code for code in discover() if (ROOT / f"docs/systems/{code}.md").exists()]
    names = [discover()[code].manifest.title[lang] for code in ours]
    assert [name for name in names if name not in found] == []


@pytest.mark.parametrize("size", ICON_SIZES)
def test_the_icon_is_square_and_has_no_holes(size: int) -> None:
    with Image.open(MARKET / f"icon-{size}.png") as icon:
        assert icon.size == (size, size)
        assert icon.mode in {"RGB", "P"}
        assert "transparency" not in icon.info


def test_screenshots_are_no_larger_than_the_market_takes() -> None:
    shots = sorted((MARKET / "screenshots").glob("*.png"))
    assert {path.stem.rpartition(".")[2] for path in shots} == {"en", "ru"}
    for path in shots:
        with Image.open(path) as shot:
            assert shot.size[0] <= LARGEST_SHOT[0]
            assert shot.size[1] <= LARGEST_SHOT[1]


def test_the_checklist_names_only_tests_and_pages_that_exist() -> None:
    text = (MARKET / "moderation.md").read_text()
    named = set(
        re.findall(r"`((?:tests|docs|templates|static|b24app|placements|install|tools)/[\w./-]+)(?:::(\w+))?`", text)
    )
    assert len(named) > 15
    assert sorted(path for path, _ in named if not (ROOT / path).exists()) == []
    lost = [f"{path}::{test}" for path, test in named if test and f"def {test}(" not in (ROOT / path).read_text()]
    assert lost == []
