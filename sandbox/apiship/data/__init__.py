"""Carriers, tariffs, cities and points of the emulated ApiShip."""
