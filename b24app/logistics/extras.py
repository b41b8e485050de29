"""What an order may ask of a carrier beside carrying: services that a buyer chooses and pays for."""

from __future__ import annotations

from enum import StrEnum


class Extra(StrEnum):
    """The value is a key of the `extra.*` words, and the code of the store's extra service."""

    FITTING = "fitting"
    PARTIAL = "partial"
    SMS = "sms"
