"""The rules: what the emulated DPD accepts and what becomes of it."""
