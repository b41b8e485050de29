"""How the emulated MoySklad behaves."""
