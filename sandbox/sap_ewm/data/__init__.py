"""Shapes of the services, goods and the first day's orders."""
