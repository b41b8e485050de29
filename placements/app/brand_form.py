"""The form of a portal's looks for its clients: drawn from what is kept, read from what was typed. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from urllib.parse import urlsplit

from b24app.flows.brand import BLUE, LEAST_LINE, LIGHT, LONGEST, Brand, contrast, ink_on
from b24app.logistics.phones import read_phones

FIELDS = ("name", "colour", "phone", "hours", "email", "site")
_COLOUR = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_EMAIL = re.compile(r"[^@\s<>\"']+@[^@\s<>\"']+\.[^@\s<>\"']+")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+(:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class BrandForm:
    """`errors`: field -> key of the `brand.wrong.*` words. `sample` is how a page begins with what stands in the form;
    `ratio` the contrast of its words, `pale`: its colour hardly shows on a white card."""

    values: Mapping[str, str]
    sample: Brand
    errors: Mapping[str, str] = field(default_factory=dict)
    saved: bool = False

    @property
    def ratio(self) -> float:
        return contrast(self.sample.colour, self.sample.ink)

    @property
    def ratio_text(self) -> Decimal:
        return Decimal(self.ratio).quantize(Decimal("0.1"), ROUND_DOWN)

    @property
    def pale(self) -> bool:
        return contrast(self.sample.colour, LIGHT) < LEAST_LINE


def form_of(kept: Mapping[str, object], brand: Brand, saved: bool = False) -> BrandForm:
    """`kept` is the portal's setting, `brand` what follows of it."""
    own = {name: value if isinstance(value := kept.get(name), str) else "" for name in FIELDS}
    return BrandForm({**own, "colour": brand.colour}, brand, saved=saved)


def read_form(typed: Mapping[str, str], before: Brand, country: str = "RU") -> tuple[dict[str, str], BrandForm]:
    """`(what is kept, without the picture; the form as it was left)`: nothing is kept with errors."""
    text = {name: " ".join(typed.get(name, "").split()) for name in FIELDS}
    errors = {name: "long" for name, value in text.items() if len(value) > LONGEST}
    kept = {**text, "colour": _colour(text["colour"]), "phone": _phone(text["phone"], country)}
    kept["site"] = _site(text["site"])
    if text["email"] and not _EMAIL.fullmatch(text["email"]):
        errors.setdefault("email", "email")
    for name in ("colour", "phone", "site"):
        if text[name] and not kept[name]:
            errors.setdefault(name, name)
    colour = kept["colour"] or BLUE
    sample = Brand(text["name"][:LONGEST] or before.name, colour, ink_on(colour), logo=before.logo)
    return kept, BrandForm(text, sample, errors)


def _colour(text: str) -> str:
    """`#0069e6`, `0069E6`, `#06e`; "" for anything else."""
    found = _COLOUR.fullmatch(text)
    if found is None:
        return ""
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(sign * 2 for sign in digits))


def _phone(text: str, country: str) -> str:
    found = read_phones(text, country) if text else []
    return found[0].e164 if len(found) == 1 else ""


def _site(text: str) -> str:
    """An address as people write it, with or without `https://`."""
    if not text or any(sign.isspace() for sign in text):
        return ""
    full = text if "://" in text else f"https://{text}"
    parts = urlsplit(full)
    good = parts.scheme in ("https", "http") and _HOST.fullmatch(parts.netloc) is not None
    return full if good and len(full) <= LONGEST else ""
