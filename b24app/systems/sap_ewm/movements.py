"""Goods issue posted by us once the carrier has the parcel, where the admin wants it (sap-ewm.md §3.3, §6.2). By plain
HTTP: pyodata stumbles over SAP's function imports after they are done, and knows no V4."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from b24app.logistics.errors import Unavailable, Uncertain
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.line import document
from b24app.systems.sap_ewm.client import Client
from b24app.systems.sap_ewm.errors import Said, reading, refusal, writing
from b24app.systems.sap_ewm.vocabulary import ODO, ODO_HEADS, OUTBOUND, V4, literal, service

Row = dict[str, Any]
_DAY_S = 86400.0
_KEY = re.compile(r"<Key>(.*?)</Key>", re.DOTALL)
_NAME = re.compile(r'<PropertyRef Name="(\w+)"')


def issue(client: Client, number: str, etag: str) -> None:
    """LE's function import. A 200 may hold a refusal (§3.3). Raises Refused, Unavailable, Uncertain."""
    what = {"DeliveryDocument": literal(number)}
    headers = {"If-Match": etag, "Accept": "application/json"}
    path = f"{service(OUTBOUND)}/PostGoodsIssue"
    answer = writing(lambda: client.call("POST", path, "movements.issue", params=what, headers=headers))
    said = []
    for row in _report(document(answer, "movements.issue", write=True)):
        if str(row.get("SystemMessageType")) in ("E", "A"):
            words = " ".join(str(row.get(f"SystemMessageVariable{n}") or "") for n in range(1, 5)).strip()
            code = f"{row.get('SystemMessageIdentification')}/{row.get('SystemMessageNumber')}"
            said.append(Said(answer.status, code, words))
    if said:
        raise refusal(said, f"movements.issue: {said[0].code}")


def _report(data: Any) -> list[Row]:
    inner = data.get("d") if isinstance(data, Mapping) else None
    rows = inner.get("results") if isinstance(inner, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Uncertain("movements.issue: an answer without messages")
    return rows


def issue_there(client: Client, order: str, directory: Directory) -> None:
    """EWM's bound action on the warehouse's own order. Raises Refused, Unavailable, Uncertain."""
    where = f"EWMOutboundDeliveryOrder eq {literal(order)}"
    heads = reading(lambda: client.v4(ODO_HEADS, "movements.head", filter=where))
    if len(heads) != 1:
        raise Unavailable(f"movements.head: {len(heads)} warehouse orders for one")
    key, etag = _predicate(client, heads[0], directory), str(heads[0].get("@odata.etag") or "")
    path, headers = f"{V4}{ODO_HEADS}({key})/SAP__self.PostGoodsIssue", {"If-Match": etag}
    writing(lambda: client.call("POST", path, "movements.issue", json={}, headers=headers))


def _predicate(client: Client, head: Row, directory: Directory) -> str:
    """Releases differ in what the key is made of, so that the metadata is asked, once a day (§6.2)."""

    def load() -> list[str]:
        answer = client.call("GET", f"{V4}{ODO}$metadata", "movements.metadata", headers={"Accept": "application/xml"})
        kind = answer.text.partition('EntityType Name="WhseOutboundDeliveryOrderHeadType"')[2]
        found = _KEY.search(kind)
        return _NAME.findall(found[1]) if found else []

    now = client.context.clock.now().timestamp()
    names = reading(lambda: directory.get(("sap_ewm", client.line.base), now, _DAY_S, load))
    if not names or any(name not in head for name in names):
        raise Unavailable("movements.metadata: no key that we can build")
    values = {name: literal(str(head[name])) for name in names}
    return values[names[0]] if len(names) == 1 else ",".join(f"{name}={value}" for name, value in values.items())
