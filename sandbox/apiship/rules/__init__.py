"""What the emulated ApiShip does."""
