"""The tracking services' addresses: ``/rtm34`` (SOAP 1.2) and ``/fc`` (SOAP 1.1), each with its WSDL (§14)."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from flask import Flask, Response, request

from sandbox.kernel.gate import CALL_KEY

from . import soap
from .catalogue import CATEGORIES, MAIL_TYPES, item_name
from .core import Post
from .model import Event, Order
from .operations import attribute_name, human_name, type_name
from .places import by_index
from .rules import tracking
from .soap import CLIENT, DATA, DUTY, ESPP, OPERATIONS, SERVER, SMS, SOAP_11, SOAP_12, add


def create_tracking_app(post: Post) -> Flask:
    """The WSGI application of ``tracking.russianpost.ru``."""
    app = Flask("sandbox.russian_post.tracking")

    @app.before_request
    def before() -> None:
        post.settle()

    @app.get("/<any(rtm34, fc):name>")
    def description(name: str) -> Response:
        if "wsdl" not in request.args:
            return Response(b"", 405)
        address = f"{post.urls['russian_post_tracking']}/{name}"
        return Response(soap.wsdl(name, address), content_type="text/xml;charset=utf-8")

    @app.post("/rtm34")
    def single() -> Response:
        kind = "application/soap+xml"
        if kind not in (request.content_type or ""):
            return Response(b"Unsupported Media Type", 415)
        try:
            return Response(_single(post, soap.read(request.get_data(), SOAP_12)), content_type=f"{kind};charset=utf-8")
        except tracking.Denied as problem:
            data = soap.fault_12(str(problem), detail=_reason("AuthorizationFaultReason", str(problem)))
        except soap.BadEnvelope as problem:
            data = soap.fault_12(str(problem), code=problem.code)
        return Response(data, 500, content_type=f"{kind};charset=utf-8")

    @app.post("/fc")
    def many() -> Response:
        kind = "text/xml"
        if kind not in (request.content_type or ""):
            return Response(b"Unsupported Media Type", 415)
        try:
            return Response(_many(post, soap.read(request.get_data(), SOAP_11)), content_type=f"{kind};charset=utf-8")
        except soap.BadEnvelope as problem:
            return Response(soap.fault_11(str(problem)), 500, content_type=f"{kind};charset=utf-8")

    return app


def _reason(name: str, text: str) -> Element:
    found = Element(f"{{{DATA}}}{name}")
    found.text = text
    return found


def _note(**facts: object) -> None:
    request.environ[CALL_KEY].update(facts)


# --- single access ----------------------------------------------------------------------------------------------------


def _single(post: Post, wanted: Element) -> bytes:
    """Raises Denied, BadEnvelope."""
    name = wanted.tag.removeprefix(f"{{{OPERATIONS}}}")
    header = wanted.find(f"{{{DATA}}}AuthorizationHeader")
    _note(operation=name)
    account = tracking.sign_in_single(
        post, soap.child_text(header, "login", DATA), soap.child_text(header, "password", DATA)
    )
    _note(account=account.code)
    answer = Element(f"{{{OPERATIONS}}}{name}Response")
    if name == "getOperationHistory":
        _history(post, wanted, answer)
    elif name == "getLanguages":
        data = add(answer, "LanguageData")
        for code, title in (("RUS", "Русский"), ("ENG", "English")):
            add(data, "Language", attributes={"name": title, "code": code})
    elif name == "PostalOrderEventsForMail":
        _money_orders(post, wanted, answer)
    elif name == "getSmsHistory":
        add(answer, "SmsHistoryData", space=SMS)
    elif name == "getCustomDutyEventsForMail":
        add(answer, "CustomDutyEventsForMailOutput", space=DUTY)
    else:
        raise soap.BadEnvelope("Sender", f"Cannot find dispatch method for {wanted.tag}")
    return soap.envelope(SOAP_12, answer)


def _history(post: Post, wanted: Element, answer: Element) -> None:
    asked = wanted.find(f"{{{DATA}}}OperationHistoryRequest")
    barcode = soap.child_text(asked, "Barcode", DATA)
    if not barcode:
        raise soap.BadEnvelope("Sender", "Barcode is required")
    _note(key=barcode)
    data = add(answer, "OperationHistoryData")
    with post.lock:
        order = tracking.history(post, barcode)
        if order is not None and soap.child_text(asked, "MessageType", DATA) in ("", "0"):
            for event in order.events:
                _record(data, order, event)


def _record(data: Element, order: Order, event: Event) -> None:
    record = add(data, "historyRecord")
    body = order.body
    address = add(record, "AddressParameters")
    if body.get("index-to"):
        _address(address, "DestinationAddress", str(body["index-to"]))
    _address(address, "OperationAddress", event.index, event.where)
    for name in ("MailDirect", "CountryOper"):
        _russia(address, name)
    money = add(record, "FinanceParameters")
    if event.type == 1:
        for name, field in (("Payment", "payment"), ("Value", "insr-value")):
            if body.get(field):
                add(money, name, body[field])
        add(money, "Rate", order.rates.get("total", 0) + order.rates.get("vat", 0))
    add(money, "CustomDuty", 0)
    _item(record, order, event)
    done = add(record, "OperationParameters")
    _named(done, "OperType", event.type, type_name(event.type))
    _named(done, "OperAttr", event.attr, attribute_name(event.type, event.attr))
    moment = tracking.local(event.moment, event.index)
    add(done, "OperDate", moment.isoformat(timespec="milliseconds"))
    user = add(record, "UserParameters")
    _named(user, "SendCtg", 5, "Корпоративный клиент")
    add(user, "Sndr", order.account.company)
    add(user, "Rcpn", body.get("recipient-name", ""))


def _item(record: Element, order: Order, event: Event) -> None:
    kind, category = str(order.body["mail-type"]), str(order.body["mail-category"])
    item = add(record, "ItemParameters")
    add(item, "Barcode", order.barcode)
    add(item, "ValidRuType", False)
    add(item, "ValidEnType", False)
    add(item, "ComplexItemName", item_name(kind, category))
    _named(item, "MailRank", 0, "Без разряда")
    _named(item, "MailType", MAIL_TYPES[kind].number, MAIL_TYPES[kind].title)
    _named(item, "MailCtg", CATEGORIES[category][0], CATEGORIES[category][1])
    if event.type != 28:
        add(item, "Mass", order.body["mass"])


def _address(parent: Element, name: str, index: str, text: str = "") -> None:
    found = add(parent, name)
    add(found, "Index", index)
    place = by_index(index)
    if text or place:
        add(found, "Description", text or (place.name if place else ""))


def _russia(parent: Element, name: str) -> None:
    found = add(parent, name)
    for field, value in (("Id", 643), ("Code2A", "RU"), ("Code3A", "RUS"), ("NameRU", "Российская Федерация"),
                         ("NameEN", "Russian Federation")):  # fmt: skip
        add(found, field, value)


def _named(parent: Element, name: str, number: int, title: str) -> None:
    found = add(parent, name)
    add(found, "Id", number)
    if title:
        add(found, "Name", title)


def _money_orders(post: Post, wanted: Element, answer: Element) -> None:
    """Money of a delivered item with cash on delivery: accepted, then paid out."""
    asked = wanted.find(f"{{{ESPP}}}PostalOrderEventsForMailInput")
    output = add(answer, "PostalOrderEventsForMaiOutput", space=ESPP)
    order = tracking.history(post, asked.get("Barcode", "") if asked is not None else "")
    if order is None or not order.body.get("payment"):
        return
    with post.lock:
        handed = next((event for event in order.events if event.type == 2 and event.attr in (1, 3, 6, 8)), None)
        if handed is None:
            return
        moment = tracking.local(handed.moment, handed.index).isoformat(timespec="seconds")
        index = handed.index if handed.index.isdigit() else "0"
        facts = {
            "Number": order.barcode, "EventDateTime": moment, "IndexEvent": index, "IndexTo": index,
            "SumPaymentForward": str(order.body["payment"]), "CountryEventCode": "RU", "CountryToCode": "RU",
        }  # fmt: skip
        for number, title in (("1", "Прием"), ("3", "Оплата")):
            add(output, "PostalOrderEvent", space="", attributes=facts | {"EventType": number, "EventName": title})


# --- batch access -----------------------------------------------------------------------------------------------------


def _many(post: Post, wanted: Element) -> bytes:
    """Raises BadEnvelope."""
    login, password = soap.child_text(wanted, "login"), soap.child_text(wanted, "password")
    if wanted.tag == f"{{{SERVER}}}ticketRequest":
        return _ticket(post, wanted, login, password)
    if wanted.tag == f"{{{SERVER}}}answerByTicketRequest":
        return _by_ticket(post, soap.child_text(wanted, "ticket"), login, password)
    raise soap.BadEnvelope("Client", f"Cannot find dispatch method for {wanted.tag}")


def _ticket(post: Post, wanted: Element, login: str, password: str) -> bytes:
    answer = Element(f"{{{SERVER}}}ticketResponse")
    file = wanted.find("request")
    rows = file.findall(f"{{{CLIENT}}}Item") if file is not None else []
    _note(operation="getTicket", key=login, barcodes=len(rows))
    language = soap.child_text(wanted, "language") or "RUS"
    name = file.get("FileName", "") if file is not None else ""
    try:
        value = tracking.ask(post, login, password, [row.get("Barcode", "") for row in rows], language, name)
    except tracking.BatchError as problem:
        _error(answer, problem)
    else:
        if value:
            add(answer, "value", value, space="")
    return soap.envelope(SOAP_11, answer)


def _by_ticket(post: Post, ticket: str, login: str, password: str) -> bytes:
    _note(operation="getResponseByTicket", key=ticket)
    answer = Element(f"{{{SERVER}}}answerByTicketResponse")
    try:
        ready = tracking.answer(post, ticket, login, password)
    except tracking.BatchError as problem:
        _error(answer, problem)
        return soap.envelope(SOAP_11, answer)
    now = f"{post.moscow():%d.%m.%Y %H:%M:%S}"
    facts = {"FileName": f"{ticket}.xml", "FileTypeID": "2", "FileNumber": "1", "DatePreparation": now}
    value = add(answer, "value", space="", attributes=facts)
    with post.lock:
        for barcode in ready.barcodes:
            item = add(value, "Item", space=CLIENT, attributes={"Barcode": barcode})
            # As it was when the answer was made, not when it is fetched.
            _operations(post, item, barcode, ready.asked + post.switches.ticket_seconds)
    return soap.envelope(SOAP_11, answer)


def _operations(post: Post, item: Element, barcode: str, until: float) -> None:
    order = tracking.history(post, barcode)
    if order is None:
        facts = {"ErrorTypeID": "12", "ErrorName": tracking.ERRORS[12]}
        add(item, "Error", space=CLIENT, attributes=facts)
        return
    for event in (event for event in order.events if event.moment <= until):
        moment = tracking.local(event.moment, event.index)
        facts = {
            "OperTypeID": str(event.type), "OperCtgID": str(event.attr), "OperName": human_name(event.type, event.attr),
            "DateOper": f"{moment:%d.%m.%Y %H:%M:%S}", "IndexOper": event.index,
        }  # fmt: skip
        add(item, "Operation", space=CLIENT, attributes=facts)


def _error(answer: Element, problem: tracking.BatchError) -> None:
    facts = {"ErrorTypeID": str(problem.number), "ErrorName": problem.name}
    add(answer, "error", space="", attributes=facts)
