"""First-day data: items, facilities, dictionaries, attributes of entities."""
