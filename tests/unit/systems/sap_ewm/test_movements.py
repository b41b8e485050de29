"""Goods issue call by call: LE's function import and EWM's bound action."""

from __future__ import annotations

from typing import Any

import pytest

from b24app.logistics.errors import LogisticsError, Refused
from b24app.systems.kit.directory import Directory
from b24app.systems.sap_ewm import movements
from b24app.wire.http import Answer
from tests.unit.systems.sap_ewm.test_wire import BASE, DONE, SERVICE, TOKEN, answer, error, opened, raised

ODO = f"{BASE}/sap/opu/odata4/sap/api_warehouse_odo_2/srvd_a2x/sap/warehouseoutbdeliveryorder/0001"
HEAD = {"@odata.etag": 'W/"SADL-1"', "EWMWarehouse": "1050", "EWMOutboundDeliveryOrder": "80000567"}


def message(kind: str, **more: str) -> dict[str, str]:
    return {"SystemMessageType": kind, "SystemMessageIdentification": "VL", "SystemMessageNumber": "608", **more}


def metadata(*keys: str, kind: str = "WhseOutboundDeliveryOrderHeadType") -> Answer:
    refs = "".join(f'<PropertyRef Name="{key}"/>' for key in keys)
    other = '<EntityType Name="OtherType"><Key><PropertyRef Name="X"/></Key></EntityType>'
    return Answer(200, {}, f'{other}<EntityType Name="{kind}"><Key>{refs}</Key></EntityType>'.encode(), 1)


def heads(*rows: dict[str, Any]) -> Answer:
    return answer({"value": list(rows)})


def test_les_function_goes_with_its_parameter_in_the_query_under_if_match() -> None:
    client, http = opened(TOKEN, answer({"d": {"results": [message("S")]}}))
    movements.issue(client, "80000123", "W/\"'0002'\"")
    call = http.calls[1]
    assert (call.verb, call.url) == ("POST", f"{SERVICE}/PostGoodsIssue")
    assert dict(call.params) == {"DeliveryDocument": "'80000123'"}
    assert (call.headers["If-Match"], call.headers["Accept"]) == ("W/\"'0002'\"", "application/json")


def test_an_error_inside_200_is_a_refusal_with_its_words() -> None:
    rows = [message("W"), message("E", SystemMessageVariable1="Picking is", SystemMessageVariable2="not finished")]
    client, _ = opened(TOKEN, answer({"d": {"results": rows}}))
    with pytest.raises(Refused) as caught:
        movements.issue(client, "1", "*")
    [problem] = caught.value.problems
    assert (problem.their_code, problem.their_text) == ("VL/608", "Picking is not finished")


@pytest.mark.parametrize(
    ("said", "want"),
    [
        (answer({"d": {"results": []}}), ""),
        (answer({"d": {"results": [7]}}), "Uncertain"),
        (answer({"d": {}}), "Uncertain"),
        (answer(7), "Uncertain"),
        (Answer(200, {}, b"<html>", 1), "Uncertain"),
        (
            answer({"d": {"results": [message("E", SystemMessageIdentification="MC", SystemMessageNumber="601")]}}),
            "Unavailable",
        ),
        (error("VL/608"), "Refused"),
        (error("X", 412), "Unavailable"),
        (error("MC/601"), "Unavailable"),
    ],
)
def test_other_answers_of_the_function(said: Answer, want: str) -> None:
    client, _ = opened(TOKEN, said)
    assert raised(lambda: movements.issue(client, "1", "*")) == want


@pytest.mark.parametrize(
    ("keys", "predicate"),
    [
        (("EWMOutboundDeliveryOrder",), "'80000567'"),
        (("EWMWarehouse", "EWMOutboundDeliveryOrder"), "EWMWarehouse='1050',EWMOutboundDeliveryOrder='80000567'"),
    ],
)
def test_ewms_action_goes_to_the_key_that_the_metadata_names(keys: tuple[str, ...], predicate: str) -> None:
    directory = Directory()
    client, http = opened(heads(HEAD), metadata(*keys), TOKEN, DONE, heads(HEAD), DONE)
    for _ in range(2):
        movements.issue_there(client, "80000567", directory)
    labels = ["movements.head", "movements.metadata", "csrf", "movements.issue", "movements.head", "movements.issue"]
    assert [call.label for call in http.calls] == labels  # the key is asked for once a day
    post = http.calls[3]
    assert post.url == f"{ODO}/WhseOutboundDeliveryOrderHead({predicate})/SAP__self.PostGoodsIssue"
    assert (post.headers["If-Match"], post.json) == ('W/"SADL-1"', {})


@pytest.mark.parametrize(
    "answers",
    [
        (heads(),),
        (heads(HEAD, HEAD),),
        (heads(HEAD), metadata()),
        (heads(HEAD), metadata("EWMOutboundDeliveryOrder", kind="Another")),
        (heads(HEAD), metadata("SomethingNew")),
        (heads(HEAD), Answer(404, {}, b"<html>", 1)),
    ],
)
def test_what_cannot_be_addressed_is_not_posted(answers: tuple[Answer, ...]) -> None:
    client, http = opened(*answers)
    with pytest.raises(LogisticsError):
        movements.issue_there(client, "80000567", Directory())
    assert all(call.verb == "GET" for call in http.calls)
