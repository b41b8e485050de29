"""The one door for all outgoing HTTP: limits in time, budgets, circuits, retry decision, tracing, SSRF guard, log."""
