"""Who receives: the name, and a phone in E.164, from the deal's own field or its best contact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from b24app.flows.snapshot import DealSnapshot, Person, Role
from b24app.logistics.model import Recipient
from b24app.logistics.phones import ParsedPhone, read_phones
from b24app.logistics.problem import Field, Problem

#: Kinds of CRM phones that nobody can call about a parcel.
_NOT_FOR_CALLS = frozenset({"FAX", "PAGER"})
MAX_NAME = 255


def build_recipient(deal: DealSnapshot, country: str = "RU") -> tuple[Recipient, list[Problem]]:
    """The recipient as far as it is known, and a Problem for each field that is missing or cannot be read.

    A phone field that is filled but unreadable is a Problem even when the contact has a good phone: somebody typed it
    for this very delivery.
    """
    name = recipient_name(deal)
    raw, phones = recipient_phones(deal, country)
    problems = [*_name_problems(name), *_phone_problems(raw, phones, deal)]
    first = phones[0] if phones else None
    recipient = Recipient(
        name=name[:MAX_NAME],
        phone_raw=raw,
        phone=first.e164 if first else None,
        extension=first.extension if first else None,
        email=_email(deal),
        company=deal.company.name if deal.company and deal.company.name != name else None,
        spare_phones=tuple(phone.e164 for phone in phones[1:]),
    )
    return recipient, problems


def recipient_name(deal: DealSnapshot) -> str:
    """The mapped field, else the first contact with a name, else the company."""
    typed = as_text(deal.fields.get(Role.NAME))
    names = (person.name for person in _people(deal))
    return " ".join((typed or next((name for name in names if name.strip()), "")).split())


def recipient_phones(deal: DealSnapshot, country: str) -> tuple[str, list[ParsedPhone]]:
    """`(text, numbers)`: of the mapped field if it is filled, else of the first CRM phone that can be read."""
    typed = as_text(deal.fields.get(Role.PHONE))
    if typed:
        return typed, read_phones(typed, country)
    texts = [text for person in _people(deal) for text in _best_first(person)]
    for text in texts:
        phones = read_phones(text, country)
        if phones:
            return text, phones
    return (texts[0] if texts else ""), []


def _people(deal: DealSnapshot) -> Iterator[Person]:
    """Contacts before the company: a person answers the courier, a switchboard does not."""
    yield from deal.contacts
    if deal.company:
        yield deal.company


def _best_first(person: Person) -> list[str]:
    callable_phones = [phone for phone in person.phones if phone.kind not in _NOT_FOR_CALLS and phone.text.strip()]
    return [phone.text for phone in sorted(callable_phones, key=lambda phone: phone.kind != "MOBILE")]


def _email(deal: DealSnapshot) -> str | None:
    emails = (email.strip() for person in _people(deal) for email in person.emails)
    return next((email for email in emails if "@" in email), None)


def _name_problems(name: str) -> list[Problem]:
    if not name:
        return [Problem("name_missing", Field.NAME)]
    if not any(sign.isalpha() for sign in name):
        return [Problem("name_invalid", Field.NAME, params={"value": name})]
    return []


def _phone_problems(raw: str, phones: Sequence[ParsedPhone], deal: DealSnapshot) -> list[Problem]:
    if phones:
        return []
    if not raw:
        return [Problem("phone_missing", Field.PHONE)]
    where = "deal" if as_text(deal.fields.get(Role.PHONE)) else "contact"
    return [Problem("phone_invalid", Field.PHONE, params={"value": raw, "where": where})]


def as_text(value: Any) -> str:
    """A raw field value as one line: lists are joined, `None`, empty and whitespace are ""."""
    if isinstance(value, list | tuple):
        return "; ".join(filter(None, (as_text(item) for item in value)))
    return "" if value is None or value is False else str(value).strip()
