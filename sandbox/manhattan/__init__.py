"""An emulated Manhattan Active WM, written from its contract. Every ``§`` in this package is a section of that
contract. No recording of the real system exists: what is invented here is named in README.md."""

from sandbox.kernel.system import System

from .system import ManhattanSystem

SYSTEM = System("manhattan", "Manhattan Active WM", ManhattanSystem)
