"""Lane handlers: read through bitrix24 or a system's ports, ask the flows, save through the store.

`portal/` drains a portal's lane, `connection/` an account's lane at a logistics system. create_app hands both to the
lane engine by name; nothing here is imported by install, placements or hooks, and nothing here imports them.
"""
