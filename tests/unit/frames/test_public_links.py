"""Links to a shipment for its client: short, of one portal, none that was not written by us."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from itsdangerous import Signer

from b24app.frames.public_links import LIFE, PublicLinks, is_good, tracking_address
from b24app.logistics.status import Status

SECRET, NEWER = "s" * 32, "n" * 32
LINKS = PublicLinks([SECRET])
NOW = datetime(2026, 11, 12, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("shipment_id", [1, 61, 62, 4_711, 2**31, 2**63 - 1])
def test_a_link_names_its_shipment(shipment_id: int) -> None:
    link = LINKS.write(7, shipment_id)
    assert link.isalnum() and link.isascii()
    assert LINKS.read(7, link) == shipment_id


def test_it_fits_into_a_message() -> None:
    address = tracking_address("https://waybill.example/", "A" * 16, LINKS.write(3, 250_000_000))
    assert address == "https://waybill.example/t/" + "A" * 16 + "/" + LINKS.write(3, 250_000_000)
    assert len(LINKS.write(3, 250_000_000)) == 15


def test_another_portals_link_is_none() -> None:
    assert LINKS.read(8, LINKS.write(7, 15)) is None


def test_no_letter_of_it_may_be_another() -> None:
    link = LINKS.write(7, 4_711)
    others = [link[:at] + ("1" if link[at] != "1" else "2") + link[at + 1 :] for at in range(len(link))]
    assert [LINKS.read(7, each) for each in others] == [None] * len(link)


@pytest.mark.parametrize("text", ["", "1", "0123456789", "а" * 12, "-" * 14, "A" * 81, "٣" + "0" * 10, "." * 5])
def test_what_is_no_link_is_none(text: str) -> None:
    assert LINKS.read(7, text) is None


def test_a_number_is_written_in_one_way() -> None:
    assert LINKS.read(7, "0" + LINKS.write(7, 15)) is None


def test_links_of_an_older_key_stay_good() -> None:
    assert PublicLinks([NEWER, SECRET]).read(7, LINKS.write(7, 15)) == 15
    assert PublicLinks([NEWER]).read(7, LINKS.write(7, 15)) is None


def test_links_of_an_older_release_stay_good() -> None:
    older = Signer([SECRET], salt="waybill.link.1.7", digest_method=hashlib.sha256).sign("15").decode()
    assert LINKS.read(7, older) == 15
    assert LINKS.read(8, older) is None


def test_a_link_is_good_until_90_days_after_the_parcels_end() -> None:
    assert is_good(Status.IN_TRANSIT, NOW - timedelta(days=400), NOW)
    assert is_good(Status.DELIVERED, NOW - LIFE + timedelta(seconds=1), NOW)
    assert not is_good(Status.DELIVERED, NOW - LIFE, NOW)
