"""Where goods go first, as the pages of pipelines and rules ask for it: which warehouse, and when the carrier is
booked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from b24app.flows.picking import Book, Step
from b24app.frames.formats import Formats
from b24app.store.models import Connection
from b24app.systems.plugin import Manifest

WAREHOUSE = "warehouse"
#: A rule's word against its pipeline's.
NONE = "none"
#: Steps of a warehouse that may move a deal; `rejected` goes where `cancelled` does.
STEPS = (Step.CREATED, Step.PICKING, Step.PACKED, Step.SHIPPED, Step.CANCELLED)
#: Name of the field of a step's stage.
STAGE = "warehouse_"


def warehouses(accounts: Sequence[Connection], manifests: Mapping[str, Manifest]) -> list[Connection]:
    """Accounts that pick and pack."""
    return [each for each in accounts if each.system in manifests and manifests[each.system].kind == WAREHOUSE]


def value_of(before: Mapping[str, Any] | None) -> str:
    """What is stored, as the field holds it: `<account>:<when>`, `none`, or nothing."""
    if before is None:
        return ""
    account = int(before.get("connection_id") or 0)
    return f"{account}:{before.get('book') or Book.PACKED}" if account else NONE


def offered(accounts: Sequence[Connection], formats: Formats) -> Iterator[tuple[str, str]]:
    """(value, words) of every way through these warehouses."""
    for each in accounts:
        for book in Book:
            yield f"{each.id}:{book.value}", formats.words(f"chain.{book.value}", name=formats.quote(each.title))


def read(
    typed: str, accounts: Sequence[Connection], manifests: Mapping[str, Manifest]
) -> tuple[dict[str, Any] | None, bool]:
    """`(what is stored, whether it may be)`."""
    if typed == "":
        return None, True
    if typed == NONE:
        return {"connection_id": 0}, True
    account, _, book = typed.partition(":")
    found = next((each for each in warehouses(accounts, manifests) if str(each.id) == account), None)
    if found is None or book not in set(Book):
        return None, False
    services = manifests[found.system].services
    return {"connection_id": found.id, "service": services[0][0] if services else "", "book": book}, True


def told(before: Mapping[str, Any] | None, accounts: Sequence[Connection]) -> str:
    """As the audit keeps it: the warehouse's name and when the carrier is booked."""
    value = value_of(before)
    title = next((each.title for each in accounts if before and each.id == before.get("connection_id")), "")
    return f"{title}: {value.partition(':')[2]}" if title else value


def sentence(before: Mapping[str, Any] | None, accounts: Sequence[Connection], formats: Formats) -> str:
    """`сначала «Амбар», перевозчик — когда собрано`; "" = it says nothing."""
    if before is None:
        return ""
    account = next((each for each in accounts if each.id == before.get("connection_id")), None)
    if account is None:
        return formats.words("chain.none")
    return formats.words(f"chain.{before.get('book') or Book.PACKED}", name=formats.quote(account.title))
