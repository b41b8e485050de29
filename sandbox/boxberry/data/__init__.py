"""Cities and points of the emulated Boxberry."""
