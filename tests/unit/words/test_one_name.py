"""One thing has one name in every text that people read, and the words of our workshop stay in it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
#: What is never said -> what is said instead.
SAID: dict[str, dict[str, str]] = {
    "ru": {
        r"\bСМС\b": "SMS",
        r"\bшлюз": "SMS-сервис",
        r"\bсогласован(?!ия)": "одобрен",
        r"\bвебхук": "уведомление",
        r"\bвалидац": "проверка",
        r"\bpayload\b": "что отправляли",
        r"\bучётн\w+ запис": "подключение",
    },
    "en": {
        r"\bgateways?\b": "SMS service",
        r"\b(?:a|the|no|of|by) letters?\b(?! of )": "e-mail",
        r"\bcustomers?\b": "client",
        r"\bwebhooks?\b": "notification",
        r"\blanes?\b": "route",
        r"\bpayloads?\b": "what was sent",
    },
}
#: Where a word has another meaning.
ELSEWHERE = {"legal", "sheet"}


def _texts(found: Any, at: str = "") -> list[tuple[str, str]]:
    if isinstance(found, dict):
        return [pair for key, value in found.items() for pair in _texts(value, f"{at}.{key}")]
    return [(at, str(found))]


@pytest.mark.parametrize("lang", SAID)
def test_each_thing_has_one_name(lang: str) -> None:
    pages = [path for path in (ROOT / "templates/words" / lang).glob("*.toml") if path.stem not in ELSEWHERE]
    wrong = {
        f"{path.name}{at}: {text!r}": f"say {instead!r}"
        for path in (*pages, ROOT / f"b24app/words/{lang}.toml")
        for at, text in _texts(tomllib.loads(path.read_text()))
        for never, instead in SAID[lang].items()
        if re.search(never, text, re.IGNORECASE)
    }
    assert wrong == {}
