"""API_CV_ATTACHMENT_SRV: documents attached to a delivery (§6.3). Off unless the switch says so: nothing of it is
confirmed. Its keys beside the contract's are as public clients write them."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Flask, Response, g, request

from .core import Sap
from .errors import Refused
from .model import Delivery, Paper
from .values import literal
from .wire import guard_write, hand_out, note, user

_NAME = "API_CV_ATTACHMENT_SRV"
_ROOT = f"/sap/opu/odata/sap/{_NAME}"
_JSON = "application/json;charset=utf-8"


def add(app: Flask, sap: Sap) -> None:
    def begin() -> None:
        g.service = _NAME, "0001"
        if not sap.switches.attachments or _NAME in sap.switches.unregistered:
            raise Refused("/IWFND/MED/170", name=_NAME, version="0001")
        guard_write(sap, _NAME)

    @app.get(f"{_ROOT}/")
    def root() -> Response:
        with sap.lock:
            begin()
            return hand_out(
                sap, Response(json.dumps({"d": {"EntitySets": ["AttachmentContentSet"]}}), content_type=_JSON)
            )

    @app.get(f"{_ROOT}/GetAllOriginals")
    def originals() -> Response:
        with sap.lock:
            begin()
            given = [_text(request.args.get(name)) for name in ("LinkedSAPObjectKey", "BusinessObjectTypeName")]
            delivery = _delivery(sap, *given)
            note(key=delivery.mark or delivery.number)
            rows = [_row(sap, delivery, paper) for paper in delivery.papers]
            return Response(json.dumps({"d": {"results": rows}}, ensure_ascii=False), content_type=_JSON)

    @app.post(f"{_ROOT}/AttachmentContentSet")
    def attach() -> Response:
        with sap.lock:
            begin()
            delivery = _delivery(
                sap, request.headers.get("LinkedSAPObjectKey", ""), request.headers.get("BusinessObjectTypeName", "")
            )
            name = request.headers.get("Slug", "")
            if not name or not request.get_data():
                raise Refused("/IWBEP/CM_MGW_RT/028", "Slug", name="Slug")
            paper = put(sap, delivery, name, request.mimetype, request.get_data(), user().name)
            note(key=delivery.mark or delivery.number)
            body = {"d": _row(sap, delivery, paper)}
            return Response(json.dumps(body, ensure_ascii=False), 201, content_type=_JSON)

    @app.get(f"{_ROOT}/AttachmentContentSet(<predicate>)/$value")
    def content(predicate: str) -> Response:
        with sap.lock:
            begin()
            given = dict(re.findall(r"(\w+)='([^']*)'", predicate))
            delivery = _delivery(sap, given.get("LinkedSAPObjectKey", ""), given.get("BusinessObjectTypeName", ""))
            found = [paper for paper in delivery.papers if paper.number == given.get("ArchiveDocumentID")]
            if not found:
                raise Refused("/IWBEP/CM_MGW_RT/020", name="AttachmentContentSet")
            return Response(found[0].content, content_type=found[0].mime)


def put(sap: Sap, delivery: Delivery, name: str, mime: str, content: bytes, by: str) -> Paper:
    """Also from the control API, as somebody in SAP would."""
    paper = Paper(f"{next(sap.small_numbers):032X}", name, mime, content, sap.now(), by)
    delivery.papers.append(paper)
    sap.note("document.accepted", name, delivery=delivery.number, by=by, bytes=len(content))
    return paper


def _text(given: str | None) -> str:
    try:
        return str(literal(given or ""))
    except ValueError:
        raise Refused("/IWBEP/CM_MGW_RT/027", name="LinkedSAPObjectKey", value=given) from None


def _delivery(sap: Sap, key: str, kind: str) -> Delivery:
    found = sap.delivery(key, "J") or sap.delivery(key, "T")
    if kind != "LIKP" or len(key) != 10 or found is None:
        raise Refused("VL/055", delivery=key)
    return found


def _row(sap: Sap, delivery: Delivery, paper: Paper) -> dict[str, Any]:
    key = {
        "DocumentInfoRecordDocType": "", "DocumentInfoRecordDocNumber": "", "DocumentInfoRecordDocVersion": "",
        "DocumentInfoRecordDocPart": "", "LogicalDocument": "", "ArchiveDocumentID": paper.number,
        "LinkedSAPObjectKey": f"{int(delivery.number):010d}", "BusinessObjectTypeName": "LIKP",
    }  # fmt: skip
    pairs = ",".join(f"{name}='{value}'" for name, value in key.items())
    uri = f"{sap.base_url}{_ROOT}/AttachmentContentSet({pairs})"
    return {
        "__metadata": {"id": uri, "uri": uri, "type": f"{_NAME}.AttachmentContent", "content_type": paper.mime,
                       "media_src": f"{uri}/$value"},
        **key, "FileName": paper.name, "FileSize": str(len(paper.content)), "MimeType": paper.mime,
        "CreatedByUser": paper.by, "CreationDateTime": f"/Date({int(paper.at.timestamp() * 1000)})/",
    }  # fmt: skip
