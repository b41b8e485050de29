"""Refusals in the common envelope (§2). HTTP statuses are the contract's; codes and words are ours: none are public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: Code -> (HTTP status, words).
CODES: Mapping[str, tuple[int, str]] = {
    "FWCORE::400": (400, "The request cannot be read: {0}"),
    "FWCORE::ATTRIBUTE": (400, "Unrecognized attribute {0}"),
    "FWCORE::REQUIRED": (400, "{0} is required"),
    "FWCORE::TYPE": (400, "{0} has a value of a wrong type"),
    "FWCORE::QUERY": (400, "Query cannot be parsed: {0}"),
    "FWCORE::CONTEXT": (403, "{0} is missing or not permitted for the user"),
    "FWCORE::404": (404, "{0} does not exist"),
    "FWCORE::405": (405, "{0} is not supported"),
    "FWCORE::415": (415, "Content type {0} is not supported"),
    "ITM::UNKNOWN": (400, "Item {0} does not exist"),
    "FAC::UNKNOWN": (400, "Facility {0} does not exist"),
    "DCO::PLANNED": (400, "Original order {0} is planned already and cannot be changed"),
    "DCO::CANCELLED": (400, "Original order {0} is cancelled"),
    "DCO::PICKED": (400, "Order {0} cannot be cancelled: picking has started"),
    "DCO::STATUS": (400, "Status of order {0} cannot be set"),
    "DCO::ADDRESS": (400, "DestinationAddress.{0} is not valid"),
    "RCV::RECEIVED": (400, "ASN {0} is being received and cannot be changed"),
    "RCV::ORIGIN": (400, "ASN origin type {0} does not exist"),
    "RCV::CANCELED": (400, "ASN {0} is canceled"),
    "XINT::TYPE": (400, "Message type {0} is not configured"),
}


class Refused(Exception):  # noqa: N818 - the system's own refusal, not a failure of ours
    """`told` are (code, words)."""

    def __init__(self, told: Sequence[tuple[str, str]], status: int | None = None) -> None:
        super().__init__(told[0][0])
        self.told = tuple(told)
        self.status = status or CODES.get(told[0][0], (400, ""))[0]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [{"Type": "ERROR", "Code": code, "Description": words} for code, words in self.told]


def told(code: str, about: object = "") -> tuple[str, str]:
    return code, CODES[code][1].format(about)


def refuse(code: str, about: object = "") -> Refused:
    return Refused([told(code, about)])


def given(error: Any) -> tuple[str, str]:
    """Of an override: a code of ours, a name of a field (`DestinationAddress.Phone`), or `{"code", "description"}`."""
    if isinstance(error, Mapping):
        return str(error.get("code") or "FWCORE::400"), str(error.get("description") or error.get("code"))
    text = str(error)
    if text in CODES:
        return told(text, "?")
    return "FWCORE::TYPE", f"{text} has a value that is not valid"
