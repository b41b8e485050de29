"""State and behaviour of the emulated PEK, one file a subject."""
