"""Reading deals whole, in as few HTTP calls as the API allows (bitrix24-crm.md §13.4, §13.5).

One deal: 1. the deal, its rows, payments, people (by reference) and the caller's own commands; 2. wares; 3. parents of
variations, if any. Up to 48 deals take one call more for people. A glance at deals alone: 2,500 a call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from b24app.bitrix24 import deals, goods, people
from b24app.bitrix24.catalogue import CatalogueReader
from b24app.bitrix24.encoding import Command, reference
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.errors import Kind, RestError
from b24app.bitrix24.names import FieldNames
from b24app.bitrix24.transport import PortalClient
from b24app.flows.snapshot import DealSnapshot, Person


@dataclass(frozen=True, slots=True)
class Reading:
    """Every asked deal is in `snapshots`, deleted ones as `gone`; `extra` answers the caller's own commands."""

    snapshots: Mapping[int, DealSnapshot]
    extra: BatchAnswer


@dataclass(slots=True)
class _Raw:
    """Answers on their way to snapshots."""

    items: dict[int, dict[str, Any]] = field(default_factory=dict)
    contacts: dict[int, Person] = field(default_factory=dict)
    companies: dict[int, Person] = field(default_factory=dict)


class DealReader:
    """Reads deals of one portal. `catalogue` reads wares with the portal's own token, whoever `client` speaks for."""

    def __init__(
        self, client: PortalClient, names: FieldNames, catalogue: CatalogueReader | None = None, payments: bool = False
    ) -> None:
        self._client = client
        self._names = names
        self._catalogue = catalogue
        self._payments = payments
        #: Mapped fields that a deal read so far did not hold at all, not even empty.
        self.absent: set[str] = set()

    def glance(self, deal_ids: Iterable[int], people: bool = False) -> dict[int, DealSnapshot]:
        """Deals alone (no rows, no people), absent ones as `gone`; for echoes of our own writes and for sweeps."""
        wanted = set(deal_ids)
        groups = deals.chunks(wanted)
        commands = [deals.list_deals(f"d{at}", group, self._names) for at, group in enumerate(groups)]
        answer = self._client.read_all(commands, people=people)
        items = self._noted(_items(answer, len(groups)))
        found = {deal_id: deals.parse_deal(item, self._names) for deal_id, item in items.items()}
        return {deal_id: found.get(deal_id) or DealSnapshot(deal_id, gone=True) for deal_id in sorted(wanted)}

    def read(
        self,
        deal_ids: Iterable[int],
        extra: Sequence[Command] = (),
        people: bool = False,
        wares: Collection[int] = (),
    ) -> Reading:
        """Deals with everything. Raises RestError if a part that matters was refused, else what PortalClient raises.

        Keys of `extra` must not look like `d0`, `r12`, `p12`, `c0`, `o0`, `a0x1` or `catalogs`. `wares` are those that
        the deals are thought to hold: they come with the deals, and only others take a call of their own.
        """
        wanted = sorted(set(deal_ids))
        raw = _Raw()
        first = self._client.read_all([*self._first(wanted, wares), *extra], people=people)
        raw.items = self._noted(_items(first, len(deals.chunks(wanted))))
        self._people(raw, first, len(wanted), people)
        snapshots = {deal_id: self._snapshot(deal_id, raw, first) for deal_id in wanted}
        if self._catalogue is not None:
            snapshots = self._catalogue.with_sizes(snapshots, first, people, wares)
        own = {command.key for command in extra}
        mine = BatchAnswer(
            {key: value for key, value in first.results.items() if key in own},
            {key: value for key, value in first.errors.items() if key in own},
        )
        return Reading(snapshots, mine)

    def people_of(self, deal_ids: Iterable[int], people: bool = False) -> dict[int, DealSnapshot]:
        """Deals with their contacts and companies alone: two calls, however many. Raises as `read`."""
        raw, wanted = _Raw(), sorted(set(deal_ids))
        groups = deals.chunks(wanted)
        commands = [deals.list_deals(f"d{at}", group, self._names) for at, group in enumerate(groups)]
        raw.items = self._noted(_items(self._client.read_all(commands, people=people), len(groups)))
        contacts, firms = _groups(raw.items.values())
        asked = _people_commands(contacts, firms)
        _keep_people(raw, self._client.read_all(asked, people=people), contacts, firms)
        found = {}
        for deal_id in wanted:
            item = raw.items.get(deal_id)
            found[deal_id] = DealSnapshot(deal_id, gone=True) if item is None else self._with_people(item, raw)
        return found

    def _with_people(self, item: Mapping[str, Any], raw: _Raw) -> DealSnapshot:
        contacts = (raw.contacts.get(contact) for contact in deals.contact_ids(item))
        return replace(
            deals.parse_deal(item, self._names),
            contacts=tuple(person for person in contacts if person is not None),
            company=raw.companies.get(deals.company_id(item)),
        )

    def fill(self, items: Iterable[Mapping[str, Any]], people: bool = False) -> dict[int, DealSnapshot]:
        """Deals with everything, whose own fields a list has just shown (`items_of`): one call for rows, payments and
        people, then wares and their parents. Up to 20 deals fit into one batch."""
        raw = _Raw(items=self._noted({int(item["id"]): dict(item) for item in items}))
        wanted = sorted(raw.items)
        if not wanted:
            return {}
        groups, firms = _groups(raw.items.values())
        first = self._client.read_all([*self._goods(wanted), *_people_commands(groups, firms)], people=people)
        _keep_people(raw, first, groups, firms)
        snapshots = {deal_id: self._snapshot(deal_id, raw, first) for deal_id in wanted}
        return self._catalogue.with_sizes(snapshots, first, people) if self._catalogue is not None else snapshots

    def _noted(self, items: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
        for item in items.values():
            self.absent |= self._names.absent(item)
        return items

    def _first(self, wanted: Sequence[int], wares: Collection[int]) -> list[Command]:
        commands = [deals.list_deals(f"d{at}", group, self._names) for at, group in enumerate(deals.chunks(wanted))]
        if len(wanted) == 1:
            commands.append(people.list_contacts("c0", reference("d0", "items", 0, "contactIds")))
            commands.append(people.list_companies("o0", reference("d0", "items", 0, "companyId")))
        return commands + self._goods(wanted, wares)

    def _goods(self, wanted: Sequence[int], wares: Collection[int] = ()) -> list[Command]:
        commands = [goods.list_rows(f"r{deal_id}", deal_id) for deal_id in wanted]
        if self._payments:
            commands += [goods.list_payments(f"p{deal_id}", deal_id) for deal_id in wanted]
        if self._catalogue is not None and wanted:
            commands += self._catalogue.first_commands(self._client, wares)
        return commands

    def _people(self, raw: _Raw, first: BatchAnswer, deals_asked: int, people_wait: bool) -> None:
        """People of many deals are known only now; those of one deal came by reference with it."""
        groups, firms = _groups(raw.items.values())
        if deals_asked == 1 and sum(map(len, groups)) <= deals.PAGE:
            answer = first
        else:
            commands = _people_commands(groups, firms)
            answer = self._client.read_all(commands, people=people_wait) if commands else first
        _keep_people(raw, answer, groups, firms)

    def _snapshot(self, deal_id: int, raw: _Raw, first: BatchAnswer) -> DealSnapshot:
        item = raw.items.get(deal_id)
        if item is None:
            return DealSnapshot(deal_id, gone=True)
        deal = self._with_people(item, raw)
        return replace(
            deal,
            rows=goods.parse_rows(first.get(f"r{deal_id}"), deal.currency),
            payments=self._payments_of(deal_id, first),
        )

    def _payments_of(self, deal_id: int, first: BatchAnswer) -> Any:
        """None when payments are not read, or when this portal does not have them."""
        if not self._payments:
            return None
        try:
            return goods.parse_payments(first.get(f"p{deal_id}"))
        except RestError as error:
            if error.kind in (Kind.METHOD, Kind.ACCESS, Kind.PLAN, Kind.OTHER):
                return None
            raise


def _groups(items: Collection[Mapping[str, Any]]) -> tuple[list[list[int]], list[list[int]]]:
    """Ids of the contacts and of the companies of deals, in groups of one command each."""
    contacts = {contact for item in items for contact in deals.contact_ids(item)}
    companies = {company for item in items if (company := deals.company_id(item))}
    return deals.chunks(contacts), deals.chunks(companies)


def _people_commands(groups: Sequence[list[int]], firms: Sequence[list[int]]) -> list[Command]:
    contacts = [people.list_contacts(f"c{at}", ids) for at, ids in enumerate(groups)]
    return contacts + [people.list_companies(f"o{at}", ids) for at, ids in enumerate(firms)]


def _keep_people(raw: _Raw, answer: BatchAnswer, groups: Sequence[object], firms: Sequence[object]) -> None:
    for at in range(len(groups)):
        raw.contacts |= {person.id: person for person in map(people.parse_contact, _rows(answer, f"c{at}"))}
    for at in range(len(firms)):
        raw.companies |= {person.id: person for person in map(people.parse_company, _rows(answer, f"o{at}"))}


def _items(answer: BatchAnswer, groups: int) -> dict[int, dict[str, Any]]:
    """Deals by id; a group that was refused raises: absent must mean deleted."""
    rows = [row for at in range(groups) for row in deals.items_of(answer.get(f"d{at}"))]
    return {int(row["id"]): row for row in rows if row.get("id")}


def _rows(answer: BatchAnswer, key: str) -> list[dict[str, Any]]:
    """People; those that the token may not read are missing, and so are those of a refused command of that kind."""
    error = answer.errors.get(key)
    if error is not None and error.kind not in (Kind.NOT_FOUND, Kind.ACCESS):
        raise error
    return deals.items_of(answer.results.get(key))
