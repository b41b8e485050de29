"""What is asked of a 1C infobase's OData, letter by letter, and what its answers mean."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import pytest

from b24app.clock import SystemClock
from b24app.logistics.errors import AccountProblem, LogisticsError, Refused, Unavailable, Uncertain
from b24app.logistics.problem import Field, Who
from b24app.systems.kit import one_c_odata as odata
from b24app.systems.kit.meanings import Meanings
from b24app.systems.plugin import MemoryTokens, OpenContext
from b24app.wire.calls import Answer, Call, RemoteKey
from b24app.wire.http import Http
from tests.contract.systems.one_c_shapes import refusal

KEY = "0a000001-0000-4000-8000-000000000001"
ROOT = "https://1c.example.ru/wms/odata/standard.odata"
MEANINGS = Meanings((), [("partner_bad", Field.NAME, Who.MANAGER, "контрагент")])


class Scripted:
    """Answers one thing and remembers what it was asked."""

    def __init__(self, status: int = 200, body: Any = None) -> None:
        found = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        self.answer = Answer(status, {"content-type": "application/json"}, found, 1.0)
        self.asked: list[Call] = []

    def send(self, call: Call) -> Answer:
        self.asked.append(call)
        if call.sink is not None and self.answer.status == 200:
            call.sink.write(self.answer.body)
        return self.answer


def opened(http: Scripted) -> odata.OData:
    clock = SystemClock()
    context = OpenContext(
        {"login": "Обмен", "password": "пароль"}, "live", "https://1c.example.ru/wms/odata/standard.odata/",
        cast(Http, http), clock, MemoryTokens(clock), RemoteKey("one_c_wms", "1"),
    )  # fmt: skip
    return odata.OData(context, MEANINGS)


def test_names_and_filters_are_encoded_as_utf_8_and_a_blank_is_20() -> None:
    http = Scripted(body={"value": []})
    opened(http).rows(
        "Document_усЗаказ", "find", where="НомерКИС eq " + odata.text("B'24+1 & co"), select=("Ref_Key", "Number"),
        expand=("Контрагент",), top=2,
    )  # fmt: skip
    [call] = http.asked
    assert call.url == (
        f"{ROOT}/Document_%D1%83%D1%81%D0%97%D0%B0%D0%BA%D0%B0%D0%B7?$format=json&$filter=%D0%9D%D0%BE%D0%BC%D0%B5%D1%80"
        "%D0%9A%D0%98%D0%A1%20eq%20'B''24%2B1%20%26%20co'&$select=Ref_Key,Number"
        "&$expand=%D0%9A%D0%BE%D0%BD%D1%82%D1%80%D0%B0%D0%B3%D0%B5%D0%BD%D1%82&$top=2"
    )
    assert call.headers["Authorization"].startswith("Basic ")
    assert call.headers["Accept"] == "application/json"


def test_literals_keys_and_virtual_tables() -> None:
    assert odata.guid(KEY.upper()) == f"guid'{KEY}'"
    assert odata.any_of("Ref_Key", [odata.guid(KEY), odata.text("a")]) == f"Ref_Key eq guid'{KEY}' or Ref_Key eq 'a'"
    assert odata.by(Заказ_Key=odata.guid(KEY), Строка="1") == f"Заказ_Key=guid'{KEY}',Строка=1"
    condition = f"Заказ_Key eq {odata.guid(KEY)}"
    assert odata.table("R", "Balance", Period="datetime'2026-10-05T00:00:00'", Condition=condition) == (
        f"R/Balance(Period=datetime'2026-10-05T00:00:00',Condition='Заказ_Key eq guid''{KEY}''')"
    )
    assert odata.table("R", "Balance", Condition="") == "R/Balance()"
    assert odata.moment(datetime(2026, 10, 5, 12, 40)) == "2026-10-05T12:40:00"  # noqa: DTZ001 - infobase's own time
    assert [odata.is_key(value) for value in (KEY, odata.EMPTY, "", None, 7)] == [True, False, False, False, False]


def test_writes_name_the_object_and_post_without_operational_mode() -> None:
    http = Scripted(body={"Ref_Key": KEY})
    client = opened(http)
    client.create("Document_X", {"Имя": "Чай"}, "create")
    client.patch("Register_X", odata.by(Заказ_Key=odata.guid(KEY)), {"Статус": "Отменен"}, "patch")
    client.post("Document_X", KEY, "post")
    client.delete("Document_X", KEY, "delete")
    said = [(call.verb, call.url.removeprefix(ROOT)) for call in http.asked]
    assert said == [
        ("POST", "/Document_X?$format=json"),
        ("PATCH", f"/Register_X(%D0%97%D0%B0%D0%BA%D0%B0%D0%B7_Key=guid'{KEY}')?$format=json"),
        ("POST", f"/Document_X(guid'{KEY}')/Post?PostingModeOperational=false&$format=json"),
        ("DELETE", f"/Document_X(guid'{KEY}')?$format=json"),
    ]
    assert json.loads(http.asked[0].body or b"") == {"Имя": "Чай"}
    client.patch("Document_X", odata.guid(KEY), {}, "patch", "AAAAAQAAAAA=")
    assert [call.headers.get("If-Match", "") for call in http.asked[1:]] == ["", "", "", "AAAAAQAAAAA="]


READS: dict[str, Callable[[odata.OData], object]] = {
    "rows": lambda client: client.rows("Catalog_X", "rows"),
    "one": lambda client: client.one("Catalog_X", KEY, "one"),
}
WRITES: dict[str, Callable[[odata.OData], object]] = {
    "create": lambda client: client.create("Catalog_X", {}, "create"),
    "post": lambda client: client.post("Document_X", KEY, "post"),
    "patch": lambda client: client.patch("Document_X", odata.guid(KEY), {}, "patch"),
}


@pytest.mark.parametrize(
    ("status", "body", "read", "write"),
    [
        (401, b"<html>401</html>", AccountProblem, AccountProblem),
        (403, refusal("20", "Недостаточно прав"), AccountProblem, AccountProblem),
        (404, refusal("8", "Тип сущности не найден"), AccountProblem, AccountProblem),
        (400, refusal("10", "Свойство не найдено"), AccountProblem, AccountProblem),
        (404, b"<html>404</html>", Unavailable, Unavailable),
        (400, b"<html>400</html>", Unavailable, Unavailable),
        (412, refusal("-1", "Объект изменен"), Unavailable, Unavailable),
        (500, refusal("-1", "Не удалось провести"), Unavailable, Refused),
        (400, refusal("4", "Неверное значение"), Unavailable, Refused),
        (500, b"<html>500</html>", Unavailable, Uncertain),
        (503, b"", Unavailable, Uncertain),
        (200, b"<html></html>", Unavailable, Uncertain),
        (200, ["surprise"], Unavailable, Uncertain),
        (200, refusal("-1", "Ошибка под хорошим кодом"), Unavailable, Uncertain),
    ],
)
def test_what_an_answer_means(status: int, body: Any, read: type[LogisticsError], write: type[LogisticsError]) -> None:
    for calls, expected in (READS, read), (WRITES, write):
        for call in calls.values():
            with pytest.raises(LogisticsError) as caught:
                call(opened(Scripted(status, body)))
            assert isinstance(caught.value, expected)


def test_a_read_that_the_interface_declined_may_be_asked_for_otherwise() -> None:
    with pytest.raises(odata.Declined) as caught:
        opened(Scripted(400, refusal("21", "Ошибка вызова функции"))).rows(odata.table("R", "Balance"), "stock")
    assert caught.value.code == "21"
    for status, body in (500, b""), (200, b"<html></html>"), (412, refusal("-1", "Объект изменен")):
        with pytest.raises(Unavailable) as other:
            opened(Scripted(status, body)).rows("R", "stock")
        assert not isinstance(other.value, odata.Declined)


def test_their_words_are_kept_and_understood() -> None:
    with pytest.raises(Refused) as caught:
        opened(Scripted(500, refusal("-1", "Поле «Контрагент»\n не заполнено"))).post("Document_X", KEY, "post")
    [problem] = caught.value.problems
    assert (problem.code, problem.field, problem.their_code) == ("partner_bad", Field.NAME, "-1")
    assert problem.their_text == "Поле «Контрагент» не заполнено"


def test_what_is_not_there_is_none_and_nonsense_is_no_proof_of_it() -> None:
    missing = refusal("9", "Экземпляр сущности не найден")
    client = opened(Scripted(404, missing))
    assert client.one("Document_X", KEY, "one") is None
    client.delete("Document_X", KEY, "delete")
    for body in {"surprise": 1}, {"Ref_Key": odata.EMPTY}:
        with pytest.raises(Unavailable):
            opened(Scripted(200, body)).one("Document_X", KEY, "one")
    odd: list[Any] = [None, {}, ["x"], [None]]
    for value in odd:
        with pytest.raises(Unavailable):
            opened(Scripted(200, {"value": value})).rows("Document_X", "rows")
    assert opened(Scripted(200, b"\xef\xbb\xbf" + json.dumps({"value": []}).encode())).rows("Document_X", "rows") == []


def test_metadata_tells_what_is_published() -> None:
    body = (
        '<edmx:Edmx xmlns:edmx="x" Version="1.0"><edmx:DataServices><Schema Namespace="StandardODATA">'
        '<EntityType Name="Document_Заказ"><Property Name="НомерКИС" Type="Edm.String"/>'
        '<NavigationProperty Name="Контрагент"/></EntityType><EntityType Name="Document_Другой">'
        '<Property Name="Чужое"/></EntityType><EntityContainer><EntitySet Name="Document_Заказ"/>'
        '<EntitySet Name="Document_Другой"/></EntityContainer></Schema></edmx:DataServices></edmx:Edmx>'
    ).encode()
    found = opened(Scripted(200, body)).published(["Document_Заказ", "Document_Нет"])
    assert found == {"Document_Заказ": frozenset({"НомерКИС", "Контрагент"})}


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]><edmx:Edmx xmlns:edmx="x">&a;</edmx:Edmx>',
        b"<html><body>login</body></html>",
        b'<?xml version="1.0" encoding="nobody-knows"?><edmx:Edmx xmlns:edmx="x"/>',
        b"{}",
        b"",
    ],
)
def test_what_is_no_metadata_is_said(body: bytes) -> None:
    with pytest.raises(Unavailable):
        opened(Scripted(200, body)).published(["X"])


def test_metadata_behind_a_wrong_password_is_the_account() -> None:
    with pytest.raises(AccountProblem):
        opened(Scripted(401, b"<html>401</html>")).published(["X"])
