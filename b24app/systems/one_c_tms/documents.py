"""Documents of a transport request (1c.md §6.6): build(ours) -> their upload, parse(their metadata) -> ours. Pure."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from b24app.logistics.warehouse import Attachment, FiledDocument
from b24app.systems.kit.one_c_http import Row
from b24app.systems.kit.units import moment_of, whole
from b24app.systems.one_c_tms.vocabulary import OUR_KINDS, PDF_MEDIA

MAX_KEY, MAX_NAME = 64, 255


def build_upload(document: Attachment) -> dict[str, Any]:
    return {
        "externalId": external_id(document.key),
        "kind": document.kind if document.kind in OUR_KINDS else "other",
        "fileName": document.name[-MAX_NAME:],
        "mediaType": document.media_type,
        "sha256": hashlib.sha256(document.content).hexdigest(),
        "sizeBytes": len(document.content),
        "contentBase64": base64.b64encode(document.content).decode(),
    }


def external_id(key: str) -> str:
    """Our key, as far as 1C takes one."""
    return key if len(key) <= MAX_KEY else hashlib.sha256(key.encode()).hexdigest()


def parse_document(row: Row) -> FiledDocument | None:
    """None for a row without an id. `externalId` and `mediaType` may be missing (v1 answers may have them)."""
    identifier = str(row.get("documentId") or "")
    if not identifier:
        return None
    kind = str(row.get("kind") or "")
    return FiledDocument(
        key=identifier,
        name=str(row.get("fileName") or identifier),
        kind=kind if kind in OUR_KINDS else "other",
        media_type=str(row.get("mediaType") or PDF_MEDIA),
        bytes=whole(row.get("sizeBytes")) or 0,
        at=moment_of(row.get("createdAt")),
        ours=str(row.get("externalId") or ""),
    )
