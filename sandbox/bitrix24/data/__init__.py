"""What the emulated portals are born with: catalogue, contacts, deals, and what each deal must come to.

``portal_data(index)`` is pure data with ids as that portal knows them; ``seed`` puts it into a portal's state;
``expected(index)`` says how every deal has to end once it was handed over for shipment.
"""

from .model import Category, Company, Contact, Deal, Expected, PortalData, Product, Row, Section, Stage, Wish
from .portals import PROFILES, carrier_overrides, expected, portal_data
from .seeding import apply_fix, fill_wishes, seed

__all__ = [
    "PROFILES",
    "Category",
    "Company",
    "Contact",
    "Deal",
    "Expected",
    "PortalData",
    "Product",
    "Row",
    "Section",
    "Stage",
    "Wish",
    "apply_fix",
    "carrier_overrides",
    "expected",
    "fill_wishes",
    "portal_data",
    "seed",
]
