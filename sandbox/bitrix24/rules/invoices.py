"""What a smart invoice gets by itself when it is made (b24restdocs: crm.item.add, tab "Invoice"; crm §11)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Row

#: ``entityTypeId`` of smart invoices.
INVOICE = 31
_NAMES = {"ru": "Счёт"}
_DUE = timedelta(days=7)


def complete(portal: Portal, item: Row) -> None:
    """Its number, which is not its id; a title, and the dates, unless they were given."""
    item["accountNumber"] = str(next(portal.crm.invoice_numbers))
    item["title"] = item["title"] or f"{_NAMES.get(portal.spec.language, 'Invoice')} #{item['id']}"
    item["begindate"] = item["begindate"] or item["createdTime"]
    begins = datetime.fromisoformat(item["createdTime"])
    item["closedate"] = item["closedate"] or (begins + _DUE).isoformat(timespec="seconds")
