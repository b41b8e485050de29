"""Wares of deals: read in one or two HTTP calls; what changes rarely is remembered for a day (bitrix24-crm.md §3.4)."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from b24app.bitrix24 import deals, goods
from b24app.bitrix24.encoding import Command
from b24app.bitrix24.envelope import BatchAnswer
from b24app.bitrix24.errors import Kind, RestError
from b24app.bitrix24.goods import Iblocks, Units, Ware
from b24app.bitrix24.transport import PortalClient
from b24app.clock import Clock
from b24app.flows.snapshot import CatalogueSize, DealSnapshot, Source

KEPT = timedelta(days=1)
#: Wares whose weight and size are known are not asked for again so soon, unless a person waits: crowds sell the same.
WARES_KEPT = timedelta(seconds=30)
#: Pages of 50 sections asked at once; portals with more sections take further calls.
SECTION_PAGES = 10
#: Refusals that mean "this portal has no catalogue for us": the portal's default weights are used then.
_NONE = frozenset({Kind.METHOD, Kind.ACCESS, Kind.SCOPE, Kind.PLAN, Kind.NOT_FOUND})


@dataclass(slots=True)
class _Kept:
    iblocks: Iblocks
    until: datetime
    sections: dict[int, int] = field(default_factory=dict)
    sections_until: datetime | None = None
    wares: dict[int, tuple[Ware, datetime]] = field(default_factory=dict)


class CatalogueMemory:
    """One per process: the catalogues and sections of portals."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def iblocks(self, portal: str) -> Iblocks | None:
        with self._lock:
            kept = self._kept.get(portal)
            return kept.iblocks if kept and kept.until > self._clock.now() else None

    def keep_iblocks(self, portal: str, iblocks: Iblocks) -> None:
        with self._lock:
            self._kept[portal] = _Kept(iblocks, self._clock.now() + KEPT)

    def wares(self, portal: str, ids: Iterable[int]) -> dict[int, Ware]:
        """Those of the wares that were read a moment ago."""
        now = self._clock.now()
        with self._lock:
            kept = self._kept.get(portal)
            known = {number: kept.wares[number] for number in ids if number in kept.wares} if kept else {}
        return {number: ware for number, (ware, until) in known.items() if until > now}

    def keep_wares(self, portal: str, wares: Iterable[Ware]) -> None:
        now = self._clock.now()
        with self._lock:
            kept = self._kept.get(portal)
            if kept is not None:
                alive = {number: pair for number, pair in kept.wares.items() if pair[1] > now}
                kept.wares = alive | {ware.id: (ware, now + WARES_KEPT) for ware in wares}

    def sections(self, portal: str) -> Mapping[int, int] | None:
        with self._lock:
            kept = self._kept.get(portal)
            fresh = kept is not None and kept.sections_until is not None and kept.sections_until > self._clock.now()
            return dict(kept.sections) if kept is not None and fresh else None

    def keep_sections(self, portal: str, sections: Mapping[int, int]) -> None:
        with self._lock:
            kept = self._kept.get(portal)
            if kept is not None:
                kept.sections, kept.sections_until = dict(sections), self._clock.now() + KEPT


class CatalogueReader:
    """Sizes of the wares in deals. `client` must speak with an administrator's token: most of the catalogue is theirs.

    `defaults`: the portal's default sizes by section.
    """

    def __init__(
        self,
        client: PortalClient,
        memory: CatalogueMemory,
        units: Units | None = None,
        defaults: Mapping[int, CatalogueSize] | None = None,
    ) -> None:
        self._client = client
        self._memory = memory
        self._units = units or Units()
        self._defaults = defaults or {}
        self._portal = client.address.member_id
        self._seen: dict[int, Ware] = {}

    def first_commands(self, carrier: PortalClient, ahead: Collection[int] = ()) -> list[Command]:
        """What may ride in the deals' own batch, if that is sent with this reader's token. `ahead`: wares that the
        deals are thought to hold."""
        if carrier is not self._client:
            return []
        iblocks = self._memory.iblocks(self._portal)
        return [goods.list_catalogs("catalogs")] if iblocks is None else _list_wares("a", _kinds(iblocks), ahead)

    def with_sizes(
        self,
        snapshots: Mapping[int, DealSnapshot],
        first: BatchAnswer,
        people: bool = False,
        ahead: Collection[int] = (),
    ) -> dict[int, DealSnapshot]:
        """The same deals, every row with the sizes that the catalogue states. `ahead` as for `first_commands`."""
        ids = {row.product_id for deal in snapshots.values() for row in deal.rows if row.product_id}
        if not ids:
            return dict(snapshots)
        iblocks = self._iblocks(first, people)
        early = _list_wares("a", _kinds(iblocks), ahead)
        came = [command for command in early if command.key in first.results or command.key in first.errors]
        known = self._parsed(came, first, Source.VARIATION) if came else {}
        asked = set(ahead) if came else set()
        wares, parents = self._wares(iblocks, ids, people, asked, known)
        self._seen |= {**wares, **parents}
        sections = self._sections([*wares.values(), *parents.values()], people)
        return {
            deal_id: replace(deal, rows=tuple(goods.sized(row, wares, parents, sections) for row in deal.rows))
            for deal_id, deal in snapshots.items()
        }

    def sections(self, product_ids: Iterable[int], people: bool = False) -> dict[int, int]:
        """The section of each of these products, as far as deals with them were read; a variation is in its parent's,
        which may take a call of its own."""
        wares = [self._seen[product] for product in product_ids if product in self._seen]
        unread = {ware.parent for ware in wares if not ware.section} - {0, *self._seen}
        iblocks = self._memory.iblocks(self._portal) or Iblocks()
        self._seen |= self._ask(_of_parents(iblocks), unread, people, Source.PARENT) if unread else {}
        above = {ware.id: self._seen.get(ware.parent) for ware in wares}
        found = {ware.id: ware.section or (parent.section if (parent := above[ware.id]) else 0) for ware in wares}
        return {product: section for product, section in found.items() if section}

    def _iblocks(self, first: BatchAnswer, people: bool) -> Iblocks:
        known = self._memory.iblocks(self._portal)
        if known is not None:
            return known
        asked = "catalogs" in first.results or "catalogs" in first.errors
        answer = first if asked else self._client.batch([goods.list_catalogs("catalogs")], people=people, safe=True)
        found = goods.parse_catalogs(_or_none(answer, "catalogs"))
        self._memory.keep_iblocks(self._portal, found)
        return found

    def _wares(
        self, iblocks: Iblocks, ids: set[int], people: bool, asked: set[int], found: Mapping[int, Ware]
    ) -> tuple[dict[int, Ware], dict[int, Ware]]:
        """Wares by id, and the parents of variations. Which block an id belongs to is unknown, so all are asked, but
        not for those `asked` just before, of which these were `found`."""
        known = {} if people else self._memory.wares(self._portal, ids)
        wares = self._ask(_kinds(iblocks), ids - set(known) - asked, people, Source.VARIATION) | dict(found)
        self._memory.keep_wares(self._portal, [ware for ware in wares.values() if ware.complete])
        wares = known | wares
        lacking = {ware.parent for ware in wares.values() if ware.parent not in {0, *wares} and not ware.complete}
        parents = self._ask(_of_parents(iblocks), lacking, people, Source.PARENT) if lacking else {}
        return wares, {**wares, **parents}

    def _ask(
        self, kinds: Iterable[tuple[str, int]], ids: Iterable[int], people: bool, source: Source
    ) -> dict[int, Ware]:
        commands = _list_wares("w", kinds, ids)
        return self._parsed(commands, self._client.read_all(commands, people=people), source) if commands else {}

    def _parsed(self, commands: Iterable[Command], answer: BatchAnswer, source: Source) -> dict[int, Ware]:
        found = [goods.parse_wares(_or_none(answer, command.key), self._units, source) for command in commands]
        return {ware.id: ware for wares in found for ware in wares}

    def _sections(self, wares: Iterable[Ware], people: bool) -> dict[int, CatalogueSize]:
        wanted = {ware.section for ware in wares if ware.section}
        if not self._defaults or not wanted:
            return {}
        told = {section for section, size in self._defaults.items() if None not in (size.weight_g, size.length_mm)}
        above = {} if wanted <= told else self._tree(people)
        return goods.section_sizes(wanted, above, self._defaults)

    def _tree(self, people: bool) -> Mapping[int, int]:
        known = self._memory.sections(self._portal)
        if known is not None:
            return known
        found: dict[int, int] = {}
        iblocks = self._memory.iblocks(self._portal) or Iblocks()
        for block in iblocks.products:
            found |= self._sections_of(block, people)
        self._memory.keep_sections(self._portal, found)
        return found

    def _sections_of(self, block: int, people: bool) -> dict[int, int]:
        found: dict[int, int] = {}
        start = 0
        while True:
            pages = [start + page * deals.PAGE for page in range(SECTION_PAGES)]
            answer = self._client.read_all([goods.list_sections(f"s{at}", block, at) for at in pages], people=people)
            read = [goods.parse_sections(_or_none(answer, f"s{at}")) for at in pages]
            for page in read:
                found |= page
            if len(read[-1]) < deals.PAGE:
                return found
            start += SECTION_PAGES * deals.PAGE


def _kinds(iblocks: Iblocks) -> list[tuple[str, int]]:
    """Where wares of rows may stand."""
    return [("product", block) for block in iblocks.products] + [("product.offer", block) for block in iblocks.offers]


def _of_parents(iblocks: Iblocks) -> list[tuple[str, int]]:
    return [(kind, block) for block in iblocks.products for kind in ("product", "product.sku")]


def _list_wares(name: str, kinds: Iterable[tuple[str, int]], ids: Iterable[int]) -> list[Command]:
    return [
        goods.list_wares(f"{name}{at}x{block}x{kind.replace('.', '')}", kind, block, group)
        for kind, block in kinds
        for at, group in enumerate(deals.chunks(ids))
    ]


def _or_none(answer: BatchAnswer, key: str) -> object:
    """A result, or None where the portal has no catalogue for us. Raises other refusals."""
    try:
        return answer.get(key)
    except RestError as error:
        if error.kind in _NONE:
            return None
        raise
