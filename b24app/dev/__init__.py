"""Servers that `waybill demo`, the tests and the bench start for themselves: Redis, PostgreSQL, and our own processes.

Nothing here runs in production and nothing here knows the program: only `cli`, tests and bench import it. Whatever is
started is tethered to the process that started it, so that a killed parent leaves nothing behind (Linux).
"""
