"""Documents both ways (moysklad.md §5.10): files of an order and its shipments, theirs and ours, and print forms, which
are made when they are fetched."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator

from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.warehouse import Attachment, FiledDocument
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.units import whole
from b24app.systems.moysklad.client import Client
from b24app.systems.moysklad.lists import DEMAND, ORDER
from b24app.systems.moysklad.reading import Reading
from b24app.systems.moysklad.tracking import Papers
from b24app.systems.moysklad.vocabulary import MOST_FILE, PDF, TEXT, Row, id_in, meta_of, moment, rows_in
from b24app.systems.plugin import OpenContext

FILE, PRINT = "file", "print"
_FORMS = {"e": "embeddedtemplate", "c": "customtemplate"}
#: How our key stands in a file's name.
_MARK = re.compile(r" \[wb ([^\[\]]+) [0-9a-f]{8}\](?=\.\w+$|$)")
_TYPES = {"pdf": PDF, "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "html": "text/html",
          "xls": "application/vnd.ms-excel", "zip": "application/zip"}  # fmt: skip
_KINDS = ((r"этикет|ярлык|label", "label"), (r"накладн|ттн|торг|waybill", "waybill"), (r"акт|act\b", "act"),
          (r"сч[её]т|упд|передаточн|invoice", "invoice"))  # fmt: skip
_NO_BRACKETS = str.maketrans("[]", "__")
_KEPT_S = 600.0


class Documents:
    def __init__(self, client: Client, reading: Reading, directory: Directory, context: OpenContext) -> None:
        self._client, self._reading, self._directory, self._context = client, reading, directory, context

    def attach(self, remote_id: str, document: Attachment) -> FiledDocument:
        """To the shipment, or to the order while there is none. The same bytes are not sent again; other ones take the
        place of those that stood under our key."""
        if len(document.content) > MOST_FILE:
            raise Refused([Problem("paper_too_big", Field.ORDER, Who.WAYBILL)])
        owners = _owners(self._papers(remote_id))
        name = marked(document)
        before = [(owner, row) for owner in owners for row in self._files(*owner) if _ours(row) == document.key]
        if already := [row for _, row in before if row.get("filename") == name]:
            return filed(already[0])
        kind, owner = owners[0]
        body = [{"filename": name, "content": b64encode(document.content).decode()}]
        try:
            rows = self._client.ask("POST", f"entity/{kind}/{owner}/files", "files.attach", write=True, json=body)
            mine = next((row for row in rows_in(rows) if row.get("filename") == name), None)
            if mine is None:
                raise Unavailable("files.attach: an answer without the file")
            for (kind, owner), row in before:
                self._client.ask("DELETE", f"entity/{kind}/{owner}/files/{_id(row)}", "files.delete", write=True)
        except Uncertain as error:
            raise Unavailable(str(error)) from error
        return filed(mine)

    def documents(self, remote_id: str) -> list[FiledDocument]:
        papers = self._papers(remote_id)
        owners = _owners(papers)
        found = [filed(row) for owner in owners for row in self._files(*owner)]
        return [*found, *(form for kind in dict.fromkeys(kind for kind, _ in owners) for form in self._forms(kind))]

    def fetch(self, remote_id: str, key: str) -> bytes:
        what, _, rest = key.partition(":")
        if what == FILE:
            return self._client.file("GET", f"download/{rest}", "files.fetch")
        kind, form, template = [*rest.split(":"), "", "", ""][:3]
        owner = next((owner for each, owner in _owners(self._papers(remote_id)) if each == kind), "")
        if what != PRINT or not owner or form not in _FORMS:
            raise Refused([Problem("order_unknown", Field.ORDER, Who.ADMIN)])
        body = {"template": self._client.ref(_FORMS[form], template, kind), "extension": "pdf"}
        return self._client.file("POST", f"entity/{kind}/{owner}/export", "papers.print", json=body)

    def _papers(self, remote_id: str) -> Papers:
        papers = self._reading.one(remote_id)
        if papers is None or papers.order.get("deleted"):
            raise Refused([Problem("order_unknown", Field.ORDER, Who.ADMIN)])
        return papers

    def _files(self, kind: str, owner: str) -> Iterator[Row]:
        return self._client.pages(f"entity/{kind}/{owner}/files", "files.list")

    def _forms(self, kind: str) -> list[FiledDocument]:
        """Print forms of a type, the account's own first."""

        def load() -> list[FiledDocument]:
            found = []
            for short in ("c", "e"):
                rows = self._client.pages(f"entity/{kind}/metadata/{_FORMS[short]}", "papers.forms")
                found += [_form(kind, short, row) for row in rows if row.get("id")]
            return found

        now = self._context.clock.now().timestamp()
        return self._directory.get((self._client.account, "forms", kind), now, _KEPT_S, load)


def _owners(papers: Papers) -> list[tuple[str, str]]:
    """Shipments, the newest first, then the order."""
    return [*((DEMAND, str(row["id"])) for row in papers.demands[::-1]), (ORDER, str(papers.order["id"]))]


# --- pure -------------------------------------------------------------------------------------------------------------


def marked(document: Attachment) -> str:
    """A file's name with our key and a mark of its bytes in it, by which it is known again; at most 255 signs."""
    stem, dot, extension = document.name.rpartition(".")
    stem, tail = (stem, f"{dot}{extension}") if stem and len(extension) <= 5 else (document.name, "")
    mark = f" [wb {document.key.translate(_NO_BRACKETS)} {hashlib.sha256(document.content).hexdigest()[:8]}]"
    return f"{stem[: TEXT - len(mark) - len(tail)]}{mark}{tail}"


def filed(row: Row) -> FiledDocument:
    filename = _filename(row)
    name = _MARK.sub("", filename)
    media = _TYPES.get(filename.rpartition(".")[2].lower(), "application/octet-stream")
    return FiledDocument(f"{FILE}:{_id(row)}", name, kind_of(name), media, whole(row.get("size")) or 0,
                         moment(row.get("created")), _ours(row))  # fmt: skip


def _filename(row: Row) -> str:
    return str(row.get("filename") or row.get("title") or "")


def _ours(row: Row) -> str:
    found = _MARK.search(_filename(row))
    return found[1] if found else ""


def _id(row: Row) -> str:
    return id_in(meta_of(row).get("href"))


def _form(kind: str, short: str, row: Row) -> FiledDocument:
    name = str(row.get("name") or "")
    return FiledDocument(f"{PRINT}:{kind}:{short}:{row['id']}", name, kind_of(name))


def kind_of(name: str) -> str:
    return next((kind for pattern, kind in _KINDS if re.search(pattern, name, re.IGNORECASE)), "other")
