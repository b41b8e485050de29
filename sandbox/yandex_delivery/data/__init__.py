"""The emulated carrier's reference data."""
