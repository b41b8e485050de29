"""What goes into a message, and what a fault means."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from b24app.logistics.errors import AccountProblem, LogisticsError, Unavailable, Uncertain
from b24app.logistics.problem import Field, Who
from b24app.systems.dpd.client import Client, Said, refused
from b24app.systems.kit.soap import SoapFault
from b24app.systems.plugin import OpenContext

SETTINGS = {"client_number": "1000000001", "client_key": "KEY"}


class Soap:
    """One service that answers with a fault, or with nothing."""

    def __init__(self, fault: SoapFault | None = None) -> None:
        self.fault, self.calls = fault, []  # type: ignore[var-annotated]

    def call(self, operation: str, label: str, body: dict[str, Any], write: bool = False) -> Any:
        self.calls.append((operation, label, body, write))
        if self.fault is not None:
            raise self.fault


def client(fault: SoapFault | None = None, /, **settings: str) -> tuple[Client, Soap]:
    given = {**SETTINGS, **settings}
    context = SimpleNamespace(base_url="https://ws.dpd.ru/", setting=lambda name: given.get(name, ""))
    made, soap = Client(cast(OpenContext, context)), Soap(fault)
    made._soaps = cast(Any, dict.fromkeys(made._soaps, soap))
    return made, soap


def detail(name: str, inner: str) -> Any:
    from lxml import etree

    return etree.fromstring(f'<detail><n:{name} xmlns:n="urn:dpd">{inner}</n:{name}></detail>')


def fault(text: str, tree: Any = None) -> SoapFault:
    return SoapFault("S:Server", text, tree=tree)


def test_the_keys_are_in_every_message_at_their_place() -> None:
    made, soap = client()
    made.call("order2", "createOrder2", "orders", {"header": 1}, write=True)
    made.call("geography2", "getTerminalsSelfDelivery2", "auth")
    auth = {"clientNumber": 1000000001, "clientKey": "KEY"}
    assert soap.calls == [
        ("createOrder2", "order2.createOrder2", {"orders": {"auth": auth, "header": 1}}, True),
        ("getTerminalsSelfDelivery2", "geography2.getTerminalsSelfDelivery2", {"auth": auth}, False),
    ]
    assert made.address("order2") == "https://ws.dpd.ru/services/order2"


@pytest.mark.parametrize("settings", [{"client_number": "ООО"}, {"client_number": ""}, {"client_key": ""}])
def test_keys_that_cannot_be_keys_are_not_sent(settings: dict[str, str]) -> None:
    made, soap = client(**settings)
    with pytest.raises(AccountProblem) as caught:
        made.call("order2", "getOrderStatus", "orderStatus", {})
    assert (caught.value.problem.code, caught.value.problem.who, soap.calls) == ("account_refused", Who.ADMIN, [])


@pytest.mark.parametrize(
    ("given", "read", "written"),
    [
        (fault("Ошибка авторизации"), AccountProblem, AccountProblem),
        (fault("Неверный ключ клиента"), AccountProblem, AccountProblem),
        (fault("Указан неверный clientKey", detail("WSFault", "<code>x</code>")), AccountProblem, AccountProblem),
        (fault("x", detail("WSFault", "<code>wrong-auth</code>")), AccountProblem, AccountProblem),
        # "подключения" is no key.
        (fault("Посылки еще не поступили либо дата заказа ранее подключения клиента к сервису"), Said, Said),
        (fault("Данные не найдены"), Said, Said),
        (fault("Нельзя", detail("WSFault", "<message>Нельзя</message>")), Said, Said),
        (fault("Нельзя", detail("ServiceCostFault", "")), Said, Said),
        (fault("java.lang.NullPointerException"), Unavailable, Uncertain),
        (fault("java.lang.NullPointerException", detail("exception", "<stackTrace/>")), Unavailable, Uncertain),
        (fault(""), Unavailable, Uncertain),
    ],
)
def test_a_fault_is_about_the_keys_the_question_or_the_server(
    given: SoapFault, read: type[Exception], written: type[Exception]
) -> None:
    made, _ = client(given)
    with pytest.raises((LogisticsError, Said)) as caught:
        made.call("order2", "getOrderStatus", "orderStatus")
    assert type(caught.value) is read
    with pytest.raises((LogisticsError, Said)) as caught:
        made.call("order2", "createOrder2", "orders", write=True)
    assert type(caught.value) is written


def test_an_ambiguous_city_names_its_side_and_candidates() -> None:
    row = "<{0}><cityName>Киров</cityName><regionName>Калужская область</regionName></{0}>"
    for side, code, field in (
        ("deliveryDups", "city_ambiguous", Field.ADDRESS), ("pickupDups", "sender_city_unknown", Field.SENDER),
    ):  # fmt: skip
        made, _ = client(
            fault("Неоднозначно", detail("ServiceCostFault2", "<code>too-many-rows</code>" + row.format(side)))
        )
        with pytest.raises(Said) as caught:
            made.call("calculator2", "getServiceCost2", "request")
        [problem] = refused(caught.value).problems
        assert (problem.code, problem.field, problem.their_code) == (code, field, "too-many-rows")
        assert problem.params == {"city": "Киров", "candidates": ["Киров (Калужская область)"]}


def test_another_fault_is_shown_in_their_words() -> None:
    made, _ = client(fault("Вес должен быть больше нуля", detail("WSFault", "<code>wrong-weight</code>")))
    with pytest.raises(Said) as caught:
        made.call("calculator2", "getServiceCost2", "request")
    [problem] = refused(caught.value).problems
    assert (problem.code, problem.their_code, problem.their_text) == (
        "refused_unknown", "wrong-weight", "Вес должен быть больше нуля",
    )  # fmt: skip
