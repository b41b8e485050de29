"""The passport export of all offices, postamats and points: a zip with one big JSON text (§10.3)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sandbox.russian_post.core import Post
from sandbox.russian_post.data import offices as data
from sandbox.russian_post.data.offices import OFFICE, POINT, POSTAMAT, VILLAGE, Office
from sandbox.russian_post.errors import gateway

_DAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_EXPORTS = {"ALL": (OFFICE, VILLAGE, POSTAMAT, POINT), "OPS": (OFFICE, VILLAGE), "PVZ": (POINT,), "APS": (POSTAMAT,)}


def passport(post: Post, kind: str) -> bytes:
    """The zip of ``GET /1.0/unloading-passport/zip``; its text is written record by record. Raises Refused."""
    if kind not in _EXPORTS:
        raise gateway(400, f"Illegal type: {kind}")
    day = post.moscow().date()
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(f"{kind}{day:%d}_{_MONTHS[day.month - 1]}_{day:%Y}.txt", "w") as text,
    ):
        text.write(b'{"passportElements":[')
        for number, row in enumerate(_elements(post, _EXPORTS[kind], day)):
            text.write((b"," if number else b"") + json.dumps(row, ensure_ascii=False).encode())
        tail = {"unloadingDate": f"{day:%d.%m.%Y}", "vsnapshot": f"{day:%Y%m%d}"}
        text.write(b"]," + json.dumps(tail).encode()[1:])
    return out.getvalue()


_MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа",
    "сентября", "октября", "ноября", "декабря",
)  # fmt: skip


def _elements(post: Post, kinds: tuple[str, ...], day: date) -> Iterator[dict[str, Any]]:
    for number in range(post.switches.broken_points):
        yield _broken(number)
    for office in data.every(post.switches.extra_points):
        if office.type in kinds and not office.closed:
            yield element(office, day)


def _broken(number: int) -> dict[str, Any]:
    """Records without sense, as big exports have them."""
    first = next(iter(data.usual().values()))
    good = element(first, date(2026, 1, 1))
    kinds: tuple[dict[str, Any], ...] = (
        {"type": "ПВЗ"},
        good | {"address": {"index": "", "region": None}},
        good | {"address": None, "latitude": "нет"},
        good | {"type": None, "address": {"index": 12}},
    )
    return kinds[number % len(kinds)]


def element(office: Office, day: date) -> dict[str, Any]:
    """One element of the export."""
    place, ecom = office.place, office.hands_out_ecom
    address = {
        "addressType": "DEFAULT", "index": office.index, "region": place.region, "place": place.named,
        "street": office.street, "house": office.house, "manualInput": False,
    }  # fmt: skip
    text = f"{office.index} {place.region} {place.name} г {office.street}, д. {office.house}"
    row: dict[str, Any] = {
        "address": address,
        "addressFias": {
            "ads": text,
            "addGarCode": place.guid(office.street, office.house),
            "locationGarCode": place.guid(),
            "regGarId": place.region_guid,
        },
        "ecom": "1" if ecom else "0",
        "onlineParcel": "0" if office.type == POSTAMAT else "1",
        "type": office.type,
        "latitude": str(office.latitude),
        "longitude": str(office.longitude),
        "workTime": [_work_time(name, found) for name, found in zip(_DAYS, office.week, strict=True)],
    }
    if ecom:
        row["ecomOptions"] = _ecom_options(office)
    if int(office.index) % 5 == 0:
        row["holidays"] = [_holiday(day)]
    return row


def _ecom_options(office: Office) -> dict[str, Any]:
    options: dict[str, Any] = {
        "brandName": office.brand or "Почта России",
        "getto": "Вход со двора, направо от лифта",
        "cardPayment": office.card,
        "cashPayment": office.cash,
        "contentsChecking": office.type == POINT,
        "functionalityChecking": False,
        "partialRedemption": False,
        "returnAvailable": office.type == POINT,
        "weightLimit": office.weight_kg,
        "withFitting": office.fitting,
    }
    return options


def _work_time(name: str, day: data.Day) -> str:
    if day is None:
        return f"{name}, выходной"
    text = f"{name}, открыто: {day[0]} - {day[1]}"
    return text + (f", перерыв: {day[2]} - {day[3]}" if len(day) == 4 else "")


def _holiday(day: date) -> dict[str, Any]:
    """New Year's eve is short, the day after is closed."""
    eve, first = datetime(day.year, 12, 31), datetime(day.year + 1, 1, 1)  # noqa: DTZ001 - days of a calendar
    short = {
        "dt": f"{eve:%Y-%m-%d}", "nm": eve.isoweekday(), "st": "09:00", "fn": "14:30",
        "rst": [{"st": "12:00", "fn": "13:00"}],
    }  # fmt: skip
    closed = {"dt": f"{first:%Y-%m-%d}", "nm": first.isoweekday()}
    return {"ds": f"{eve:%Y-%m-%d}", "df": f"{first:%Y-%m-%d}", "work": [short, closed]}
