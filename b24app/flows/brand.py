"""How a portal looks to its clients: name, colour, whom to call. Pure.

Shape: the portal's settings key `brand`, every part optional. The picture itself is kept apart (`flows.logo`,
`store.logos`); here is its mark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: Key of the portal's settings.
KEY = "brand"
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_LOGO = re.compile(r"[0-9a-f]{16}")
#: The portal's own blue (waybill.css, --wb-primary).
BLUE = "#0069e6"
DARK, LIGHT = "#000000", "#ffffff"
#: WCAG 2.2 AA for text, and for lines and marks on a white card.
LEAST, LEAST_LINE = 4.5, 3.0
LONGEST = 80


@dataclass(frozen=True, slots=True)
class Brand:
    """`ink` is what can be read on `colour`. `phone` is E.164, `hours` are said beside it. `site` is an address with
    http. `logo`: the mark of the shop's picture (`frames.public_links.logo_address`), "" = it has none."""

    name: str
    colour: str = BLUE
    ink: str = LIGHT
    phone: str = ""
    hours: str = ""
    email: str = ""
    site: str = ""
    logo: str = ""

    @property
    def mark(self) -> str:
        """The letter in the round sign."""
        return next((each for each in self.name if each.isalnum()), "•").upper()

    @property
    def has_contact(self) -> bool:
        return bool(self.phone or self.email or self.site)

    @classmethod
    def of(cls, settings: Mapping[str, object], domain: str) -> Brand:
        """From a portal's settings; without a name it is called as its address is."""
        kept = settings.get(KEY)
        found = kept if isinstance(kept, Mapping) else {}
        colour = _text(found, "colour").lower()
        colour = colour if _COLOUR.fullmatch(colour) else BLUE
        site = _text(found, "site")
        return cls(
            name=_text(found, "name") or _called(domain),
            colour=colour,
            ink=ink_on(colour),
            phone=_text(found, "phone"),
            hours=_text(found, "hours"),
            email=_text(found, "email"),
            site=site if site.startswith(("https://", "http://")) else "",
            logo=logo if _LOGO.fullmatch(logo := _text(found, "logo")) else "",
        )


def _text(found: Mapping[str, object], name: str) -> str:
    value = found.get(name)
    return value.strip()[:LONGEST] if isinstance(value, str) else ""


def _called(domain: str) -> str:
    """`acme.bitrix24.ru` is acme; a portal of its own address is called by the whole of it."""
    host = domain.partition(":")[0]
    name, _, rest = host.partition(".")
    return name if rest.startswith("bitrix24.") else host


def ink_on(colour: str) -> str:
    """White where it can be read, else black: one of the two always can."""
    return LIGHT if contrast(colour, LIGHT) >= LEAST else DARK


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 works it out, of `#rrggbb`."""
    first, second = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
