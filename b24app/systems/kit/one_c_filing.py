"""Documents of an object in 1C by the contract "b24logistics" (1c.md §6.6), whichever object it is."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.papers import MOST_BYTES
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.warehouse import Attachment, FiledDocument
from b24app.systems.kit.meanings import Meanings
from b24app.systems.kit.one_c_http import PAGE, TAKEN, OneCHttp, Reply, Row, key_of
from b24app.systems.kit.units import moment_of, whole

KINDS = ("label", "waybill", "invoice", "act", "other")
MAX_KEY, MAX_NAME = 64, 255
#: Pages of 500 documents of one object.
MOST_PAGES = 4


@dataclass(frozen=True, slots=True)
class Filing:
    """`owner` of each method is the path of the object: `v1/wms/shipment-orders/<id>`. Reads raise Unavailable,
    AccountProblem, Refused; `attach` does no more: the same key is the same document also for 1C."""

    client: OneCHttp
    meanings: Meanings

    def attach(self, owner: str, document: Attachment) -> FiledDocument:
        key = key_of("document", owner, document.key)
        path = f"{owner}/documents"
        body = upload(document)
        reply = self.client.post(path, "documents.add", "DocumentUpload", body, key, repeatable=True)
        identifier = str(reply.row.get("documentId") or "") if reply.ok else self._there_already(owner, document, reply)
        if reply.ok and not identifier:
            raise Unavailable("documents.add: an answer without a document")
        if not identifier:
            raise Refused(reply.problems(self.meanings))
        return FiledDocument(
            key=identifier,
            name=document.name,
            kind=document.kind,
            media_type=document.media_type,
            bytes=len(document.content),
            at=moment_of(reply.row.get("createdAt")),
            ours=our_key(document.key),
        )

    def _there_already(self, owner: str, document: Attachment, reply: Reply) -> str:
        """The id of what was filed under this key before, also with other bytes (a label that was made anew)."""
        if reply.code not in TAKEN:
            return ""
        named = str(reply.details.get("id") or "")
        return named or next((one.key for one in self.listed(owner) if one.ours == our_key(document.key)), "")

    def listed(self, owner: str) -> list[FiledDocument]:
        """All of an object, theirs and ours."""
        pages = self.client.pages(f"{owner}/documents", "documents.list", MOST_PAGES, limit=str(PAGE))
        return [found for rows, _ in pages for row in rows if (found := parse(row))]

    def content(self, owner: str, key: str) -> bytes:
        found = self.client.content(f"{owner}/documents/{key}/content", "documents.content")
        if isinstance(found, Reply):
            raise Refused(found.problems(self.meanings))
        if len(found) > MOST_BYTES:
            raise Refused([Problem("paper_too_big", Field.ORDER, Who.WAYBILL)])
        if found.lstrip()[:5].lower() in (b"<html", b"<!doc"):
            raise Unavailable("documents.content: a page and no document")
        return found


def upload(document: Attachment) -> dict[str, object]:
    """The document of an upload, its members in the contract's order."""
    return {
        "externalId": our_key(document.key),
        "kind": document.kind if document.kind in KINDS else "other",
        "fileName": document.name[-MAX_NAME:],
        "mediaType": document.media_type,
        "sha256": hashlib.sha256(document.content).hexdigest(),
        "sizeBytes": len(document.content),
        "contentBase64": base64.b64encode(document.content).decode(),
    }


def our_key(key: str) -> str:
    """As far as 1C takes one."""
    return key if len(key) <= MAX_KEY else hashlib.sha256(key.encode()).hexdigest()


def parse(row: Row) -> FiledDocument | None:
    """None for a row without an id. `externalId` and `mediaType` are beyond the contract's sample: a base may leave
    them out."""
    identifier, kind = str(row.get("documentId") or ""), str(row.get("kind") or "")
    if not identifier:
        return None
    return FiledDocument(
        key=identifier,
        name=str(row.get("fileName") or identifier),
        kind=kind if kind in KINDS else "other",
        media_type=str(row.get("mediaType") or "application/pdf"),
        bytes=whole(row.get("sizeBytes")) or 0,
        at=moment_of(row.get("createdAt")),
        ours=str(row.get("externalId") or ""),
    )
