"""A parcel in words: what is inside, its size and weight, and where guesses come from. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from b24app.frames.formats import Formats
from b24app.logistics.model import Parcel


@dataclass(frozen=True, slots=True)
class ParcelLine:
    """Size and weight as written, with "≈" where they are guesses; `why` says where those come from."""

    inside: str
    size: str
    weight: str
    size_guessed: bool
    weight_guessed: bool
    why: str

    @property
    def guessed(self) -> bool:
        return self.size_guessed or self.weight_guessed


def parcel_line(parcel: Parcel, formats: Formats) -> ParcelLine:
    inside = ", ".join(_item(item.name, item.quantity, formats) for item in parcel.items)
    guessed = {guess.partition(":")[0] for guess in parcel.guesses}
    size = formats.size(parcel.length_mm, parcel.width_mm, parcel.height_mm)
    return ParcelLine(
        inside=inside or formats.words("parcel.unnamed"),
        size=_about(size, "size" in guessed) or "—",
        weight=_about(formats.weight(parcel.weight_g), "weight" in guessed),
        size_guessed="size" in guessed,
        weight_guessed="weight" in guessed,
        why=_why(parcel, formats),
    )


def _about(text: str, guessed: bool) -> str:
    return f"≈\u00a0{text}" if text and guessed else text


def _item(name: str, quantity: int, formats: Formats) -> str:
    return formats.words("parcel.item", name=name, n=quantity) if quantity != 1 else name


def _why(parcel: Parcel, formats: Formats) -> str:
    """Where the guesses come from: `weight:section` -> its words."""
    keys = [f"guess.{guess.replace(':', '_')}" for guess in parcel.guesses]
    said = dict.fromkeys(formats.words(key if formats.words.has(key) else "guess.other") for key in keys)
    return "; ".join(said)
