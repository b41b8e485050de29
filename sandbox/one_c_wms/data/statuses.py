"""States as the configuration calls them, and what its form maps them to (§4.5, §6.8, §9). `Новый`, `Новая` are
confirmed; the others are the contract's proposals or the sandbox's own (`Собран`, `Упакован`, `Осмотр`, `ВПути`)."""

from __future__ import annotations

from collections.abc import Mapping

NEW, PICKING, PICKED, PACKED = "Новый", "ВРаботе", "Собран", "Упакован"
SHIPPED, CANCELLED, BLOCKED = "Отгружен", "Отменен", "Заблокирован"

#: Of a shipment order: raw -> contract.
ORDER: Mapping[str, str] = {
    NEW: "created", PICKING: "accepted_at_warehouse", PICKED: "accepted_at_warehouse",
    PACKED: "accepted_at_warehouse", SHIPPED: "in_transit", CANCELLED: "cancelled", BLOCKED: "blocked",
}  # fmt: skip
#: A word of the contract, given to the control API, means this raw one.
ORDER_RAW: Mapping[str, str] = {
    "created": NEW, "accepted_at_warehouse": PICKING, "packed": PACKED, "in_transit": SHIPPED, "cancelled": CANCELLED,
    "blocked": BLOCKED,
}  # fmt: skip
ORDER_FINAL = frozenset({SHIPPED, CANCELLED})

R_NEW, R_ON_THE_WAY, R_UNLOADED, R_INSPECTING = "Новая", "ВПути", "ВРаботе", "Осмотр"
R_DONE, R_CANCELLED = "Принята", "Отменена"

#: Of an expected receipt: raw -> contract, in the order in which they may follow (steps may be skipped).
RECEIPT: Mapping[str, str] = {
    R_NEW: "created", R_ON_THE_WAY: "in_transit", R_UNLOADED: "accepted_at_warehouse", R_INSPECTING: "inspecting",
    R_DONE: "completed", R_CANCELLED: "cancelled",
}  # fmt: skip
RECEIPT_RAW: Mapping[str, str] = {word: raw for raw, word in RECEIPT.items()}

TEXTS: Mapping[str, str] = {
    PICKING: "В работе", R_ON_THE_WAY: "В пути", R_INSPECTING: "Идёт осмотр", BLOCKED: "Заблокирован складом",
}  # fmt: skip
