"""Deliveries over OData V2 through pyodata, which goes through our own door: `client.Client` with its limits, guard,
log and signing. The metadata is our own excerpt (`deliveries.edmx`): none is fetched, and no odd one stops us.

Function imports and V4 are not for pyodata (sap-ewm.md §7)."""

from __future__ import annotations

import functools
import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from requests.structures import CaseInsensitiveDict

from b24app.logistics.errors import Unavailable
from b24app.systems.kit.line import lost
from b24app.systems.sap_ewm.client import MOST_PAGES, Client, Row
from b24app.systems.sap_ewm.vocabulary import OUTBOUND, RETURNS, service
from b24app.wire.http import Answer

T = TypeVar("T")
HEADER, ITEM, BOX = "DeliveryHeader", "DeliveryItem", "HandlingUnitHeaderDelivery"
ITEMS, BOXES = "to_DeliveryDocumentItem", "to_HandlingUnitHeaderDelivery"
_PREFIXES = {OUTBOUND: "Outb", RETURNS: "Returns"}
_NEWER = re.compile(r"<!-- newer releases -->.*?<!-- end -->", re.DOTALL)


@functools.cache
def metadata(name: str, *, newer: bool) -> bytes:
    """Of the properties that we use. Without `newer`: what releases before handling units have (§3.2)."""
    text = (Path(__file__).parent / "deliveries.edmx").read_text("utf-8")
    text = text if newer else _NEWER.sub("", text)
    return text.replace("SERVICE", name).replace("PREFIX", _PREFIXES[name]).encode()


@functools.cache
def _schema(name: str, newer: bool) -> Any:
    from pyodata.v2.model import MetadataBuilder

    # It logs bodies and whatever is set, people included.
    logging.getLogger("pyodata").setLevel(logging.ERROR)
    return MetadataBuilder(metadata(name, newer=newer), config=_config()).build()


def _config() -> Any:
    from pyodata.v2.model import Config

    return Config(retain_null=True)


class Deliveries:
    """One of the two delivery services. Rows are dicts of the excerpt's properties, items and boxes below their
    navigation's name; `etag` beside them. All raise SapSays, Unavailable, AccountProblem; writes Uncertain."""

    def __init__(self, client: Client, name: str = OUTBOUND, *, newer: bool = True) -> None:
        self._client, self._name = client, name
        self._boxes = newer and name == OUTBOUND

    def _door(self, label: str) -> _Door:
        return _Door(self._client, label, optional=self._name == RETURNS)

    def _service(self, door: _Door) -> Any:
        from pyodata.v2.service import Service

        return Service(self._root, _schema(self._name, self._boxes), door, config=_config())

    @property
    def _root(self) -> str:
        return self._client.line.address(service(self._name)) + "/"

    def _set(self, door: _Door, kind: str = HEADER) -> Any:
        return getattr(self._service(door).entity_sets, f"A_{_PREFIXES[self._name]}{kind}")

    # --- reading ------------------------------------------------------------------------------------------------------

    def headers(self, label: str, where: str) -> list[Row]:
        """With their items and boxes."""
        return self._list(label, HEADER, where, (ITEMS, *((BOXES,) if self._boxes else ())))

    def items(self, label: str, where: str) -> list[Row]:
        return self._list(label, ITEM, where, ())

    def _list(self, label: str, kind: str, where: str, expand: tuple[str, ...]) -> list[Row]:
        found: list[Row] = []
        more: str | None = None
        for _ in range(MOST_PAGES):
            # A door opens once: an odd answer must not make pyodata fetch property by property.
            door = self._door(label)
            query = self._set(door, kind).get_entities().filter(where).select(self._select(kind, expand))
            query = query.expand(",".join(expand)) if expand else query
            page = self._run(label, (query.next_url(more) if more else query).execute)
            if not isinstance(page, list):
                raise Unavailable(f"{label}: an answer without rows")
            found += self._run(label, lambda: [self._row(kind, each, expand) for each in page])  # noqa: B023
            link = getattr(page, "next_url", None)
            if not link:
                return found
            more = self._client.next_page(self._root, link, label)
        raise Unavailable(f"{label}: more than {MOST_PAGES} pages")

    def read(self, label: str, number: str) -> Row:
        """One, with its ETag. Raises SapSays (404) when there is none."""
        door = self._door(label)
        expand = (ITEMS, *((BOXES,) if self._boxes else ()))
        query = self._set(door).get_entity(number).select(self._select(HEADER, expand)).expand(",".join(expand))
        return self._run(label, lambda: self._row(HEADER, query.execute(), expand))

    # --- writing ------------------------------------------------------------------------------------------------------

    def create(self, label: str, items: Iterable[Mapping[str, str]], header: Mapping[str, str]) -> Row:
        """A deep insert; items go as a list (§7)."""
        door = self._door(label)
        query = self._set(door).create_entity().set(**header, **{ITEMS: [dict(item) for item in items]})
        return self._run(label, lambda: self._row(HEADER, query.execute(), (ITEMS,)), write=True)

    def change(self, label: str, number: str, etag: str, values: Mapping[str, str]) -> None:
        query = self._set(self._door(label)).update_entity(number).set(**values)
        query.add_headers({"If-Match": etag})
        self._run(label, query.execute, write=True)

    def delete(self, label: str, number: str, etag: str) -> None:
        query = self._set(self._door(label)).delete_entity(number)
        query.add_headers({"If-Match": etag})
        self._run(label, query.execute, write=True)

    # --- pyodata's objects --------------------------------------------------------------------------------------------

    def _names(self, kind: str) -> list[str]:
        name = "A_" + (kind if kind == BOX else f"{_PREFIXES[self._name]}{kind}") + "Type"
        return [found.name for found in _schema(self._name, self._boxes).entity_type(name).proprties()]

    def _select(self, kind: str, expand: tuple[str, ...]) -> str:
        below = {ITEMS: ITEM, BOXES: BOX}
        return ",".join(
            [*self._names(kind), *(f"{road}/{name}" for road in expand for name in self._names(below[road]))]
        )

    def _row(self, kind: str, entity: Any, expand: tuple[str, ...]) -> Row:
        row: Row = {name: getattr(entity, name) for name in self._names(kind)}
        row["etag"] = entity.etag or ""
        for road, below in ((ITEMS, ITEM), (BOXES, BOX)):
            row[road] = [self._row(below, each, ()) for each in getattr(entity, road)] if road in expand else []
        return row

    def _run(self, label: str, what: Callable[[], T], *, write: bool = False) -> T:
        """What is no OData makes pyodata stumble in many ways: then nothing is known."""
        from pyodata.exceptions import PyODataException

        try:
            return what()
        except (PyODataException, LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
            raise lost(f"{label}: {type(error).__name__}: an answer that is no OData", write) from error


class _Door:
    """As much of a `requests.Session` as pyodata uses: one request, through our client."""

    def __init__(self, client: Client, label: str, *, optional: bool) -> None:
        self._client, self._label, self._optional = client, label, optional
        self._open = True

    def request(
        self, method: str, url: str, headers: Mapping[str, str], params: str = "", data: str | None = None
    ) -> _Response:
        if not self._open:
            raise ValueError("a property is missing in the answer")
        self._open = False
        body = None if data is None else data.encode()
        answer = self._client.call(
            method, url, self._label, headers=headers, params=parse_qsl(params, keep_blank_values=True), body=body,
            optional=self._optional,
        )  # fmt: skip
        return _Response(url, answer)


class _Response:
    """As much of a `requests.Response` as pyodata reads."""

    def __init__(self, url: str, answer: Answer) -> None:
        self.url, self.status_code, self.content = url, answer.status, answer.body
        self.headers = CaseInsensitiveDict(answer.headers)

    def json(self) -> Any:
        return json.loads(self.content)
