"""Nothing that a person reads is left in one language: templates, scripts, manifests, and the code around them."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from b24app.frames.words import LANGUAGES, words
from b24app.systems import discover

ROOT = Path(__file__).parents[3]
CYRILLIC, LATIN = re.compile("[А-Яа-яЁё]"), re.compile("[A-Za-z]{2,}")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
#: Rooms whose code makes pages: what is said there comes from a catalogue.
CODE = sorted(path for room in ("b24app/frames", "install", "placements") for path in (ROOT / room).rglob("*.py"))
#: Names that are found or written in the portal in Russian, and units as people type them, in whatever language.
NAMES_IN_THE_PORTAL = {
    "placements/app/measures.py",
    "placements/app/stages_guess.py",
    "install/wanted.py",
    "install/wanted_returns.py",
    "install/wanted_deal_robots.py",
    "install/wanted_return_robots.py",
    "install/wanted_sender.py",
    "install/wanted_shop.py",
    "install/steps/stage.py",
    "install/labels.py",
    "install/labels_returns.py",
    "b24app/frames/proof.py",
}
#: Words between tags that are the same in every language.
SAME = {"Waybill", "RU", "EN", "KZN"}


def bare(text: str) -> str:
    """A template without what is not read: comments, expressions, tags' insides, styles."""
    text = re.sub(r"\{% (macro|set) [^%]*%\}[^<\n]*\{% end\1 %\}", " ", text)
    for pattern in (r"\{#.*?#\}", r"\{%.*?%\}", r"\{\{.*?\}\}", r"<(?:code|style|script)\b.*?</\w+>", r"<[^>]*>"):
        text = re.sub(pattern, " ", text, flags=re.S)
    return re.sub(r"&\w+;|--wb-|\bis-\w+", " ", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_hold_no_words_of_their_own(path: Path) -> None:
    text = path.read_text()
    assert [word for word in LATIN.findall(bare(text)) if word not in SAME] == []
    spoken = re.findall(r'\b(?:aria-label|title|placeholder|alt|data-say-[\w-]+)="([^"{]*)"', text)
    assert [words for words in spoken if LATIN.search(words)] == []


def test_scripts_take_their_words_from_the_page() -> None:
    """waybill.js asks for `words("CopyFailed")` = `data-say-copy-failed` of the body."""
    script = "".join((ROOT / f"static/js/{name}.js").read_text() for name in ("waybill", "session", "portal"))
    assert CYRILLIC.search(script) is None
    asked = {re.sub(r"(?<!^)(?=[A-Z])", "-", key).lower() for key in re.findall(r'words\("(\w+)"\)', script)}
    given = set(re.findall(r"data-say-([\w-]+)=", (ROOT / "templates/base.html").read_text()))
    assert asked
    assert sorted(asked - given) == []


def russian(path: Path) -> list[int]:
    """Lines of texts in Cyrillic that are not documentation."""
    tree = ast.parse(path.read_text())
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [node.lineno for node in texts if id(node) not in told and CYRILLIC.search(str(node.value))]


def test_code_of_pages_says_nothing_itself() -> None:
    found = {str(path.relative_to(ROOT)): russian(path) for path in CODE}
    assert {name: lines for name, lines in found.items() if lines and name not in NAMES_IN_THE_PORTAL} == {}


def texts_of(manifest: Any) -> list[tuple[str, dict[str, str]]]:
    """Everything of a manifest that a person reads: (where, {language: text})."""
    found = [("title", manifest.title), *((f"service {code}", title) for code, title in manifest.services)]
    for field in manifest.settings_form:
        found += [(f"{field.name}.title", field.title), (f"{field.name}.help", field.help)]
        found += [(f"{field.name}={value}", label) for value, label in field.choices]
    return [(where, dict(text)) for where, text in found if text]


@pytest.mark.parametrize("code", sorted(discover()))
def test_manifests_say_everything_in_both_languages(code: str) -> None:
    said = texts_of(discover()[code].manifest)
    assert {where: sorted(text) for where, text in said} == {where: sorted(LANGUAGES) for where, _ in said}
    assert [where for where, text in said if not all(text.values())] == []
    assert [where for where, text in said if CYRILLIC.search(text["en"])] == []


def test_russian_sentences_are_russian() -> None:
    """Several Latin words in a row without a Russian one are somebody's name, or were forgotten."""
    entries = words("ru").entries
    texts = {
        f"{key}.{form}": text
        for key, entry in entries.items()
        for form, text in (entry.items() if not isinstance(entry, str) else (("", entry),))
    }
    plain = {key: re.sub(r"\{\w+[^}]*\}", "", text) for key, text in texts.items()}
    latin = {key for key, text in plain.items() if LATIN.search(text) and not CYRILLIC.search(text)}
    latin -= {"clerk.js.language."}  # the other language is named in its own words
    assert {key: texts[key] for key in latin if not NAME.fullmatch(plain[key].strip(" :,.«»"))} == {}


#: A name alone: one or two words, none of them of ordinary English.
NAME = re.compile(r"(?:Waybill|DPD|CDEK|API|JSON|CSV|Redis|REST|kg|[A-Z]{2,6}\d*)(?: [A-Z]\w+)?")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_count_has_the_forms_of_its_language(lang: str) -> None:
    """Russian needs one, few and many; English one and other."""
    needed = {"ru": {"one", "few", "many"}, "en": {"one", "other"}}[lang]
    tables = {key: set(entry) for key, entry in words(lang).entries.items() if not isinstance(entry, str)}
    assert len(tables) > 5
    assert {key: sorted(needed - forms) for key, forms in tables.items() if needed - forms} == {}
