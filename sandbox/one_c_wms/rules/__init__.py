"""The behaviour of the emulated warehouse: its documents, orders, receipts, stock."""
