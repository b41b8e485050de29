"""Bitrix24's own part of the control API, mounted at ``/bitrix24``."""

from .app import create_control

__all__ = ["create_control"]
