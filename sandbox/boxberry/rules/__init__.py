"""Behaviour of the emulated Boxberry, one file a subject."""
