"""Durable queues and their runners: leases, slices, wake-ups, the schedule (DESIGN, "How work travels")."""
