"""The person's own reading of a deal: proves that they may see it, and gives what an unshipped deal's preview shows.

One batch under the person's key (contracts/bitrix24-crm.md §1.2, §12, §13.4). What the frame claims is believed only after this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from b24app.bitrix24.encoding import Command, as_list, as_map, reference
from b24app.bitrix24.envelope import BatchAnswer, number
from b24app.bitrix24.errors import Kind, NoToken, RestError
from b24app.bitrix24.transport import PortalClient
from b24app.flows.snapshot import DealSnapshot, Phone, ProductRow, Role
from b24app.flows.snapshot import Person as Contact
from b24app.frames.errors import ErrorCode, PageError
from b24app.logistics.money import Money
from b24app.wire.errors import NotSent, OutcomeUnknown

DEAL, CONTACT = 2, 3


@dataclass(frozen=True, slots=True)
class Person:
    """Who holds the key, as the portal says. `zone` may be empty (the person follows the device)."""

    user_id: int
    name: str
    admin: bool
    zone: str


@dataclass(frozen=True, slots=True)
class Reading:
    person: Person
    deal: DealSnapshot


def read_deal(client: PortalClient, deal_id: int, roles: Mapping[str, str]) -> Reading:
    """`roles`: role -> the portal's field. Raises PageError (NO_ACCESS, DEAL_GONE, PORTAL_SILENT, SESSION_EXPIRED)."""
    answer = _asked(client, [*WHO, *deal_commands(deal_id)])
    item = as_map(as_map(_deal(answer)).get("item"))
    return Reading(person(answer), snapshot(item, answer, roles))


def read_person(client: PortalClient) -> Person:
    """Only who it is. Raises PageError."""
    return person(_asked(client, list(WHO)))


WHO = (Command("me", "profile"), Command("admin", "user.admin"))


def deal_commands(deal_id: int) -> list[Command]:
    return [
        Command("deal", "crm.item.get", {"entityTypeId": DEAL, "id": deal_id, "useOriginalUfNames": "Y"}),
        Command("contact", "crm.item.get", {"entityTypeId": CONTACT, "id": reference("deal", "item", "contactId")}),
        Command("rows", "crm.item.productrow.list",
                {"filter": {"=ownerType": "D", "=ownerId": deal_id}, "order": {"sort": "ASC"}}),
    ]


def _asked(client: PortalClient, commands: list[Command]) -> BatchAnswer:
    try:
        return client.batch(commands, people=True, safe=True)
    except NoToken as error:
        raise PageError(ErrorCode.SESSION_EXPIRED, str(error)) from error
    except RestError as error:
        raise PageError(ErrorCode.NO_ACCESS if error.access_denied else ErrorCode.PORTAL_SILENT, str(error)) from error
    except (NotSent, OutcomeUnknown) as error:
        raise PageError(ErrorCode.PORTAL_SILENT, str(error)) from error


def _deal(answer: BatchAnswer) -> Any:
    try:
        return answer.get("deal")
    except RestError as error:
        codes = {Kind.NOT_FOUND: ErrorCode.DEAL_GONE, Kind.ACCESS: ErrorCode.NO_ACCESS, Kind.SCOPE: ErrorCode.NO_ACCESS}
        raise PageError(codes.get(error.kind, ErrorCode.PORTAL_SILENT), str(error)) from error


def person(answer: BatchAnswer) -> Person:
    me = as_map(answer.results.get("me"))
    name = " ".join(filter(None, (str(me.get("NAME") or ""), str(me.get("LAST_NAME") or ""))))
    return Person(number(me.get("ID")) or 0, name, answer.results.get("admin") is True, str(me.get("TIME_ZONE") or ""))


def snapshot(item: Mapping[str, Any], answer: BatchAnswer, roles: Mapping[str, str]) -> DealSnapshot:
    """The deal as far as one batch of the person's shows it (no sizes, no company, no payments)."""
    currency = str(item.get("currencyId") or "RUB")
    contact = as_map(as_map(answer.results.get("contact")).get("item"))
    rows = as_list(as_map(answer.results.get("rows")).get("productRows"))
    return DealSnapshot(
        deal_id=number(item.get("id")) or 0,
        title=str(item.get("title") or ""),
        category=number(item.get("categoryId")) or 0,
        stage=str(item.get("stageId") or ""),
        contacts=(_contact(contact),) if contact else (),
        fields={Role(role): item.get(name) for role, name in roles.items() if role in Role},
        rows=tuple(_row(as_map(row), currency) for row in rows),
        currency=currency,
        opportunity=Money.of(_decimal(item.get("opportunity")), currency),
    )


def _contact(item: Mapping[str, Any]) -> Contact:
    name = " ".join(filter(None, (str(item.get(part) or "") for part in ("name", "secondName", "lastName"))))
    fields = [as_map(field) for field in as_list(item.get("fm"))]
    phones = [field for field in fields if field.get("typeId") == "PHONE"]
    return Contact(
        id=number(item.get("id")) or 0,
        name=name,
        phones=tuple(Phone(str(field.get("value") or ""), str(field.get("valueType") or "WORK")) for field in phones),
    )


def _row(row: Mapping[str, Any], currency: str) -> ProductRow:
    return ProductRow(
        id=number(row.get("id")) or 0,
        name=str(row.get("productName") or ""),
        price=Money.of(_decimal(row.get("price")), currency),
        quantity=_decimal(row.get("quantity") or 1),
    )


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)
