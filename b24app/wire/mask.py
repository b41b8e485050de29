"""Masking: what may be kept of requests and answers. Strings are hidden unless their key is known to be harmless.

Allowed by key, not forbidden by key: a field that nobody thought of stays hidden.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

EXCERPT = 1500
#: Ids in what an excerpt leaves out are kept behind it, so that a deal is found in a batch of fifty commands.
IDS_MOST = 150
IDS_MARK = " …ids "
IDS_FROM_MOST = 256 * 1024
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
#: +7 (917) 000-00-01, 8 917 000 00 01; any country's after a plus; ten digits of a mobile, whole or in groups.
_PHONE = re.compile(
    r"(?<![\w-])(?:\+\d|8|7)[\s(-]*\d{3}[\s)-]*(?:\d[\s-]*){6,8}\d?(?![\w-])"
    r"|(?<!\d)\+\d(?:[\s().-]{0,2}\d){8,14}(?!\d)"
    r"|(?<![\w-])9\d{9}(?![\w-])"
    r"|(?<![\w-])\(?\d{3}\)?[\s-]\d{3}[\s-]\d{2}[\s-]\d{2}(?![\w-])"
)
_PAIR = re.compile(
    r"(?i)\b(auth|access_token|refresh_token|client_secret|password|secure|token|secret|api_?key|application_token)"
    r"""(["']?\s*[=:]\s*["']?)[^\s"'&,;]+"""
)
_KEY_NOISE = re.compile(r"[^a-z0-9]")
#: Words of the other side quote what they object to: «ул. Баумана, 5», value [Olga]. Names of fields stay.
_QUOTED = re.compile(r"«[^»]*»|“[^”]*”|„[^“”]*[“”]|\"[^\"]*\"|'[^']*'|\[(?:[^\[\]]|\[\d*\])*\]|\([^)]*\)")
_VALUE = re.compile(r"(?i)(\bvalue\s*)\[[^\]]*\]")
_FIELD_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z][A-Za-z0-9_]*(?:\[\d*\]|[._][A-Za-z0-9_]+)*")
#: In exactly this spelling: `MESSAGE` is a notice to a person.
_ERROR_WORDS = frozenset({"error", "error_description", "error_message", "message"})
#: Where on earth somebody lives: numbers that a sum or a count never looks like.
_PLACES = frozenset({"latitude", "longitude", "lat", "lon", "lng"})
#: With what is under such a key a stranger is given a parcel: nothing of it stays, whatever it is called there.
_HANDS_OUT = re.compile(r"pickup\w*code|(?:confirm|verif)\w*code|pincode")
_ID_KEYS = frozenset({"id", "ownerid", "entityid", "dealid"})
_LISTED = re.compile(r"[?&]([^=&]*)=(\d{1,12})(?=&|$)")
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
    return f"{parts.scheme}://{host}{mask_text(unquote(parts.path))}" + ("?…" if parts.query else "")


def mask_words(text: str) -> str:
    """Words of the other side about an error: as `mask_text`, and without what they quote of ours."""
    return mask_text(_QUOTED.sub(_unquoted, _VALUE.sub(r"\1[***]", text)))


def _unquoted(found: re.Match[str]) -> str:
    whole = found[0]
    return whole if _FIELD_NAME.fullmatch(whole[1:-1]) else f"{whole[0]}***{whole[-1]}"


def mask_data(value: Any, key: str = "", depth: int = 0) -> Any:
    """The shape of a JSON value: harmless codes stay, other strings become `<length>`, long lists are cut."""
    if value and not isinstance(value, bool) and _HANDS_OUT.search(_plain_key(key)):
        return "***"
    if isinstance(value, Mapping):
        return _mask_map(value, depth)
    if isinstance(value, list | tuple):
        return _mask_list(list(value), key, depth)
    if isinstance(value, str):
        return _mask_string(value, key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "<number>" if _telling(value, key) else value
    return value


def _telling(value: float, key: str) -> bool:
    """Whether a number may be a phone, a passport or somebody's place."""
    return _plain_key(key) in _PLACES or (abs(value) >= 10**9 and not _harmless(key))


def excerpt(body: bytes, content_type: str = "") -> str:
    """At most 1,500 characters about a body that are safe to keep, then `…ids` with the ids that they leave out."""
    if not body:
        return ""
    if len(body) > PARSE_MOST:
        return (
            f"<{len(body)} bytes>{_ids_tail(_parsed(body), '')}"
            if len(body) <= IDS_FROM_MOST
            else f"<{len(body)} bytes>"
        )
    return _shape(body, content_type)


def _shape(body: bytes, content_type: str) -> str:
    text = body.decode("utf-8", "replace")
    if text.lstrip()[:1] in ("{", "["):
        data = _parsed(body)
        if data is None:
            return f"<{len(body)} bytes of broken JSON>"
        shown = json.dumps(mask_data(data), ensure_ascii=False, separators=(",", ":"))
        return shown if len(shown) <= EXCERPT else shown[:EXCERPT] + _ids_tail(data, shown[:EXCERPT])
    if "form" in content_type:
        return json.dumps({key: _mask_string(item, key) for key, item in parse_qsl(text)}, ensure_ascii=False)[:EXCERPT]
    return f"<{len(body)} bytes of {content_type or 'text'}>"


def _parsed(body: bytes) -> Any:
    """None for what is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _ids_tail(data: Any, shown: str) -> str:
    """The ids named in a body that its excerpt does not show."""
    known = set(re.findall(r"\d+", shown))
    left = [id_ for id_ in dict.fromkeys(_ids_in(data, "", 0)) if id_ not in known][:IDS_MOST]
    return f"{IDS_MARK}{' '.join(left)}" if left else ""


def _ids_in(value: Any, key: str, depth: int) -> Iterator[str]:
    if depth > DEPTH_MOST:
        return
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _ids_in(item, str(name), depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _ids_in(item, key, depth + 1)
    elif isinstance(value, str) and _is_command(value):
        for name, number in _LISTED.findall(value):
            if _plain_key(name) in _ID_KEYS:
                yield number
    elif _plain_key(key) in _ID_KEYS and str(value).isdecimal() and len(str(value)) <= 12:
        yield str(value)


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
    if key in _ERROR_WORDS:
        return mask_words(value)
    if _harmless(key):
        return mask_text(value)
    return f"<{len(value)}>"


def _is_command(value: str) -> bool:
    """A command of a Bitrix24 batch: `crm.item.get?id=1`."""
    return re.match(r"[a-z][a-z0-9]*(\.[a-z0-9]+)+\?", value, re.IGNORECASE) is not None


@lru_cache(maxsize=4096)
def _safe_key(key: str) -> str:
    return mask_text(unquote_plus(key))[:80]


def _harmless(key: str) -> bool:
    return _plain_key(key) in HARMLESS


@lru_cache(maxsize=4096)
def _plain_key(key: str) -> str:
    """`FIELDS[UF_X][]` -> `ufx`; a number in brackets is a place in a list, what it is called stands before it."""
    names = [part.rstrip("]") for part in unquote_plus(key).split("[")]
    named = [name for name in names if name and not name.isdigit()]
    return _KEY_NOISE.sub("", named[-1].lower()) if named else ""


#: Keys whose values name no house and no person: a city or an office may be shown whole.
_TOLD_WHOLE = frozenset(
    {"city", "region", "country", "pointcode", "service", "kind", "number", "mark", "stage", "system"}
)
_SECRETS = re.compile(r"(?i)secret|password|token|key|auth|sign|sealed")
_DOT = "•"


def veiled(value: Any, key: str = "") -> list[tuple[str, str]]:
    """A payload as (path, text) lines for a person who must see what was sent, not whose it was: numbers and codes
    stay, of names, addresses and phones only enough to recognise them."""
    if isinstance(value, Mapping):
        return [line for name, item in value.items() for line in veiled(item, f"{key}.{name}" if key else str(name))]
    if isinstance(value, list | tuple):
        found = [line for n, item in enumerate(value[:ITEMS_MOST]) for line in veiled(item, f"{key}.{n}")]
        return found if len(value) <= ITEMS_MOST else [*found, (key, f"… {len(value) - ITEMS_MOST}")]
    if value is None or value == "":
        return []
    return [
        (_safe_key(key), _veil(str(value), _last_name(key)) if isinstance(value, str) else str(mask_data(value, key)))
    ]


#: Names of values that open a door; a `ware_key` or an `author` opens none.
_DOOR_KEYS = re.compile(r"(?i)secret|passw|token|api_?key|authorization|credential|client_id|^(auth|login|key|sign)$")


def without_secrets(value: Any, key: str = "") -> Any:
    """A document with everything in it but what signs a call; for a person who may see whose it is."""
    if isinstance(value, Mapping):
        return {name: without_secrets(item, str(name)) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_secrets(item, key) for item in value]
    if value and isinstance(value, str | int) and not isinstance(value, bool) and _DOOR_KEYS.search(key):
        return _DOT * 8
    return value


def _last_name(path: str) -> str:
    names = [name for name in path.split(".") if not name.isdigit()]
    return names[-1] if names else ""


def _veil(text: str, key: str) -> str:
    plain = _KEY_NOISE.sub("", key.lower())
    if _SECRETS.search(plain):
        return _DOT * 8
    if _OUR_NUMBER.fullmatch(text) or plain in _TOLD_WHOLE or plain in HARMLESS:
        return mask_text(text)
    if "phone" in plain or re.fullmatch(r"\+?[\d\s()-]{7,}", text):
        digits = [at for at, sign in enumerate(text) if sign.isdigit()]
        shown = {*digits[:4], *digits[-2:]}
        return "".join(_DOT if at in digits and at not in shown else sign for at, sign in enumerate(text))
    first, comma, rest = text.partition(",")
    if comma and not any(sign.isdigit() for sign in first):  # the city of an address
        return first + comma + _veil_words(rest)
    return _veil_words(text)


def _veil_words(text: str) -> str:
    return re.sub(r"[\w@-]+\.?", lambda found: _veil_word(found[0]), text)


def _veil_word(word: str) -> str:
    if word.endswith(".") and len(word) <= 4 and not word[0].isdigit():
        return word
    hidden = _DOT * min(len(word), 8)
    return word[0] + hidden[1:] if len(word) > 2 and word[0].isalpha() else hidden
