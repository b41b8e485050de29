"""Manifests as the Markdown that docs/systems carries (`<code>.md`, and `README.md` for all of them); tests keep both
equal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from b24app.systems.plugin import Manifest, SettingField

#: Address of a system that stands at the customer's.
TYPED = "typed by the admin: `address`"


def manifest_table(manifest: Manifest, lang: str = "en") -> str:
    """Return what the system can do, its ceilings, its settings form and its services, as Markdown tables."""
    rows = [
        ("Code", f"`{manifest.code}`"),
        ("Kind", manifest.kind),
        ("Can do", ", ".join(manifest.ports)),
        *((f"Limit `{name}`", str(value)) for name, value in manifest.limits.items()),
        ("Calls of one account", f"{manifest.rate.per_second:g} a second, {manifest.rate.concurrency} at one time"),
        *((f"Address, {mode}", f"`{url}`" if url else TYPED) for mode, url in manifest.base_urls.items()),
        *(
            (f"Address of `{name}`, {mode}", f"`{url}`")
            for name, urls in manifest.hosts.items()
            for mode, url in urls.items()
        ),
        ("News of messages", _statuses(manifest))
        if manifest.kind == _GATEWAY
        else ("News of orders", _tracking(manifest)),
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
    ]
    if manifest.services:
        parts.append(_table(("Service", "Title"), [(f"`{code}`", title[lang]) for code, title in manifest.services]))
    return "\n".join(parts)


def _setting(one: SettingField, lang: str) -> tuple[str, str, str]:
    choices = ", ".join(f"{value or 'empty'}: {title[lang]}" for value, title in one.choices)
    meaning = ". ".join(text for text in (one.title[lang], one.help.get(lang, ""), choices) if text)
    return f"`{one.name}` ({one.kind})", meaning, "yes" if one.required else "no"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


#: (column, port): what a person looks for when comparing systems.
_ABILITIES = (
    ("Prices", "Quotes"),
    ("All at once", "Offers"),
    ("Points", "PickupPoints"),
    ("Address check", "AddressCheck"),
    ("Papers", "Papers"),
    ("Change", "Changes"),
    ("Another day", "Days"),
    ("Cancel", "Cancels"),
    ("Return", "Returns"),
    ("Courier call", "CourierCalls"),
    ("Hand-over", "HandOvers"),
)
_KEEPERS = ("warehouse", "tms")
#: They take messages instead of goods.
_GATEWAY = "messages"
#: … and of those that keep goods, or plan who carries them.
_KEEPING = (
    ("Stock", "Stock"),
    ("Change", "Changes"),
    ("Cancel", "Cancels"),
    ("Return", "Returns"),
    ("Expected receipt", "Receipts"),
    ("Documents both ways", "Documents"),
    ("Carrier's number there", "Onward"),
    ("Lists to choose from", "Lists"),
)


def overview_tables(manifests: Iterable[Manifest]) -> str:
    """What carriers can do, what warehouses and transport systems can do, and ceilings: a system a row; gateways."""
    known = sorted(manifests, key=lambda manifest: manifest.code)
    keep = [one for one in known if one.kind in _KEEPERS]
    carry = [one for one in known if one.kind not in (*_KEEPERS, _GATEWAY)]
    tell = [
        (f"[{one.title['en']}]({one.code}.md)", _statuses(one), str(one.limits.get("max_text", "–")), _calls(one))
        for one in known
        if one.kind == _GATEWAY
    ]
    limits = [
        (
            f"[{one.title['en']}]({one.code}.md)",
            ", ".join(one.base_urls),
            _tracking(one),
            _kilos(one),
            str(one.limits.get("max_parcels", "–")),
            _rubles(one.limits.get("max_cod_minor")),
            _calls(one),
            ", ".join(title["en"] for _, title in one.services[:6]) + (", …" if len(one.services) > 6 else ""),
        )
        for one in known
        if one.kind != _GATEWAY
    ]
    head = ("System", "Modes", "News of orders", "Heaviest, kg", "Parcels", "COD up to, RUB", "Calls", "Services")
    gateways = _table(("SMS gateway", "News of messages", "Longest text", "Calls"), tell)
    return "\n".join([_abilities(carry, _ABILITIES), _abilities(keep, _KEEPING), _table(head, limits), gateways])


def _calls(one: Manifest) -> str:
    return f"{one.rate.per_second:g} a second, {one.rate.concurrency} at one time"


def _statuses(one: Manifest) -> str:
    return "callbacks, asked besides" if "Callbacks" in one.ports else "asked"


def _abilities(known: Iterable[Manifest], asked: Sequence[tuple[str, str]]) -> str:
    rows = [
        (f"[{one.title['en']}]({one.code}.md)", *("yes" if port in one.ports else "–" for _, port in asked))
        for one in known
    ]
    return _table(("System", *(name for name, _ in asked)), rows)


def _tracking(manifest: Manifest) -> str:
    track = manifest.track
    ways = ["callbacks"] if "Callbacks" in manifest.ports else []
    if track is not None and "Feed" in manifest.ports:
        ways.append(f"feed every {_minutes(track.feed_s)}")
    if track is not None and track.every_s:
        many = f", {track.batch} orders a call" if track.batch > 1 else ""
        ways.append(f"polled every {_minutes(track.every_s)}{many}")
    elif track is not None:
        ways.append(f"looked at every {_minutes(track.net_s)} besides")
    return ", ".join(ways) or "polled, more and more seldom"


def _minutes(seconds: float) -> str:
    return f"{seconds / 3600:g} h" if seconds >= 3600 else f"{seconds / 60:g} min"


def _kilos(manifest: Manifest) -> str:
    grams = manifest.limits.get("max_weight_g")
    by_service = manifest.limits.get("service_weight_g")
    if grams is None and by_service:
        low, high = min(by_service.values()), max(by_service.values())
        return f"{low / 1000:g}" if low == high else f"{low / 1000:g}–{high / 1000:g}"
    return "–" if grams is None else f"{grams / 1000:g}"


def _rubles(minor: int | None) -> str:
    return "–" if minor is None else f"{minor / 100:,.0f}".replace(",", " ")
