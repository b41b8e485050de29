"""How the emulated WM behaves."""
