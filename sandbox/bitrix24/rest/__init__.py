"""The portal's REST transport: requests, authentication, limits, lists and batch (contract bitrix24-app §3)."""
