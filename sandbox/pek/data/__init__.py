"""The emulated PEK's directories."""
