"""The passport export of all offices, postamats and points: a zip with one big JSON text (§10.3)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from sandbox.russian_post.core import Post
from sandbox.russian_post.data import offices as data
from sandbox.russian_post.data.offices import OFFICE, POINT, POSTAMAT, VILLAGE, Office
from sandbox.russian_post.errors import gateway

#: Stands in a text where something is to be put.
_MARK = "@@"
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
        first = True
        for some in _chunks(_texts(post, _EXPORTS[kind], day)):
            text.write((b"" if first else b",") + ",".join(some).encode())
            first = False
        tail = {"unloadingDate": f"{day:%d.%m.%Y}", "vsnapshot": f"{day:%Y%m%d}"}
        text.write(b"]," + json.dumps(tail).encode()[1:])
    return out.getvalue()


_MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа",
    "сентября", "октября", "ноября", "декабря",
)  # fmt: skip


def _chunks(texts: Iterator[str]) -> Iterator[list[str]]:
    while some := list(islice(texts, 1000)):
        yield some


def _texts(post: Post, kinds: tuple[str, ...], day: date) -> Iterator[str]:
    """Every record as it stands in the file."""
    for number in range(post.switches.broken_points):
        yield json.dumps(_broken(number), ensure_ascii=False)
    for office in data.usual().values():
        if office.type in kinds and not office.closed:
            yield json.dumps(element(office, day), ensure_ascii=False)
    frames: dict[tuple[str, str], list[str]] = {}
    for number in range(post.switches.extra_points):
        office = data.generated(number)
        if office.type in kinds:
            key = (office.place.index, office.type)
            frame = frames.get(key) or frames.setdefault(key, _frame(office, day))
            values = (office.index, office.house, str(office.latitude), str(office.longitude))
            yield "".join(part for pair in zip(frame, (*values, ""), strict=True) for part in pair)


def _frame(office: Office, day: date) -> list[str]:
    """The text of a generated office around what differs: its index, house, latitude and longitude, in this order. The
    line of its address in words stays that of the first of its kind."""
    row = element(office, day)
    row["address"] |= {"index": _MARK, "house": _MARK}
    return json.dumps(row | {"latitude": _MARK, "longitude": _MARK}, ensure_ascii=False).split(_MARK)


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
