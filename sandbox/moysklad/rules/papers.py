"""Print forms, files and public links (§5.10)."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from sandbox.kernel.pdf import label_pdf
from sandbox.moysklad.errors import Refused
from sandbox.moysklad.model import Base, Entity, Paper

from .reading import Reader
from .saving import sku_of

if TYPE_CHECKING:
    from sandbox.moysklad.core import MoySklad

_TYPES = {"pdf": "application/pdf", "html": "text/html;charset=utf-8"}
#: §5.10: a set of a shipment may hold the order's forms, and the other way round.
_RELATED = {"demand": ("customerorder",), "customerorder": ("demand",)}


def export(sklad: MoySklad, reader: Reader, entity: Entity, body: Any) -> str:
    """A token of the link to the printed file. Raises Refused."""
    if not isinstance(body, dict):
        raise Refused(2009)
    if "template" in body and "templates" in body:
        raise Refused(33003, parameter="templates")
    if "templates" in body:
        pages = [page for row in _set(body["templates"])
                 for page in [_form(reader, entity, row.get("template"), related=True)] * row["count"]]  # fmt: skip
        return keep(sklad, _pdf(reader.base, entity, pages), "pdf", entity.name, sklad.switches.print_seconds)
    if "template" not in body:
        raise Refused(33001, parameter="template")
    form = _form(reader, entity, body["template"], related=False)
    extension = body.get("extension")
    if extension not in _TYPES:
        raise Refused(33002, extension, parameter="extension")
    if extension == "html":
        page = f"<html><body><h1>{html.escape(form)}</h1><p>{html.escape(entity.name)}</p></body></html>".encode()
        return keep(sklad, page, "html", entity.name, sklad.switches.print_seconds)
    return keep(sklad, _pdf(reader.base, entity, [form]), "pdf", entity.name, sklad.switches.print_seconds)


def _set(rows: Any) -> list[dict[str, Any]]:
    if not isinstance(rows, list) or not rows:
        raise Refused(33001, parameter="templates")
    for row in rows:
        count = row.get("count") if isinstance(row, dict) else None
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 10:
            raise Refused(33004, parameter="count")
    return rows


def _form(reader: Reader, entity: Entity, value: Any, *, related: bool) -> str:
    kind, identifier, of = reader.link("template", value)
    if kind not in ("embeddedtemplate", "customtemplate"):
        raise Refused(2027, "template", kind, "embeddedtemplate, customtemplate")
    found = reader.base.of(f"{of}.{kind}").get(identifier)
    if found is None or (of != entity.type and not (related and of in _RELATED.get(entity.type, ()))):
        raise Refused(33000, parameter="template")
    return found.name


def _pdf(base: Base, entity: Entity, forms: list[str]) -> bytes:
    rows = [f"{sku_of(base, row)} x {row.get('quantity'):g}" for row in entity.positions]
    code = entity.name if entity.name.isascii() and entity.name.isprintable() else entity.id
    return label_pdf([(code, [form, entity.name, *rows]) for form in forms])


def keep(sklad: MoySklad, content: bytes, extension: str, name: str, seconds: float) -> str:
    """A link that needs no sign-in, for so long."""
    token = sklad.new_id().replace("-", "")
    kind = _TYPES.get(extension, "application/octet-stream")
    sklad.links[token] = (sklad.time() + seconds, kind, f"{name}.{extension}", content)
    return token


def paper_of(base: Base, identifier: str) -> Paper | None:
    """A file of any object of the account."""
    for rows in base.objects.values():
        for entity in rows.values():
            for paper in entity.files:
                if paper.id == identifier:
                    return paper
    return None


def publish(sklad: MoySklad, reader: Reader, entity: Entity, body: Any) -> tuple[Entity, bool]:
    """A public link to a form, and whether it is new. Raises Refused."""
    if not isinstance(body, dict) or "template" not in body:
        raise Refused(3000, "template")
    form = _form(reader, entity, body["template"], related=False)
    rows = reader.base.of(f"{entity.id}.publication")
    for found in rows.values():
        if found.name == form:
            return found, False
    made = Entity("operationpublication", sklad.new_id(), reader.base.id, sklad.time(), sklad.time(),
                  {"name": form, "template": body["template"]})  # fmt: skip
    rows[made.id] = made
    entity.data["published"] = True
    return made, True


def published(host: str, entity: Entity, row: Entity) -> dict[str, Any]:
    root = f"{host}/api/remap/1.2/entity/{entity.type}/{entity.id}/publication/{row.id}"
    link = {"href": root, "type": "operationpublication", "mediaType": "application/json"}
    return {"meta": link, "template": row.get("template"), "href": f"{host}/p/{row.id[:8]}"}
