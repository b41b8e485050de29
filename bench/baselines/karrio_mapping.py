"""The same work by karrio's SDK, without its network: its connectors for DHL Express and Canada Post build the request
of one parcel and read a usual answer. Answers are written by hand after the connectors' own schemas."""

from __future__ import annotations

import base64
import warnings
from collections.abc import Callable, Mapping
from typing import Any

_LABEL = base64.b64encode(b"%PDF-1.4 a label").decode()

CANADA_POST_QUOTES = (
    '<price-quotes xmlns="http://www.canadapost.ca/ws/ship/rate-v4">'
    + "".join(
        f"""<price-quote><service-code>{code}</service-code><service-name>{name}</service-name>
<price-details><base>9.59</base><taxes><gst>0.00</gst><pst>0.00</pst><hst percent="13.000">1.35</hst></taxes>
<due>11.71</due><options><option><option-code>DC</option-code><option-name>Delivery confirmation</option-name>
<option-price>0</option-price></option></options><adjustments><adjustment><adjustment-code>FUELSC</adjustment-code>
<adjustment-name>Fuel surcharge</adjustment-name><adjustment-cost>0.77</adjustment-cost></adjustment></adjustments>
</price-details><weight-details/><service-standard><am-delivery>false</am-delivery>
<guaranteed-delivery>true</guaranteed-delivery><expected-transit-time>2</expected-transit-time>
<expected-delivery-date>2026-12-01</expected-delivery-date></service-standard></price-quote>"""
        for code, name in (("DOM.EP", "Expedited"), ("DOM.RP", "Regular"), ("DOM.PC", "Priority"), ("DOM.XP", "Xpress"))
    )
    + "</price-quotes>"
)
CANADA_POST_ORDER = """<shipment-info xmlns="http://www.canadapost.ca/ws/shipment-v8">
<shipment-id>347881315405043891</shipment-id><shipment-status>created</shipment-status>
<tracking-pin>123456789012</tracking-pin><links/></shipment-info>"""
DHL_QUOTES = (
    '<res:DCTResponse xmlns:res="http://www.dhl.com"><GetQuoteResponse><BkgDetails>'
    + "".join(
        f"""<QtdShp><GlobalProductCode>{code}</GlobalProductCode><LocalProductCode>{code}</LocalProductCode>
<LocalProductName>EXPRESS {code}</LocalProductName><CurrencyCode>CAD</CurrencyCode><WeightCharge>195.32</WeightCharge>
<DeliveryDate><DlvyDateTime>2026-12-01 11:59:00</DlvyDateTime></DeliveryDate><QtdShpExChrg>
<LocalServiceTypeName>FUEL SURCHARGE</LocalServiceTypeName><ChargeValue>12.70</ChargeValue></QtdShpExChrg>
<PricingDate>2026-11-29</PricingDate><ShippingCharge>208.02</ShippingCharge></QtdShp>"""
        for code in ("N", "I", "O", "1")
    )
    + "</BkgDetails></GetQuoteResponse></res:DCTResponse>"
)
DHL_ORDER = f"""<res:ShipmentResponse xmlns:res="http://www.dhl.com"><AirwayBillNumber>7520067111</AirwayBillNumber>
<LabelImage><OutputFormat>PDF</OutputFormat><OutputImage>{_LABEL}</OutputImage></LabelImage></res:ShipmentResponse>"""

_ACCOUNTS: Mapping[str, Mapping[str, str]] = {
    "canadapost": {"username": "u", "password": "p", "customer_number": "2004381", "contract_id": "42708517"},
    "dhl_express": {"site_id": "s", "password": "p", "account_number": "123456789", "account_country_code": "CA"},
}
_ADDRESS = {
    "postal_code": "V6M2V9",
    "city": "Vancouver",
    "person_name": "Jean Client",
    "company_name": "CGI",
    "country_code": "CA",
    "phone_number": "+14161234567",
    "state_code": "BC",
    "address_line1": "5840 Oak St",
}
_RECIPIENT = {**_ADDRESS, "postal_code": "K1K4T3", "city": "Ottawa", "state_code": "ON", "address_line1": "23 Jardin"}
_PARCEL = {"weight": 0.7, "weight_unit": "KG", "length": 20, "width": 15, "height": 10, "dimension_unit": "CM"}
_SERVICES = {"canadapost": "canadapost_expedited_parcel", "dhl_express": "dhl_express_easy_doc"}


def jobs() -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Connector -> (one order, one quote): each builds the request, writes it out, and reads the answer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from loguru import logger

        logger.remove()
        import karrio.lib as lib
        import karrio.sdk as karrio
        from karrio.core.models import RateRequest, ShipmentRequest

    found: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {}
    answers: dict[str, tuple[Callable[[Any], Any], Callable[[], Any]]] = {
        "canadapost": (
            lambda ctx: lib.Deserializable(
                [(CANADA_POST_ORDER, _LABEL)], lambda rows: [(lib.to_element(one), two) for one, two in rows], ctx
            ),
            lambda: lib.Deserializable([CANADA_POST_QUOTES], lambda rows: [lib.to_element(row) for row in rows]),
        ),
        "dhl_express": (
            lambda ctx: lib.Deserializable(DHL_ORDER, lib.to_element, ctx),
            lambda: lib.Deserializable(DHL_QUOTES, lib.to_element, {}),
        ),
    }
    for name, (order_answer, quote_answer) in answers.items():
        mapper = karrio.gateway[name].create(dict(_ACCOUNTS[name])).mapper
        found[name] = (
            _order(mapper, ShipmentRequest, _SERVICES[name], order_answer),
            _quote(mapper, RateRequest, quote_answer),
        )
    return found


def _order(mapper: Any, request: Any, service: str, answer: Callable[[Any], Any]) -> Callable[[], object]:
    def one() -> object:
        asked = request(shipper=_ADDRESS, recipient=_RECIPIENT, parcels=[_PARCEL], service=service, reference="wb-1-1")
        built = mapper.create_shipment_request(asked)
        built.serialize()
        details, messages = mapper.parse_shipment_response(answer(built.ctx))
        assert details is not None and not messages, messages
        return details

    return one


def _quote(mapper: Any, request: Any, answer: Callable[[], Any]) -> Callable[[], object]:
    def one() -> object:
        asked = request(shipper=_ADDRESS, recipient=_RECIPIENT, parcels=[_PARCEL])
        mapper.create_rate_request(asked).serialize()
        quotes, messages = mapper.parse_rate_response(answer())
        assert len(quotes) == 4 and not messages, messages
        return quotes

    return one
