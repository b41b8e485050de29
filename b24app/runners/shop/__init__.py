"""What the portal's online store waits for: prices within a second, whatever carriers do, and deliveries that it asks
for. Runs in the process that answers machines, not in a lane."""

from __future__ import annotations

from b24app.runners.shop.service import ShopService

__all__ = ["ShopService"]
