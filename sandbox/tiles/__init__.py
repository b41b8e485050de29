"""Map tiles drawn from an outline that an installed package ships (npm ``world-atlas``), so that maps are not grey."""

from sandbox.kernel.system import System

from .system import TileSystem

SYSTEM = System("tiles", "Map tiles", TileSystem)
