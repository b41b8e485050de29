"""Both catalogues say the same things, and templates ask only for what is there."""

import re
import string
from pathlib import Path

import pytest

from b24app.frames.errors import CONTRACT, ErrorCode
from b24app.frames.words import LANGUAGES, MissingWordError, choose_language, words
from b24app.logistics.status import Status
from install.steps import STEPS

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def texts(entry: object) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())  # type: ignore[attr-defined]


def holes(entry: object) -> set[str]:
    return {name for text in texts(entry) for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_sentences_with_the_same_holes() -> None:
    ru, en = words("ru").entries, words("en").entries
    assert set(ru) == set(en)
    assert {key: holes(ru[key]) for key in ru} == {key: holes(en[key]) for key in en}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_ask_for_sentences_that_exist(path: Path) -> None:
    asked = re.findall(r"""\bt\(\s*['"]([\w.]+)['"]\s*[,)]""", path.read_text())
    missing = [key for key in asked if not words("ru").has(key)]
    assert not missing


def test_every_sentence_is_asked_for_somewhere() -> None:
    """Whole, or by its beginning: `t("risk." ~ code)`, `words(f"risk.{code}")`. A sentence whose asker is gone goes
    with it."""
    rooms = ("placements", "install", "b24app", "templates")
    files = [path for room in rooms for path in (ROOT / room).rglob("*") if path.suffix in (".py", ".html")]
    text = "\n".join(path.read_text() for path in files)
    whole = set(re.findall(r"""["']([\w.]+)["']""", text))
    begun = set(re.findall(r"""["'](\w+\.[\w.]*)(?:["']\s*~|\{)""", text))
    begun |= {each if each[-1] in "._" else f"{each}." for each in whole if "." in each}  # somebody adds the rest
    assert [key for key in words("ru").entries if key not in whole and not key.startswith(tuple(begun))] == []


def test_russian_is_not_left_in_english_and_templates_hold_no_words() -> None:
    cyrillic = re.compile("[А-Яа-яЁё]")
    assert not [
        key for key, entry in words("en").entries.items() if any(cyrillic.search(text) for text in texts(entry))
    ]
    assert not [
        path.name for path in TEMPLATES if cyrillic.search(re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S))
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_computed_keys_exist(lang: str) -> None:
    t = words(lang)
    wanted = [f"status.{status.value}" for status in Status] + [
        f"now.{status.value}.{part}"
        for status in Status
        if status is not Status.SUBMITTING
        for part in ("title", "text")
    ]
    wanted += [f"error.{code.value}.{part}" for code in ErrorCode for part in ("title", "text")]
    wanted += [f"install.step.{step.name}.{part}" for step in STEPS for part in ("title", "text")]
    assert not [key for key in wanted if not t.has(key)]


def test_plural_forms_follow_the_language() -> None:
    ru, en = words("ru"), words("en")
    assert [ru("app.deals", n=n) for n in (1, 2, 5, 21)] == ["1 сделка", "2 сделки", "5 сделок", "21 сделка"]
    assert [en("app.deals", n=n) for n in (1, 2)] == ["1 deal", "2 deals"]


def test_an_unknown_sentence_is_an_error_not_a_key_on_the_page() -> None:
    with pytest.raises(MissingWordError):
        words("ru")("no.such.sentence")


@pytest.mark.parametrize(
    ("lang", "ours"), [("ru", "ru"), ("kz", "ru"), ("en", "en"), ("br", "en"), ("", "en"), ("RU", "ru")]
)
def test_languages_of_portals(lang: str, ours: str) -> None:
    assert choose_language(lang) == ours


def test_the_error_contract_is_complete() -> None:
    assert set(CONTRACT) == set(ErrorCode)
    assert all(rule.status in {200, 401, 403, 409, 410, 422, 500, 503} for rule in CONTRACT.values())
