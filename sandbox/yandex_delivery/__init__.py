"""Emulated Yandex.Delivery: the other-day platform API and the express cargo API, written from their contract alone.
Every ``§`` in this package is a section of that contract (A platform, B express)."""

from sandbox.kernel.system import System

from .system import YandexSystem

SYSTEM = System("yandex_delivery", "Yandex.Delivery", YandexSystem)
