"""Strict validation of a configurable activity's layout (crm §5.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.bitrix24.errors import RestError
from sandbox.bitrix24.wire import pairs_of

_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")
_SCOPES = ("web", "mobile")
_TAGS = ("warning", "success", "failure", "primary", "secondary")
Check = Callable[[str, Any], None]


def validate(layout: Any) -> None:
    """Raise the code of the first thing that is wrong."""
    _object("layout", layout, _LAYOUT, ("icon", "header", "body"))


def _object(path: str, value: Any, shape: Mapping[str, Check], required: tuple[str, ...] = ()) -> None:
    if not isinstance(value, dict):
        raise RestError("FIELD_IS_REQUIRED", f"Поле {path} должно быть объектом")
    for name in value:
        if name not in shape:
            raise RestError("FIELD_IS_REDUNDANT", f"Поле {path}.{name} избыточно")
    for name in required:
        if value.get(name) in (None, "", [], {}):
            raise RestError("FIELD_IS_REQUIRED", f"Поле {path}.{name} обязательно")
    for name, child in value.items():
        if child is not None:
            shape[name](f"{path}.{name}", child)


def _map(limit: int, check: Check) -> Check:
    def run(path: str, value: Any) -> None:
        rows = pairs_of(value)
        if len(rows) > limit:
            raise RestError("TOO_MANY_ITEMS", f"В поле {path} больше {limit} элементов")
        for key, child in rows:
            if not _KEY.match(key):
                raise RestError("KEY_CONTAIN_WRONG_SYMBOLS", f"Ключ {path}.{key} содержит недопустимые символы")
            check(f"{path}.{key}", child)

    return run


def _enum(*allowed: str) -> Check:
    def run(path: str, value: Any) -> None:
        if value not in allowed:
            raise RestError("ENUM_FIELD", f"Поле {path} может быть: {', '.join(allowed)}")

    return run


def _any(_path: str, _value: Any) -> None:
    """Whatever is there is fine."""


def _text(path: str, value: Any) -> None:
    if isinstance(value, dict) and set(value) - {"ru", "en"}:
        raise RestError("WRONG_LANG", f"Неизвестный язык в поле {path}")


def _shape(shape: Mapping[str, Check], *required: str) -> Check:
    return lambda path, value: _object(path, value, shape, required)


def _action(path: str, value: Any) -> None:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in _ACTIONS:
        raise RestError("ENUM_FIELD" if kind else "FIELD_IS_REQUIRED", f"Поле {path}.type неверно")
    shape, required = _ACTIONS[kind]
    _object(path, value, {"type": _any} | shape, required)


_ACTIONS: dict[str, tuple[dict[str, Check], tuple[str, ...]]] = {
    "redirect": ({"uri": _any}, ()),
    "restEvent": ({"id": _any, "actionParams": _any, "animationType": _enum("disable", "loader")}, ("id",)),
    "openRestApp": ({"actionParams": _any, "sliderParams": _any}, ()),
}
_SCOPE = {"scope": _enum(*_SCOPES)}
_COLOR = _enum("base_50", "base_60", "base_70", "base_90")
_TEXT_BLOCK = {
    "value": _text, "multiline": _any, "title": _text, "bold": _any, "size": _enum("xs", "sm", "md"), "color": _COLOR,
}  # fmt: skip


def _block(*kinds: str) -> Check:
    def run(path: str, value: Any) -> None:
        _object(path, value, {"type": _any, "properties": _any}, ("type",))
        kind = value["type"]
        if kind not in (kinds or _BLOCKS):
            raise RestError("ENUM_FIELD", f"Поле {path}.type неверно")
        shape, required = _BLOCKS[kind]
        _object(f"{path}.properties", value.get("properties") or {}, shape | _SCOPE, required)

    return run


_INNER = _block("text", "link", "deadline")
_BLOCKS: dict[str, tuple[dict[str, Check], tuple[str, ...]]] = {
    "text": (_TEXT_BLOCK, ("value",)),
    "largeText": ({"value": _text}, ("value",)),
    "link": ({"text": _text, "action": _action, "bold": _any}, ("text", "action")),
    "withTitle": ({"title": _text, "block": _INNER, "inline": _any}, ("title", "block")),
    "lineOfBlocks": ({"blocks": _map(20, _INNER)}, ("blocks",)),
    "deadline": ({"readonly": _any}, ()),
}
_BUTTON = {
    "title": _text, "type": _enum("primary", "secondary"), "action": _action, "hideIfReadonly": _any,
} | _SCOPE  # fmt: skip
_ITEM = {"title": _text, "action": _action, "hideIfReadonly": _any} | _SCOPE
_TAG = {"title": _text, "type": _enum(*_TAGS), "action": _action, "hideIfReadonly": _any} | _SCOPE
_MENU = {
    "showPinItem": _any, "showPostponeItem": _any, "showDeleteItem": _any,
    "items": _map(10, _shape(_ITEM, "title", "action")),
}  # fmt: skip
_LAYOUT: dict[str, Check] = {
    "icon": _shape({"code": _any}, "code"),
    "header": _shape({"title": _text, "titleAction": _action, "tags": _map(2, _shape(_TAG, "title", "type"))}, "title"),
    "body": _shape(
        {"logo": _shape({"code": _any, "action": _action}, "code"), "blocks": _map(20, _block())}, "logo", "blocks"
    ),
    "footer": _shape(
        {"buttons": _map(2, _shape(_BUTTON, "title", "type", "action")), "menu": _shape(_MENU)},
    ),
}
