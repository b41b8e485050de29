"""Documents of a delivery: API_CV_ATTACHMENT_SRV (sap-ewm.md §6.3), where a connection switches it on. Its keys beside
the contract's are as public clients write them; to be confirmed on a live system."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.warehouse import Attachment, FiledDocument
from b24app.systems.kit.line import FILE, WRITE, fetched
from b24app.systems.kit.units import whole
from b24app.systems.sap_ewm.client import Client
from b24app.systems.sap_ewm.errors import SapSays
from b24app.systems.sap_ewm.vocabulary import FILES, V2, literal

Row = Mapping[str, Any]
_OBJECT = "LIKP"
_KEYS = (
    "DocumentInfoRecordDocType", "DocumentInfoRecordDocNumber", "DocumentInfoRecordDocVersion",
    "DocumentInfoRecordDocPart", "LogicalDocument", "ArchiveDocumentID", "LinkedSAPObjectKey",
    "BusinessObjectTypeName",
)  # fmt: skip
#: `label-<our key>.pdf`: a name of ASCII alone, because it travels in a header.
_OURS = re.compile(r"(label|waybill|act|invoice|other)-([A-Za-z0-9_.-]+)\.\w+")
_TICKS = re.compile(r"/Date\((\d+)")


def linked(remote_id: str) -> str:
    return remote_id.rjust(10, "0")


def attach(client: Client, remote_id: str, document: Attachment) -> FiledDocument:
    """Looked for first; an answer that is lost is therefore no harm."""
    key = re.sub(r"[^A-Za-z0-9_.-]", "_", document.key)
    found = next((each for each in listed(client, remote_id) if each.ours == key), None)
    if found is not None:
        return replace(found, ours=document.key)
    ending = "pdf" if document.media_type == "application/pdf" else "bin"
    name = f"{document.kind if document.kind in ('label', 'waybill', 'act', 'invoice') else 'other'}-{key}.{ending}"
    headers = {
        "Slug": name, "BusinessObjectTypeName": _OBJECT, "LinkedSAPObjectKey": linked(remote_id),
        "Content-Type": document.media_type,
    }  # fmt: skip
    try:
        client.call(
            "POST", f"{V2}{FILES}/AttachmentContentSet", "files.attach", optional=True, headers=headers,
            body=document.content, limits=replace(WRITE, read_s=60.0, total_s=90.0),
        )  # fmt: skip
    except SapSays as says:
        raise says.refusal() from says
    except Uncertain as error:
        raise Unavailable(f"{error}") from error
    made = next((each for each in listed(client, remote_id) if each.ours == key), None)
    if made is None:
        raise Unavailable("files.attach: taken, and not in the list yet")
    return replace(made, ours=document.key)


def listed(client: Client, remote_id: str) -> list[FiledDocument]:
    key = f"LinkedSAPObjectKey={literal(linked(remote_id))}&BusinessObjectTypeName={literal(_OBJECT)}"
    try:
        rows = client.v2(f"{FILES}/GetAllOriginals?{key}", "files.list", optional=True)
    except SapSays as says:
        if says.said.missing:
            return []
        raise says.silence() from says
    return [_filed(row) for row in rows]


def _filed(row: Row) -> FiledDocument:
    name = str(row.get("FileName") or "")
    ours = _OURS.fullmatch(name)
    ticks = _TICKS.search(str(row.get("CreationDateTime") or ""))
    return FiledDocument(
        key="|".join(str(row.get(part) or "") for part in _KEYS),
        name=name,
        kind=ours[1] if ours else "other",
        media_type=str(row.get("MimeType") or "application/octet-stream"),
        bytes=whole(row.get("FileSize")) or 0,
        at=datetime.fromtimestamp(int(ticks[1]) / 1000, UTC) if ticks else None,
        ours=ours[2] if ours else "",
    )


def fetch(client: Client, key: str) -> bytes:
    pairs = ",".join(f"{name}={literal(value)}" for name, value in zip(_KEYS, key.split("|"), strict=False))
    path, headers = f"{V2}{FILES}/AttachmentContentSet({pairs})/$value", {"Accept": "application/json, */*"}
    try:
        return fetched(
            lambda: client.call("GET", path, "files.fetch", optional=True, limits=FILE, headers=headers)
        ).body
    except SapSays as says:
        if says.said.missing:
            raise Refused([says.said.problem]) from says
        raise says.silence() from says
