"""Our published contract with 1C: it holds together, the 1C modules are made for it, and both our sides keep to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator

from b24app.logistics.errors import Refused
from b24app.logistics.warehouse import Attachment
from sandbox.world import World
from tests.contract.systems.one_c_tms_harness import OneCTmsHarness
from tests.fidelity.one_c_openapi import (
    FOLDER,
    complaints,
    errors,
    operation_of,
    operations,
    resolved,
    specification,
    xml_order,
)
from tests.fidelity.recorder import Exchange, second_door

MODULES = {path.stem: path.read_text("utf-8") for path in FOLDER.glob("*.bsl")}
LABEL = Attachment("file-88", "label", "Этикетка.pdf", "application/pdf", b"%PDF-1.4 label")


# --- the file ---------------------------------------------------------------------------------------------------------


def test_the_file_is_whole() -> None:
    """Every reference leads somewhere, schemas are schemas, parameters of a path are declared, names are unique."""
    found = specification()
    assert found["openapi"] == "3.0.3"
    text = (FOLDER / "openapi.json").read_text("utf-8")
    for target in set(re.findall(r'"\$ref": "#/([^"]+)"', text)):
        node: Any = found
        for part in target.split("/"):
            node = node[part]
    for schema in found["components"]["schemas"].values():
        OAS30Validator.check_schema(schema)
    ids = Counter(operation["operationId"] for _, _, operation in operations())
    assert [name for name, number in ids.items() if number > 1] == []
    for method, path, operation in operations():
        parameters = [resolved(each) for each in operation["parameters"]]
        declared = {each["name"] for each in parameters if each["in"] == "path"}
        assert declared == set(re.findall(r"\{(\w+)\}", path)), path
        assert ("Idempotency-Key" in {each["name"] for each in parameters}) is (method == "post"), path


def test_documents_that_are_wrong_are_told_apart() -> None:
    """The judge is no yes-man."""
    good = {"reasonCode": "other"}
    takes = {"$ref": "#/components/schemas/CancelRequest"}
    assert errors(takes, good) == []
    wrong: list[Any] = [{}, {"reasonCode": "mood"}, {**good, "strange": 1}, {**good, "expectedRevision": 0}, []]
    for bad in wrong:
        assert errors(takes, bad)
    with pytest.raises(KeyError):
        operation_of("PATCH", "/tms/hs/b24logistics/v1/transport-requests/1")


# --- the modules ------------------------------------------------------------------------------------------------------


def test_the_service_module_handles_every_call_of_the_contract() -> None:
    lines = re.findall(r"^// (/v1\S+)\s+(GET|POST|PUT|DELETE)\s+(\w+)$", MODULES["module"], re.MULTILINE)
    wanted = sorted((path, verb) for verb, path, _ in operations())
    assert sorted((path, verb.lower()) for path, verb, _ in lines) == wanted
    handlers = re.findall(r"^Функция (\w+)\(Запрос\)", MODULES["module"], re.MULTILINE)
    assert sorted(handler for _, _, handler in lines) == sorted(handlers)
    for path, verb, handler in lines:
        body = MODULES["module"].partition(f"Функция {handler}(")[2].partition("КонецФункции")[0]
        assert ("b24л_Обмен.Записать(" in body) is (verb == "POST"), path
        answer = re.search(r'"([A-Z]\w+)"', body)
        if answer:
            declared = str(operation_of(verb, f"/hs/b24logistics{path}")["responses"])
            assert f"schemas/{answer[1]}'" in declared, path


def test_modules_call_only_what_there_is_and_their_blocks_are_closed() -> None:
    names = {"b24л_Обмен": "exchange", "b24л_XML": "xml", "b24л_Сопоставление": "mapping"}
    for text in MODULES.values():
        for module, function in re.findall(r"(b24л_(?:Обмен|XML|Сопоставление))\.(\w+)\(", text):
            head = rf"^(?:Функция|Процедура) {function}\([^\n]*\) Экспорт$"
            assert re.search(head, MODULES[names[module]], re.MULTILINE), f"{module}.{function}"
    pairs = (("Функция", "КонецФункции"), ("Процедура", "КонецПроцедуры"), ("Если", "КонецЕсли"),
             ("Попытка", "КонецПопытки"), ("Для", "КонецЦикла"), ("#Область", "#КонецОбласти"))  # fmt: skip
    for name, text in MODULES.items():
        code = re.sub(r"//[^\n]*", "", re.sub(r'"(?:[^"\n]|\n\s*\|)*"', '""', text))
        for opened, closed in pairs:
            begins = len(re.findall(rf"^\s*{opened}\b", code, re.MULTILINE))
            begins += len(re.findall(r"^\s*Пока\b", code, re.MULTILINE)) if opened == "Для" else 0
            assert begins == len(re.findall(rf"^\s*{closed}\b", code, re.MULTILINE)), (name, opened)
        defined = set(re.findall(r"^(?:Функция|Процедура) (\w+)\(", code, re.MULTILINE))
        assert len(defined) == len(re.findall(r"^(?:Функция|Процедура) (\w+)\(", code, re.MULTILINE)), name


def test_the_xml_module_writes_members_in_the_contracts_order() -> None:
    table = MODULES["xml"].partition("Функция ПорядокВсех()")[2].partition('";')[0]
    written = dict(re.findall(r'^[\s|"]*(?:Возврат ")?([A-Z][\w/]*)=([\w,]+)$', table, re.MULTILINE))
    assert {path: order.split(",") for path, order in written.items()} == xml_order()


def test_every_code_of_an_error_has_its_http_status_in_the_module() -> None:
    codes = specification()["components"]["schemas"]["Error"]["properties"]["error"]["properties"]["code"]["enum"]
    table = dict(re.findall(r"([A-Z_]{4,})=(\d{3})", MODULES["exchange"]))
    # The platform itself answers a method that there is not.
    assert set(table) == set(codes) - {"METHOD_NOT_ALLOWED"}


# --- both sides -------------------------------------------------------------------------------------------------------


class Recorded(OneCTmsHarness):
    """Our plug-in, at the recorded door."""

    door = ""

    def base_url(self) -> str:
        return self.door


@pytest.fixture
def calls(world: World) -> Iterator[list[Exchange]]:
    with second_door(world, "one_c_tms") as (url, exchanges):
        Recorded.door = f"{url}/tms"
        yield exchanges


def test_our_plug_in_and_the_emulated_1c_keep_to_the_contract(world: World, calls: list[Exchange]) -> None:
    with closing(Recorded(world)) as tms:
        _whole_life(tms)
    assert [words for call in calls for words in complaints(call)] == []
    used = {operation_of(call.method, call.path)["operationId"] for call in calls}
    assert used == {
        "health", "createRequest", "findRequest", "readRequest", "changedRequests", "events", "cancelRequest",
        "requestAttach", "requestDocuments", "requestContent",
    }  # fmt: skip
    assert {call.status for call in calls} >= {200, 201, 202, 401, 403, 404, 409, 422, 503}


def _whole_life(tms: Recorded) -> None:
    list(tms.port.test())
    order = tms.make()
    tms.raised(lambda: tms.port.find("wb-404-1"))
    tms.control("POST", "orders/wb-1-1/status", {"code": "delivery_failed", "problem": "ADDRESS", "place": "Казань"})
    tms.port.attach(order.remote_id, LABEL)
    tms.add_document("wb-1-1")
    for filed in tms.port.documents(order.remote_id):
        tms.port.fetch_document(order.remote_id, filed.key)
    tms.port.pull("", list)
    tms.port.read_many([order.remote_id, tms.no_such_order()])
    tms.raised(lambda: tms.port.cancel(order.remote_id))
    tms.port.cancel(tms.make("wb-2-1").remote_id)
    tms.port.create_return(tms.return_request(order, "wb-1-r1"))
    with pytest.raises(Refused):
        tms.port.create(tms.refused_request())
    tms.raised(lambda: tms.open(password="wrong").find("wb-1-1"))
    tms.raised(lambda: tms.open(login="b24_viewer", password="viewer-secret").find("wb-1-1"))
    tms.switch(decision_min=60, decision_max=60)
    tms.port.create(tms.request("wb-3-1"))
    tms.switch(decision_min=0, decision_max=0, maintenance=True)
    tms.raised(lambda: tms.port.find("wb-1-1"))
    tms.switch(maintenance=False)
