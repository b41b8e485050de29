"""A system's manifest as the Markdown that docs/systems/<code>.md carries; a test keeps both equal."""

from __future__ import annotations

from collections.abc import Sequence

from b24app.systems.plugin import Manifest, SettingField


def manifest_table(manifest: Manifest, lang: str = "en") -> str:
    """Return what the system can do, its ceilings, its settings form and its services, as Markdown tables."""
    rows = [
        ("Code", f"`{manifest.code}`"),
        ("Kind", manifest.kind),
        ("Can do", ", ".join(manifest.ports)),
        *((f"Limit `{name}`", str(value)) for name, value in manifest.limits.items()),
        ("Calls of one account", f"{manifest.rate.per_second:g} a second, {manifest.rate.concurrency} at one time"),
        *((f"Address, {mode}", f"`{url}`") for mode, url in manifest.base_urls.items()),
        *(
            [("Prints", ", ".join(f"{form.kind.value} {form.size}" for form in manifest.papers))]
            if manifest.papers
            else []
        ),
        ("Connection test", ", ".join(manifest.test_steps)),
        ("Their documentation", manifest.docs_url),
    ]
    parts = [
        _table(("What", "Value"), rows),
        _table(("Setting", "Meaning", "Needed"), [_setting(one, lang) for one in manifest.settings_form]),
        _table(("Service", "Title"), [(f"`{code}`", title[lang]) for code, title in manifest.services]),
    ]
    return "\n".join(parts)


def _setting(one: SettingField, lang: str) -> tuple[str, str, str]:
    choices = ", ".join(f"{value or 'empty'}: {title[lang]}" for value, title in one.choices)
    meaning = ". ".join(text for text in (one.title[lang], one.help.get(lang, ""), choices) if text)
    return f"`{one.name}` ({one.kind})", meaning, "yes" if one.required else "no"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
