"""Contacts and companies of deals (bitrix24-crm.md §2.1): names as people say them, phones and e-mails as typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from b24app.bitrix24.encoding import Command, as_list, as_map
from b24app.bitrix24.envelope import number
from b24app.bitrix24.names import COMPANY, CONTACT
from b24app.flows.snapshot import Person, Phone


def list_contacts(key: str, ids: Sequence[int] | str) -> Command:
    """Up to 50 contacts, or those that a reference names. Multifields come only with `*`."""
    return _list(key, CONTACT, {"@id": ids})


def list_companies(key: str, ids: Sequence[int] | str) -> Command:
    """Up to 50 companies; `ids` may be a reference to one id."""
    return _list(key, COMPANY, {"id": ids} if isinstance(ids, str) else {"@id": ids})


def parse_contact(item: Mapping[str, Any]) -> Person:
    words = (item.get("lastName"), item.get("name"), item.get("secondName"))
    name = " ".join(str(word).strip() for word in words if word)
    return Person(number(item.get("id")) or 0, name, phones_of(item), emails_of(item))


def parse_company(item: Mapping[str, Any]) -> Person:
    name = str(item.get("title") or "").strip()
    return Person(number(item.get("id")) or 0, name, phones_of(item), emails_of(item), is_company=True)


def phones_of(item: Mapping[str, Any]) -> tuple[Phone, ...]:
    """All phones in the order of the card; a portal that gives no multifields still gives `phone`."""
    found = [Phone(text, str(entry.get("valueType") or "WORK")) for entry, text in _multifield(item, "PHONE")]
    if not found and item.get("phone"):
        found = [Phone(str(item["phone"]))]
    return tuple(found)


def emails_of(item: Mapping[str, Any]) -> tuple[str, ...]:
    found = [text for _, text in _multifield(item, "EMAIL")]
    if not found and item.get("email"):
        found = [str(item["email"])]
    return tuple(found)


def _list(key: str, entity: int, condition: Mapping[str, Any]) -> Command:
    params = {"entityTypeId": entity, "select": ["*"], "filter": dict(condition), "order": {"id": "ASC"}, "start": -1}
    return Command(key, "crm.item.list", params)


def _multifield(item: Mapping[str, Any], kind: str) -> list[tuple[dict[str, Any], str]]:
    entries = [as_map(entry) for entry in as_list(item.get("fm"))]
    return [
        (entry, str(entry["value"]).strip()) for entry in entries if entry.get("typeId") == kind and entry.get("value")
    ]
