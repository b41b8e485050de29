"""Bitrix24: several portals, two OAuth servers and one Market app, emulated from contracts/bitrix24-app and -crm."""

from sandbox.kernel.system import System

from .system import Bitrix24

SYSTEM = System("bitrix24", "Bitrix24", Bitrix24)
