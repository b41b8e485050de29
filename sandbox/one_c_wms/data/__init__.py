"""What the emulated warehouse holds on its first day."""
