"""Which fields that deals lack are news."""

from __future__ import annotations

from b24app.bitrix24.fields import PortalField
from b24app.runners.portal.missing_fields import news

FIELDS = {"fields": [PortalField(name, name, "string", name).to_json() for name in ("A", "B")]}


def test_only_a_field_that_we_believed_in_and_that_nobody_looks_after_is_news() -> None:
    assert news({"A", "UNKNOWN"}, dict(FIELDS)) == {"A"}
    assert news({"A", "B"}, {**FIELDS, "field_lost": ["A"], "field_doubted": ["B"]}) == set()
    assert news({"A"}, {}) == set()
