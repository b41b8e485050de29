"""Boxberry's transport: tokens, encodings, error shapes, limits, faults."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from sandbox.boxberry import errors

from .conftest import SDATA, Client


def test_tokens_step_by_step(box: Client) -> None:
    assert requests.get(box.base + "/json.php", params={"method": "ListCities"}, timeout=9).json() == {
        "err": errors.NO_TOKEN
    }
    assert box.get("ListCities", token="0" * 32) == {"err": errors.WRONG_TOKEN}
    assert Client(box.world, 2).get("ListCities") == {"err": errors.BLOCKED}
    box.world.control.post(f"/boxberry/accounts/{box.token}", {"blocked": True})
    assert box.post("ParselCreate", sdata=SDATA) == {"err": errors.BLOCKED}
    assert box.world.journal.find(kind="order.accepted") == []


def test_unknown_methods_verbs_and_parameters_are_loud(box: Client) -> None:
    assert box.get("GetLastStatusData") == {"err": errors.UNKNOWN_METHOD}
    assert box.get("listcities") == {"err": errors.UNKNOWN_METHOD}
    assert box.get("ParselCreate") == {"err": errors.UNKNOWN_METHOD}
    assert box.get("ListPoints", City="68") == [{"err": "Неизвестное поле «City»"}]
    assert len([row for row in box.world.journal.find(kind="rest.call") if row.data.get("unknown")]) == 3


@pytest.mark.parametrize("encoding", ["json", "sdata", "nested"])
def test_an_order_comes_in_three_encodings(box: Client, encoding: str) -> None:
    head = {"token": box.token, "method": "ParselCreate"}
    flat = {"sdata[order_id]": "D-2001", "sdata[vid]": "1", "sdata[shop][name]": "02001", "sdata[price]": "10",
            "sdata[customer][fio]": "Пётр", "sdata[customer][phone]": "9001112233", "sdata[weights][weight]": "500",
            "sdata[items][0][name]": "А", "sdata[items][0][price]": "5", "sdata[items][0][quantity]": "2"}  # fmt: skip
    sent: dict[str, dict[str, Any]] = {
        "json": {"json": head | {"sdata": SDATA}},
        "sdata": {"data": head | {"sdata": json.dumps(SDATA)}},
        "nested": {"data": head | flat},
    }
    answer = requests.post(box.base + "/json.php", timeout=9, **sent[encoding]).json()
    assert answer["track"].startswith("AAP")
    assert answer["label"] == f"{box.base}/parcel-files/barcodes?parcel_id={answer['track'][3:]}&token={box.token}"
    (info,) = box.post("ParcelInfo", parcels=[{"order_id": "D-2001"}])
    assert info["recipient_data"]["phone"] == "79001112233"
    assert info["products"][0]["quantity"] == (2 if encoding == "nested" else 1)


def test_each_method_refuses_in_its_own_shape(box: Client) -> None:
    assert box.get("ZipCheck") == [{"err": "Необходимо заполнить «Zip»."}]
    assert box.get("DeliveryCosts") == {"err": errors.NO_WEIGHT}
    assert box.get("CancelOrder", orderid="no", cancelType="3") == {"err": True, "message": errors.CANCEL_TYPE}
    bad = [{"Width": 6.5, "Height": 6, "Depth": 6, "Weight": 3700}]
    assert box.post("DeliveryCalculation", BoxSizes=bad) == {"error": True, "message": errors.NOT_INTEGER}
    for shape in errors.SHAPES:
        box.set(error_shape=shape)
        assert box.get("ZipCheck") == errors.wrapped("Необходимо заполнить «Zip».", shape)


def test_limits_count_a_second_of_a_token(box: Client) -> None:
    box.set(rate_limit=2, rate_limit_points=1)
    assert len(box.get("ParselStory")) == len(box.get("ParselStory")) == 0
    assert box.get("ParselStory") == [{"err": errors.TOO_OFTEN}]
    assert Client(box.world, 1).get("ParselStory") == []
    assert box.get("PointsDescription", code="02001")["CityName"] == "Санкт-Петербург"
    assert box.get("PointsDescription", code="02001") == {"err": errors.TOO_OFTEN}
    box.set(rate_answer="429")
    params = {"method": "ParselStory", "token": box.token}
    assert requests.get(box.base + "/json.php", params=params, timeout=9).status_code == 429
    box.set(rate_answer="empty")
    assert requests.get(box.base + "/json.php", params=params, timeout=9).text == ""
    box.world.clock.advance(1)
    assert box.get("ParselStory") == []


def test_faults_are_pages_and_answers_may_be_escaped_or_extended(box: Client) -> None:
    box.world.control.fault("boxberry", "status", params={"status": 502}, match={"portal": box.token}, times=1)
    page = requests.get(box.base + "/json.php", params={"method": "ListCities", "token": box.token}, timeout=9)
    assert (page.status_code, page.text[:6]) == (502, "<html>")
    raw = requests.get(box.base + "/json.php", params={"method": "ListCities", "token": box.token}, timeout=9)
    assert raw.content.isascii()
    box.set(escape_unicode=False, unknown_fields=True)
    raw = requests.get(box.base + "/json.php", params={"method": "ListCities", "token": box.token}, timeout=9)
    assert "Казань".encode() in raw.content
    assert all("sandbox_unknown_field" in row for row in raw.json())
    assert all("sandbox_unknown_field" in row for row in box.get("ListPoints", CityCode="68"))
