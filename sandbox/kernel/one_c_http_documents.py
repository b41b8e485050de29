"""Documents attached to an object of 1C by the contract "b24logistics" (1c.md §6.6)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import request

from .one_c_http_errors import Refused
from .one_c_http_shapes import MOMENT, TEXT, Doc, Kind, Said, complaint, listing, text

if TYPE_CHECKING:
    from .one_c_http import HttpService

KINDS = ("label", "waybill", "invoice", "act", "pod", "photo", "power_of_attorney", "other")
MOST_BYTES = 10 * 1024 * 1024
_MOST_TEXT = MOST_BYTES * 4 // 3 + 8

UPLOAD = Doc(
    "DocumentUpload",
    {
        "externalId": text(64, required=True), "kind": text(required=True, among=KINDS),
        "fileName": text(required=True), "mediaType": text(required=True), "sha256": text(64, required=True),
        "sizeBytes": Kind("int", required=True, above=0), "contentBase64": text(2 * _MOST_TEXT, required=True),
    },
)  # fmt: skip
INFO = Doc(
    "DocumentInfo",
    {
        "documentId": TEXT, "fileName": TEXT, "kind": TEXT, "sizeBytes": Kind("int"), "sha256": TEXT,
        "createdAt": MOMENT, "externalId": TEXT, "mediaType": TEXT,
    },
)  # fmt: skip
DOCUMENTS = listing("Documents", INFO.shape)


@dataclass(frozen=True, slots=True)
class Document:
    """``owner`` is the id of the object; ``external_id`` ours, empty for one of theirs. ``signed``: part of a signed
    set."""

    id: str
    owner: str
    external_id: str
    kind: str
    name: str
    media_type: str
    content: bytes
    at: float
    signed: bool = False


def add_routes(
    service: HttpService, path: str, owner_of: Callable[[str], tuple[str, str]], *, upload: bool = True
) -> None:
    """The documents of the objects at ``path`` (which has an ``<identifier>``); without ``upload`` they are only to be
    read. ``owner_of`` gives an object's (id, our number) under the lock, or raises Refused."""

    @service.get(f"{path}/documents", DOCUMENTS)
    def listed(identifier: str) -> dict[str, Any]:
        with service.carrier.lock:
            return _listed(service, owner_of(identifier)[0])

    @service.get(f"{path}/documents/<document_id>/content")
    def content(identifier: str, document_id: str) -> Said:
        with service.carrier.lock:
            return _content_of(service, owner_of(identifier)[0], document_id)

    if upload:
        _add_writing_routes(service, path, owner_of)


def _add_writing_routes(service: HttpService, path: str, owner_of: Callable[[str], tuple[str, str]]) -> None:
    @service.post(f"{path}/documents", UPLOAD, INFO)
    def upload(body: Mapping[str, Any], identifier: str) -> Said:
        with service.carrier.lock:
            return _upload(service, *owner_of(identifier), body)

    @service.put(f"{path}/documents/<external_id>/content", INFO)
    def put_content(body: bytes, identifier: str, external_id: str) -> Said:
        with service.carrier.lock:
            return _put_content(service, *owner_of(identifier), external_id, body)

    @service.delete(f"{path}/documents/<document_id>")
    def drop(identifier: str, document_id: str) -> Said:
        with service.carrier.lock:
            return _drop(service, owner_of(identifier)[0], document_id)


def of_owner(service: HttpService, owner: str) -> list[Document]:
    return [found for found in service.exchange.documents.values() if found.owner == owner]


def _listed(service: HttpService, owner: str) -> dict[str, Any]:
    found = sorted(of_owner(service, owner), key=lambda one: (one.at, one.id))
    return service.page([_info(service, one) for one in found], lambda row: f"{row['createdAt']}|{row['documentId']}")


def _info(service: HttpService, found: Document) -> dict[str, Any]:
    """Metadata. `externalId` and `mediaType` are beyond the contract's sample: a v1 answer may have more members."""
    return {
        "documentId": found.id, "fileName": found.name, "kind": found.kind, "sizeBytes": len(found.content),
        "sha256": hashlib.sha256(found.content).hexdigest(), "createdAt": service.wire_time(found.at),
        "externalId": found.external_id or None, "mediaType": found.media_type,
    }  # fmt: skip


def _upload(service: HttpService, owner: str, number: str, data: Mapping[str, Any]) -> Said:
    """`POST …/documents`. Raises Refused: 409 for an externalId that is there, 413, 422."""
    service.check(UPLOAD, data)
    _may_be_new(service, owner, data["externalId"])
    if len(data["contentBase64"]) > _MOST_TEXT:
        raise Refused("TOO_LARGE")
    try:
        content = base64.b64decode(data["contentBase64"], validate=True)
    except binascii.Error as problem:
        fields = [complaint("contentBase64", "format", "Неверный base64")]
        raise Refused("VALIDATION_FAILED", "Неверный base64", fields) from problem
    _check_content(content, data)
    return _added(service, owner, number, data, content)


def _put_content(service: HttpService, owner: str, number: str, external_id: str, content: bytes) -> Said:
    """`PUT …/documents/{externalId}/content`: idempotent by its address. Raises Refused."""
    data = {
        "externalId": external_id, "kind": request.args.get("kind", ""), "fileName": request.args.get("fileName", ""),
        "mediaType": (request.content_type or "").partition(";")[0],
    }  # fmt: skip
    wanted = {name: kind for name, kind in UPLOAD.shape.items() if name in data}
    service.check(Doc("DocumentUpload", wanted), data)
    if len(content) > MOST_BYTES:
        raise Refused("TOO_LARGE")
    known = next((one for one in of_owner(service, owner) if one.external_id == external_id), None)
    if known is None:
        return _added(service, owner, number, data, content)
    if known.content != content:
        raise Refused("ALREADY_EXISTS", details={"id": known.id})
    return _said(service, known, 200)


def _content_of(service: HttpService, owner: str, identifier: str) -> Said:
    """The file, with Content-Disposition. Raises Refused."""
    found = _one(service, owner, identifier)
    name = f"attachment; filename*=UTF-8''{quote(found.name)}"
    return Said(found.content, headers={"Content-Disposition": name}, kind=found.media_type)


def _drop(service: HttpService, owner: str, identifier: str) -> Said:
    """204. Raises Refused: 409 for a document of a signed set."""
    found = _one(service, owner, identifier)
    if found.signed:
        raise Refused("STATE_CONFLICT", "Документ входит в подписанный комплект")
    del service.exchange.documents[identifier]
    return Said(None, 204)


def add(service: HttpService, owner: str, number: str, document: Document) -> None:
    """Keep it and journal it by our key, or by their id when it is theirs."""
    with service.carrier.lock:
        service.exchange.documents[document.id] = document
    service.carrier.note(
        "document.accepted", document.external_id or document.id, owner=owner, number=number,
        document_kind=document.kind, name=document.name, bytes=len(document.content),
    )  # fmt: skip


def _may_be_new(service: HttpService, owner: str, external_id: str) -> None:
    for one in of_owner(service, owner):
        if one.external_id == external_id:
            raise Refused("ALREADY_EXISTS", details={"id": one.id})


def _check_content(content: bytes, data: Mapping[str, Any]) -> None:
    if len(content) > MOST_BYTES:
        raise Refused("TOO_LARGE")
    found = []
    if hashlib.sha256(content).hexdigest() != str(data["sha256"]).lower():
        found.append(complaint("sha256", "sha256", "Контрольная сумма не совпадает"))
    if len(content) != data["sizeBytes"]:
        found.append(complaint("sizeBytes", "size", "Размер не совпадает"))
    if found:
        raise Refused("VALIDATION_FAILED", found[0]["message"], found)


def _added(service: HttpService, owner: str, number: str, data: Mapping[str, Any], content: bytes) -> Said:
    identifier = f"0a000200-0000-4000-8000-{len(service.exchange.documents) + 1:012d}"
    while identifier in service.exchange.documents:
        identifier = f"{identifier[:24]}{int(identifier[24:]) + 1:012d}"
    new = Document(
        identifier, owner, data["externalId"], data["kind"], data["fileName"], data["mediaType"], content,
        service.carrier.time(),
    )  # fmt: skip
    add(service, owner, number, new)
    return _said(service, new, 201)


def _said(service: HttpService, document: Document, status: int) -> Said:
    return Said(_info(service, document), status)


def _one(service: HttpService, owner: str, identifier: str) -> Document:
    found = service.exchange.documents.get(identifier)
    if found is None or found.owner != owner:
        raise Refused("NOT_FOUND", "Документ не найден")
    return found
