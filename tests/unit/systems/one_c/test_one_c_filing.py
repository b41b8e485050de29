"""Documents of an object in 1C: what an upload holds, what their metadata tell."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from b24app.logistics.warehouse import Attachment
from b24app.systems.kit.one_c_filing import our_key, parse, upload


def test_an_upload_carries_its_hash_and_a_key_that_fits() -> None:
    document = Attachment("k" * 65, "label", "Э" * 300 + ".pdf", "application/pdf", b"%PDF-")
    sent = upload(document)
    assert list(sent) == ["externalId", "kind", "fileName", "mediaType", "sha256", "sizeBytes", "contentBase64"]
    assert (sent["kind"], sent["sizeBytes"], sent["contentBase64"]) == ("label", 5, "JVBERi0=")
    assert sent["sha256"] == hashlib.sha256(b"%PDF-").hexdigest()
    assert str(sent["fileName"]).endswith("Э.pdf")
    assert (len(str(sent["fileName"])), len(our_key("k" * 65)), our_key("k" * 64)) == (255, 64, "k" * 64)
    assert upload(Attachment("1", "pod", "x", "image/png", b"x"))["kind"] == "other"


def test_their_metadata_may_leave_things_out() -> None:
    row = {"documentId": "7", "fileName": "ТТН.pdf", "kind": "pod", "sizeBytes": "12",
           "createdAt": "2026-10-05T12:40:00+03:00"}  # fmt: skip
    filed = parse(row)
    assert filed is not None
    assert (filed.key, filed.name, filed.kind, filed.bytes, filed.ours) == ("7", "ТТН.pdf", "other", 12, "")
    assert filed.at == datetime(2026, 10, 5, 9, 40, tzinfo=UTC)
    assert parse({"fileName": "x"}) is None
