"""How the emulated Boxberry behaves today: every field can be set by ``POST /boxberry/settings``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.kernel.carrier import Switches

from .errors import SHAPES, WRONG_TOKEN

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "error_shape": ("proper", *SHAPES),
    "nothing_found": ("empty", "error"),
    "cancelled_number": ("taken", "free"),
    "cancel_default": ("1", "2"),
    "wording": ("short", "long"),
    "date_format": ("space", "iso", "slash"),
    "rate_answer": ("error", "429", "empty"),
}


@dataclass
class BoxberrySwitches(Switches):
    """What the contract leaves open (§13) or what drifts. Defaults are the newest behaviour that has a source."""

    # The shape of every refusal; "proper" is the one of the method (§3).
    error_shape: str = "proper"
    wrong_token_text: str = WRONG_TOKEN
    # What lists answer when there is nothing: an empty list or a text.
    nothing_found: str = "empty"
    # Whether a deleted parcel keeps its number (§6.1), and what an absent cancelType means (§6.3).
    cancelled_number: str = "taken"
    cancel_default: str = "1"
    # An act forbids deletion (§12.5); an official page of an older version allows it until the parcel is accepted.
    delete_after_act: bool = False
    # Highest VAT rate that is taken (22 of 2026 is not in the texts, §6.1).
    vat_max: int = 20
    # Status names of one of the two generations (§7.1), their dates (§7), the last name of the route `lost`.
    wording: str = "short"
    date_format: str = "space"
    lost_name: str = "Утеряно"
    # Orders walk by themselves only once they are in an act.
    act_needed: bool = False
    # `WorkSchedule` instead of `WorkShedule` (§4.2).
    work_schedule: bool = False
    # §2.1: requests a second, and what is answered above it.
    rate_limit: int = 59
    rate_limit_points: int = 15
    rate_answer: str = "error"
    escape_unicode: bool = True
    # Seconds that a link to a file works; 0 = it does not expire (unknown, §13).
    label_seconds: float = 0.0

    def update(self, spec: Mapping[str, Any]) -> None:
        for name, value in spec.items():
            if name in _CHOICES and value not in _CHOICES[name]:
                raise ValueError(f"{name} must be one of {', '.join(_CHOICES[name])}")
        super().update(spec)
