"""What the emulated DPD knows: the shapes of its services, events, points and services."""
