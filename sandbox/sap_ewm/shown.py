"""Answers in OData V2's JSON and Atom, and in V4's JSON (§2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from .errors import Refused
from .schema import Entity, Service
from .values import atom, write

Row = dict[str, Any]
#: Rows behind a navigation of a row.
Behind = Callable[[Entity, Row, str], list[Row]]
_EXTRA = {"SandboxUnknownField": "nobody documented this"}
_ATOM = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"'
    ' xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices"'
)


class V2:
    """Writes rows of one service. ``etag`` tells a row's, ``behind`` follows its navigations."""

    def __init__(
        self,
        service: Service,
        root: str,
        behind: Behind,
        etag: Callable[[Entity, Row], str],
        *,
        zeros: bool,
        extra: bool,
    ) -> None:
        self._service, self._root, self._behind, self._etag = service, root, behind, etag
        self._zeros, self._extra = zeros, extra

    def uri(self, entity: Entity, row: Row) -> str:
        keys = entity.keys
        one = f"'{row[keys[0]]}'" if len(keys) == 1 else ",".join(f"{key}='{row[key]}'" for key in keys)
        return f"{self._root}/{entity.name}({one})"

    def entry(self, entity: Entity, row: Row, expand: Iterable[str] = (), select: Iterable[str] = ()) -> Row:
        """Raises Refused: an unknown property or navigation."""
        wanted, expand = tuple(select), tuple(expand)
        uri = self.uri(entity, row)
        meta = {"id": uri, "uri": uri, "type": f"{self._service.namespace}.{entity.name}Type"}
        if etag := self._etag(entity, row):
            meta["etag"] = etag
        body: Row = {"__metadata": meta}
        for name in wanted:
            if name.partition("/")[0] not in {*entity.properties, *entity.navigations, "*"}:
                raise Refused("/IWBEP/CM_MGW_RT/024", name, name=name)
        for name, found in entity.properties.items():
            if not wanted or name in wanted or "*" in wanted:
                body[name] = write(found, row[name], zeros=self._zeros)
        self._navigate(entity, row, body, expand, wanted)
        return body | (_EXTRA if self._extra else {})

    def _navigate(self, entity: Entity, row: Row, body: Row, expand: tuple[str, ...], wanted: tuple[str, ...]) -> None:
        """Expanded, or deferred; of a `$select` only what it names."""
        for path in expand:
            if path.partition("/")[0] not in entity.navigations:
                raise Refused("/IWBEP/CM_MGW_RT/024", path, name=path)
        for name, road in entity.navigations.items():
            deeper = [path.partition("/")[2] for path in expand if path.partition("/")[0] == name]
            chosen = [path.partition("/")[2] for path in wanted if path.partition("/")[0] == name]
            if wanted and not chosen:
                continue
            if not deeper:
                body[name] = {"__deferred": {"uri": f"{self.uri(entity, row)}/{name}"}}
                continue
            target = self._service.entities[road.target]
            further = [path for path in deeper if path]
            inner = [
                self.entry(target, each, further, [path for path in chosen if path])
                for each in self._behind(entity, row, name)
            ]
            body[name] = {"results": inner} if road.many else inner[0] if inner else None

    def atom_entry(self, entity: Entity, row: Row) -> str:
        """Properties alone, without navigations."""
        uri = escape(self.uri(entity, row))
        parts = []
        for name, found in entity.properties.items():
            text = atom(found, row[name])
            parts.append(f'<d:{name} m:null="true"/>' if text is None else f"<d:{name}>{escape(text)}</d:{name}>")
        etag = self._etag(entity, row)
        tagged = f' m:etag="{escape(etag, {chr(34): "&quot;"})}"' if etag else ""
        return (
            f'<entry {_ATOM}{tagged}><id>{uri}</id><category term="{self._service.namespace}.{entity.name}Type"/>'
            f'<content type="application/xml"><m:properties>{"".join(parts)}</m:properties></content></entry>'
        )

    def atom_feed(self, entity: Entity, rows: Iterable[Row]) -> str:
        return f"<feed {_ATOM}>{''.join(self.atom_entry(entity, row) for row in rows)}</feed>"


def v4_entry(entity: Entity, row: Row, etag: str, select: Iterable[str], *, extra: bool) -> Mapping[str, Any]:
    """Raises Refused."""
    wanted = tuple(select)
    for name in wanted:
        if name not in entity.properties:
            raise Refused("/IWBEP/CM_MGW_RT/024", name, name=name)
    body: Row = {"@odata.etag": etag} if etag else {}
    body |= {
        name: write(found, row[name], v4=True)
        for name, found in entity.properties.items()
        if not wanted or name in wanted
    }
    return body | {"SAP__Messages": []} | (_EXTRA if extra else {})
