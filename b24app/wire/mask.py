"""Masking: what may be kept of requests and answers. Strings are hidden unless their key is known to be harmless.

Allowed by key, not forbidden by key: a field that nobody thought of stays hidden.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

EXCERPT = 1500
PARSE_MOST = 16 * 1024
ITEMS_MOST = 20
DEPTH_MOST = 8

#: Keys (lower case, without `_` and `-`) whose values are codes, ids, dates or sums, never about a person.
_HARMLESS_WORDS = """
    id ids entityid entitytypeid entitytype categoryid stageid stagesemanticid statusid typeid ownerid ownertype
    productid iblockid iblocksectionid parentid contactid contactids companyid assignedbyid userid historyid total next
    start finish duration processing operating operatingresetat datestart datefinish createdtime updatedtime movedtime
    error code state status type event placement halt select order granttype expires expiresin version memberid domain
    serverendpoint clientendpoint scope argument quantity price sum currency currencyid weight length width height
    requestuuid requestid uuid cdeknumber orderuuid tariffcode citycode deliverypoint shipmentpoint
    datetime sort semantics installed license licensetype active"""
HARMLESS = frozenset(word for line in _HARMLESS_WORDS.splitlines() for word in line.split())
_SECRET = re.compile(r"(?i)\b[0-9a-f]{24,}\b|\beyJ[\w-]{10,}\.[\w-]+\.[\w-]+|\b(?:bearer|basic)\s+[\w.~+/=-]+")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PHONE = re.compile(r"(?<![\w-])(?:\+\d|8|7)[\s(-]*\d{3}[\s)-]*(?:\d[\s-]*){6,8}\d?(?![\w-])|(?<!\d)\+\d{9,15}(?!\d)")
_PAIR = re.compile(
    r"(?i)\b(auth|access_token|refresh_token|client_secret|password|secure|token|secret|api_?key|application_token)"
    r"""(["']?\s*[=:]\s*["']?)[^\s"'&,;]+"""
)
_KEY_NOISE = re.compile(r"[^a-z0-9]")
#: Our own number of a shipment: the one string that a person searches the log for.
_OUR_NUMBER = re.compile(r"[A-Za-z0-9]{1,16}-\d{1,12}-\d{1,4}")


def mask_text(text: str) -> str:
    """Free text without tokens, phones and e-mails; for error descriptions and exceptions."""
    for pattern, word in ((_PAIR, r"\1\2***"), (_SECRET, "***"), (_EMAIL, "***@***"), (_PHONE, "***phone***")):
        text = pattern.sub(word, text)
    return text


def mask_url(url: str) -> str:
    """Scheme, host and path; the query may hold anything."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{mask_text(parts.path)}" + ("?…" if parts.query else "")


def mask_data(value: Any, key: str = "", depth: int = 0) -> Any:
    """The shape of a JSON value: harmless codes stay, other strings become `<length>`, long lists are cut."""
    if isinstance(value, Mapping):
        return _mask_map(value, depth)
    if isinstance(value, list | tuple):
        return _mask_list(list(value), key, depth)
    if isinstance(value, str):
        return _mask_string(value, key)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 10**9:
        return value if _harmless(key) else "<number>"
    return value


def excerpt(body: bytes, content_type: str = "") -> str:
    """At most 1,500 characters about a body that are safe to keep."""
    if not body:
        return ""
    if len(body) > PARSE_MOST:
        return f"<{len(body)} bytes>"
    return _shape(body, content_type)[:EXCERPT]


def _shape(body: bytes, content_type: str) -> str:
    text = body.decode("utf-8", "replace")
    if text.lstrip()[:1] in ("{", "["):
        try:
            return json.dumps(mask_data(json.loads(text)), ensure_ascii=False, separators=(",", ":"))
        except (ValueError, RecursionError):
            return f"<{len(body)} bytes of broken JSON>"
    if "form" in content_type:
        return json.dumps({key: _mask_string(item, key) for key, item in parse_qsl(text)}, ensure_ascii=False)
    return f"<{len(body)} bytes of {content_type or 'text'}>"


def _mask_map(value: Mapping[Any, Any], depth: int) -> Any:
    if depth >= DEPTH_MOST:
        return "{…}"
    shown = {_safe_key(str(name)): mask_data(item, str(name), depth + 1) for name, item in list(value.items())[:60]}
    return shown if len(value) <= 60 else shown | {"…": len(value) - 60}


def _mask_list(value: list[Any], key: str, depth: int) -> Any:
    if depth >= DEPTH_MOST:
        return "[…]"
    shown = [mask_data(item, key, depth + 1) for item in value[:ITEMS_MOST]]
    return shown if len(value) <= ITEMS_MOST else [*shown, f"… {len(value) - ITEMS_MOST} more"]


def _mask_string(value: str, key: str) -> str:
    if _is_command(value):
        method, _, query = value.partition("?")
        pairs = (
            f"{_safe_key(name)}={_mask_string(item, name)}" for name, item in parse_qsl(query, keep_blank_values=True)
        )
        return f"{method}?{'&'.join(pairs)}"
    if value == "" or _OUR_NUMBER.fullmatch(value):
        return value
    if _harmless(key):
        return mask_text(value)
    if key in ("error_description", "message", "description"):
        return mask_text(value)
    return f"<{len(value)}>"


def _is_command(value: str) -> bool:
    """A command of a Bitrix24 batch: `crm.item.get?id=1`."""
    return re.match(r"[a-z][a-z0-9]*(\.[a-z0-9]+)+\?", value, re.IGNORECASE) is not None


def _safe_key(key: str) -> str:
    return mask_text(unquote_plus(key))[:80]


def _harmless(key: str) -> bool:
    last = unquote_plus(key).rstrip("]").rpartition("[")[2]
    if last.isdigit():
        last = unquote_plus(key).partition("[")[0]
    return _KEY_NOISE.sub("", last.lower()) in HARMLESS
