"""What every emulated system shares: the clock, the journal, faults, timers, outgoing pushes and the HTTP server."""
