"""What the emulated portals are born with: catalogue, contacts, deals, and what each deal must come to.

``portal_data(index)`` is pure data with ids as that portal knows them; ``seeding.seed`` puts it into a portal's state;
``expected(index)`` says how every deal has to end once it was handed over for shipment.
"""

from .model import Category, Company, Contact, Deal, Expected, PortalData, Product, Row, Section, Stage, Wish
from .portals import PROFILES, expected, portal_data

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
    "expected",
    "portal_data",
]
