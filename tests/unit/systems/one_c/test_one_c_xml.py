"""XML with 1C: built in order, parsed without DTDs and within bounds."""

from __future__ import annotations

from typing import Any

import pytest

from b24app.systems.kit import one_c_xml
from b24app.systems.kit.one_c_xml import NotXml, build, parse

NS = 'xmlns="urn:b24-logistics:exchange:1"'


def test_members_become_elements_in_their_order_and_come_back() -> None:
    members: dict[str, Any] = {
        "externalId": "wb-1-1", "volumeM3": 1e-06, "expedited": False, "comment": "", "carrierRef": None, "deal": {},
        "stops": [{"seq": 1, "address": {"text": "Дом «А» & <сын>\x0b"}}, {"seq": 2}], "serials": ["a", "b"],
    }  # fmt: skip
    built = build("TransportRequest", members).decode()
    assert built.splitlines()[1] == (
        f"<TransportRequest {NS}><ExternalId>wb-1-1</ExternalId><VolumeM3>0.000001</VolumeM3>"
        "<Expedited>false</Expedited><Stops><Stop><Seq>1</Seq>"
        "<Address><Text>Дом «А» &amp; &lt;сын&gt;</Text></Address></Stop><Stop><Seq>2</Seq></Stop></Stops>"
        "<Serials><Value>a</Value><Value>b</Value></Serials></TransportRequest>"
    )
    assert parse(built.encode()) == (
        "TransportRequest",
        {
            "externalId": "wb-1-1", "volumeM3": "0.000001", "expedited": "false",
            "stops": [{"seq": "1", "address": {"text": "Дом «А» & <сын>"}}, {"seq": "2"}], "serials": ["a", "b"],
        },
    )  # fmt: skip


def test_windows_line_ends_a_bom_prefixes_and_strangers_do_no_harm() -> None:
    body = (
        '\ufeff<?xml version="1.0"?>\r\n<q:Stock xmlns:q="urn:b24-logistics:exchange:1" xmlns:z="urn:z">\r\n'
        "  <q:Items>\r\n    <q:Item><q:Sku>A</q:Sku><z:Sku>B</z:Sku></q:Item>\r\n  </q:Items>\r\n"
        "  <z:More><q:Sku>C</q:Sku></z:More><q:NextCursor/></q:Stock>"
    )
    assert parse(body.encode()) == ("Stock", {"items": [{"sku": "A"}], "nextCursor": ""})
    assert parse(f"<Stock {NS}><Items/></Stock>".encode()) == ("Stock", {"items": []})


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))


@pytest.mark.parametrize(
    "body",
    [
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><Stock {NS}>&l8;</Stock>',
        f'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><Stock {NS}>&e;</Stock>',
        f'<!DOCTYPE a SYSTEM "http://169.254.169.254/x.dtd"><Stock {NS}/>',
        f'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1/x">%p;]><Stock {NS}/>',
        f"<Stock {NS}>&unknown;</Stock>",
        f"<Stock {NS}><Items></Stock>",
        "<Stock/>",
        '<Stock xmlns="urn:other"/>',
        "<html><body>busy</body></html>",
        "",
        "{}",
        f'<?xml version="1.0" encoding="nobody-knows"?><Stock {NS}/>',
        f'<?xml version="1.0" encoding="utf-7"?><Stock {NS}/>',
        f"<Stock {NS}>" + "<A>" * 30 + "</A>" * 30 + "</Stock>",
    ],
)
def test_what_is_dangerous_or_no_document_is_refused(body: str) -> None:
    with pytest.raises(NotXml):
        parse(body.encode())


def test_size_and_number_have_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    body = f"<Stock {NS}><Items>{'<Item/>' * 50}</Items></Stock>".encode()
    assert len(parse(body)[1]["items"]) == 50
    monkeypatch.setattr(one_c_xml, "MOST_ELEMENTS", 20)
    with pytest.raises(NotXml):
        parse(body)
    monkeypatch.setattr(one_c_xml, "MOST_BYTES", 10)
    with pytest.raises(NotXml, match="too large"):
        parse(body)
