"""The person's own reading of many deals (bitrix24-crm.md §1.3): a page with its people in two calls, or just which of
the chosen deals this person may see, in one.

People are a call of their own: a page knows its contacts only once it is here, and a reference to a row that is not
there puts its container in (§13.3).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from b24app.bitrix24 import deals, people
from b24app.bitrix24.deal_pages import DealQuery, page_of, pages_of, these
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.errors import RestError
from b24app.bitrix24.names import FieldNames
from b24app.bitrix24.transport import PortalClient
from b24app.flows.snapshot import DealSnapshot
from b24app.flows.snapshot import Person as Partner
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.who import WHO, Person, ask_portal, person, who_commands

_PAGE = "page"


@dataclass(frozen=True, slots=True)
class Seen:
    """A deal as this person may see it. `whole`: all its people could be read, too."""

    deal: DealSnapshot
    whole: bool = True


@dataclass(frozen=True, slots=True)
class PageReading:
    """`total` deals fit; `person` as far as the commands that were asked tell."""

    person: Person
    seen: tuple[Seen, ...]
    total: int


def open_page(
    client: PortalClient, query: DealQuery, names: FieldNames, granted: Collection[str] | None
) -> PageReading:
    """The first page, and who the person is. Raises PageError."""
    return _page(client, query, names, 0, who_commands(granted))


def read_page(client: PortalClient, query: DealQuery, names: FieldNames, start: int, user_id: int) -> PageReading:
    """The page from `start` on, with a key of the session's person. Raises PageError."""
    found = _page(client, query, names, start, WHO[:1])
    _same(found.person, user_id)
    return found


def readable(
    client: PortalClient, chosen: Sequence[int] | DealQuery, names: FieldNames, most: int, user_id: int
) -> list[DealSnapshot]:
    """Those of the chosen deals that the key's owner may see, or the first `most` that fit. Raises PageError."""
    asked = None if isinstance(chosen, DealQuery) else set(chosen)
    if isinstance(chosen, DealQuery):
        commands = [] if chosen.is_empty else pages_of(chosen, names, most)
    else:
        commands = these(chosen[:most], names)
    answer = ask_portal(client, [*WHO[:1], *commands])
    _same(person(answer), user_id)
    rows = [row for command in commands for row in deals.items_of(_result(answer, command.key))]
    found = {deal.deal_id: deal for deal in (deals.parse_deal(row, names) for row in rows)}
    return [deal for deal_id, deal in found.items() if deal_id and (asked is None or deal_id in asked)][:most]


def _page(client: PortalClient, query: DealQuery, names: FieldNames, start: int, who: Sequence[Command]) -> PageReading:
    commands = [*who, *([] if query.is_empty else [page_of(_PAGE, query, names, start)])]
    answer = ask_portal(client, commands)
    items = [] if query.is_empty else deals.items_of(_result(answer, _PAGE))
    return PageReading(person(answer), tuple(_with_people(client, items, names)), answer.totals.get(_PAGE, len(items)))


def _with_people(client: PortalClient, items: Sequence[dict[str, Any]], names: FieldNames) -> list[Seen]:
    contacts = deals.chunks(each for item in items for each in deals.contact_ids(item))
    firms = deals.chunks(firm for item in items if (firm := deals.company_id(item)))
    commands = [people.list_contacts(f"c{at}", ids) for at, ids in enumerate(contacts)]
    commands += [people.list_companies(f"o{at}", ids) for at, ids in enumerate(firms)]
    answer = ask_portal(client, commands) if commands else BatchAnswer({}, {})
    found: dict[str, dict[int, Partner]] = {"c": {}, "o": {}}
    for command in commands:
        parse = people.parse_contact if command.key[0] == "c" else people.parse_company
        rows = map(parse, deals.items_of(answer.results.get(command.key)))
        found[command.key[0]] |= {each.id: each for each in rows}
    return [_seen(item, found["c"], found["o"], names) for item in items]


def _seen(item: dict[str, Any], contacts: dict[int, Partner], firms: dict[int, Partner], names: FieldNames) -> Seen:
    mine, firm = deals.contact_ids(item), deals.company_id(item)
    deal = replace(
        deals.parse_deal(item, names),
        contacts=tuple(contacts[each] for each in mine if each in contacts),
        company=firms.get(firm),
    )
    return Seen(deal, all(each in contacts for each in mine) and (not firm or firm in firms))


def _result(answer: BatchAnswer, key: str) -> Any:
    try:
        return answer.get(key)
    except RestError as error:
        code = ErrorCode.NO_ACCESS if error.access_denied else ErrorCode.PORTAL_SILENT
        raise PageError(code, str(error)) from error


def _same(found: Person, user_id: int) -> None:
    if found.user_id != user_id:
        raise PageError(ErrorCode.SESSION_FORGED, "another person's key")
