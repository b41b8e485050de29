"""XML of the contract "b24logistics" (1c.md §6.4, §6.10): the JSON names in PascalCase, in one order, one namespace."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lxml import etree

from .one_c_http_shapes import Doc, Kind, Shape

NAMESPACE = "urn:b24-logistics:exchange:1"
_NSMAP: Any = {None: NAMESPACE}


class NotXml(ValueError):  # noqa: N818 - what it is
    """The body is no document of the contract; the text says why."""


def read_xml(body: bytes, doc: Doc, *, strict: bool = True) -> dict[str, Any]:
    """The document as JSON would have it; a number that is none stays a text. ``strict``: unknown elements stay too
    (to be complained of), else they are skipped. Raises NotXml, also for a DTD and for elements out of order."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise NotXml(str(problem)) from problem
    info: Any = root.getroottree().docinfo
    if info.doctype:
        raise NotXml("DTD запрещен")
    if root.tag != f"{{{NAMESPACE}}}{doc.root}":
        raise NotXml(f"ожидается элемент {doc.root} пространства имен {NAMESPACE}")
    return _object(root, doc.shape, strict)


def _object(node: Any, shape: Shape, strict: bool) -> dict[str, Any]:
    order = {pascal(name): (at, name) for at, name in enumerate(shape)}
    found: dict[str, Any] = {}
    last = -1
    for child in _children(node):
        tag = _local(child)
        if tag not in order:
            if strict:
                found[tag[:1].lower() + tag[1:]] = child.text or ""
            continue
        at, name = order[tag]
        if at <= last:
            raise NotXml(f"элемент {tag} не на своем месте")
        last = at
        found[name] = _value(child, shape[name], strict)
    return found


def _value(node: Any, kind: Kind, strict: bool) -> Any:
    if kind.type == "object" and kind.shape is not None:
        return _object(node, kind.shape, strict)
    if kind.type == "list" and kind.shape is not None:
        return [_object(child, kind.shape, strict) for child in _members(node, kind.item)]
    if kind.type == "values":
        return [child.text or "" for child in _members(node, "Value")]
    if len(node):
        raise NotXml(f"{_local(node)}: ожидается значение")
    return _scalar(node.text or "", kind.type)


def _scalar(value: str, kind: str) -> Any:
    if kind == "bool":
        return {"true": True, "false": False}.get(value, value)
    if kind in ("int", "number"):
        try:
            number = Decimal(value)
        except ArithmeticError:
            return value
        return int(number) if number == number.to_integral_value() else float(number)
    return value


def _members(node: Any, item: str) -> list[Any]:
    found = list(_children(node))
    if strange := next((_local(child) for child in found if _local(child) != item), ""):
        raise NotXml(f"{_local(node)}: ожидается {item}, а не {strange}")
    return found


def _children(node: Any) -> list[Any]:
    found = [child for child in node if isinstance(child.tag, str)]
    for child in (node, *found):
        if child.attrib:
            raise NotXml(f"{_local(child)}: атрибуты не используются")
        if etree.QName(child).namespace != NAMESPACE:
            raise NotXml(f"элемент {_local(child)} из чужого пространства имен")
    return found


def _local(node: Any) -> str:
    return str(etree.QName(node).localname)


def write_xml(doc: Doc, data: Mapping[str, Any], *, unknown_fields: bool = False) -> bytes:
    """A document; what has no value is left out, members that the shape does not know too."""
    root = etree.Element(f"{{{NAMESPACE}}}{doc.root}", nsmap=_NSMAP)
    _write(root, doc.shape, data, unknown_fields)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _write(node: Any, shape: Shape, data: Mapping[str, Any], unknown: bool) -> None:
    for name, kind in shape.items():
        value = data.get(name)
        if value is None or value == "":
            continue
        child = _under(node, pascal(name))
        if kind.type == "object" and kind.shape is not None:
            _write(child, kind.shape, value, unknown)
        elif kind.type == "list" and kind.shape is not None:
            for row in value:
                _write(_under(child, kind.item), kind.shape, row, unknown)
        elif kind.type == "values":
            for one in value:
                _under(child, "Value").text = str(one)
        else:
            child.text = _written(value, kind)
    if unknown:
        _under(node, "SandboxUnknownField").text = "nobody documented this"


def _under(node: Any, name: str) -> Any:
    return etree.SubElement(node, f"{{{NAMESPACE}}}{name}")


def _written(value: Any, kind: Kind) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind.decimals == 2:
        return f"{value:.2f}"
    return format(Decimal(str(value)).normalize(), "f") if isinstance(value, float) else str(value)


def pascal(name: str) -> str:
    return name[:1].upper() + name[1:]
