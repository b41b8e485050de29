"""HTTP from people: one module a placement. Pages are drawn from our store; what a person asks for becomes a row in
the portal's lane."""
