"""Which tariff: a family of ours by where the parcel starts and ends, or a tariff's number taken literally."""

from __future__ import annotations

from b24app.logistics.errors import Refused
from b24app.logistics.model import DeliveryKind
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.cdek.vocabulary import FAMILIES, SHOP_ONLY, TARIFF_MODES


def mode_of(from_office: bool, kind: DeliveryKind, locker: bool) -> str:
    """`WD`: from an office (W) or a door (D), to a door (D), an office (W) or a locker (P)."""
    to = "D" if kind is DeliveryKind.COURIER else "P" if locker else "W"
    return ("W" if from_office else "D") + to


def tariff_code(service: str, mode: str, shop_contract: bool) -> int:
    """Raises Refused when the service has no tariff for this way, or the contract must not use it."""
    if service.isdigit():
        return _literal(int(service), mode)
    family = FAMILIES.get(service)
    if family is None:
        raise Refused([Problem("service_unknown", Field.SERVICE, Who.ADMIN, params={"service": service})])
    if service in SHOP_ONLY and not shop_contract:
        raise Refused([Problem("service_contract", Field.SERVICE, Who.ADMIN, params={"service": service})])
    if mode not in family:
        raise Refused([Problem("service_mode", Field.SERVICE, Who.MANAGER, params={"service": service, "mode": mode})])
    return family[mode]


def _literal(code: int, mode: str) -> int:
    """A number as the admin gave it; one that we know to go elsewhere is stopped here."""
    known = TARIFF_MODES.get(code)
    if known is not None and known[1] != mode[1]:
        raise Refused([Problem("service_mode", Field.SERVICE, Who.ADMIN, params={"service": str(code), "mode": mode})])
    return code
