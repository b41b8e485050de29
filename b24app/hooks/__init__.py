"""HTTP from machines: events of portals, callbacks of carriers, health. Each request appends one row and answers."""
