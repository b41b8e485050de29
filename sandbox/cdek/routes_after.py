"""Addresses used after an order exists: courier pick-ups, delivery agreements, pre-alerts."""

from __future__ import annotations

from flask import Flask

from .core import Cdek


def add(app: Flask, cdek: Cdek) -> None:
    """Register them."""
    del app, cdek
