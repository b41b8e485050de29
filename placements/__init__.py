"""HTTP from people: one module a placement."""
