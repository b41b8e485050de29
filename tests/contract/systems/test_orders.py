"""Creating orders: what every system's Orders, Cancels and Quotes ports promise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.logistics import ports
from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.order import Decision, fingerprint, is_ours
from b24app.logistics.problem import Field
from b24app.logistics.status import Status
from b24app.systems import discover
from tests.contract.systems.conftest import HARNESSES
from tests.contract.systems.harness import Harness


def test_every_system_found_is_driven_by_this_suite() -> None:
    assert set(discover()) == set(HARNESSES)


def test_a_connection_has_the_ports_that_its_manifest_names(system: Harness) -> None:
    named = discover()[system.code].manifest.ports
    assert [name for name in named if not isinstance(system.port, getattr(ports, name))] == []


def test_an_order_is_pending_first_and_then_accepted_with_its_number(system: Harness) -> None:
    system.decide_after(0.4)
    created = system.port.create(system.request())
    assert created.decision is Decision.PENDING
    assert created.remote_id
    assert system.port.read(created.remote_id).order_number == ""
    settled = system.settle(created)
    assert settled.decision is Decision.ACCEPTED
    assert settled.order_number
    assert settled.tracking_number
    assert settled.order_number in settled.tracking_url
    assert settled.number == "wb-1-1"
    assert Status.CREATED in {event.status for event in settled.events}


def test_the_events_are_oldest_first(system: Harness) -> None:
    settled = system.settle(system.port.create(system.request()))
    system.move(settled, "accepted_at_warehouse")
    system.move(settled, "in_transit")
    moments = [event.at for event in system.port.read(settled.remote_id).events]
    assert moments == sorted(moments)
    assert len(moments) >= 3


def test_a_refusal_names_the_field_and_keeps_their_words(system: Harness) -> None:
    refused = system.settle(system.port.create(system.refused_request()))
    assert refused.decision is Decision.REFUSED
    [problem] = refused.problems
    assert problem.field is Field.NAME
    assert problem.their_code == system.refused_code()
    assert problem.their_text


def test_an_unknown_city_is_refused_before_anything_is_sent(system: Harness) -> None:
    address = replace(system.request().address or pytest.fail("a courier request"), city_names=("Незнамоград",))
    with pytest.raises(Refused) as caught:
        system.port.create(system.request(address=address))
    assert caught.value.problems[0].code == "city_unknown"
    assert caught.value.problems[0].field is Field.ADDRESS
    assert system.accepted("wb-1-1") == 0


def test_an_order_is_found_by_our_number_and_known_as_ours(system: Harness) -> None:
    request = system.request()
    created = system.port.create(request)
    found = system.port.find(request.number)
    assert found is not None
    assert found.remote_id == created.remote_id
    assert found.fingerprint == fingerprint(request)
    assert is_ours(request, found)


def test_a_namesake_of_other_parcels_is_not_ours(system: Harness) -> None:
    request = system.request()
    found = system.settle(system.port.create(request))
    heavier = replace(request, parcels=(replace(request.parcels[0], weight_g=9000),))
    assert not is_ours(heavier, found)
    assert not is_ours(replace(request, recipient=replace(request.recipient, name="Другой Человек")), found)


def test_an_unknown_number_is_absent(system: Harness) -> None:
    assert system.port.find("wb-404-1") is None


@pytest.mark.parametrize("status", [500, 503])
def test_a_broken_lookup_is_no_proof_of_absence(system: Harness, status: int) -> None:
    system.fault("status", f"{system.create_path}*", "GET", status=status)
    with pytest.raises(Unavailable):
        system.port.find("wb-1-1")
    assert system.port.find("wb-1-1") is None


def test_a_page_of_a_proxy_is_no_proof_of_absence(system: Harness) -> None:
    system.fault("html", f"{system.create_path}*", "GET", status=502)
    with pytest.raises(Unavailable):
        system.port.find("wb-1-1")


def test_a_lost_answer_is_uncertain_and_the_order_is_found_later(system: Harness) -> None:
    request = system.request()
    system.fault("break_after", system.create_path, "POST")
    with pytest.raises(Uncertain):
        system.port.create(request)
    found = system.port.find(request.number)
    assert found is not None
    assert is_ours(request, found)
    assert system.accepted(request.number) == 1


def test_a_broken_request_is_uncertain_and_nothing_is_found(system: Harness) -> None:
    system.fault("break_before", system.create_path, "POST")
    with pytest.raises(Uncertain):
        system.port.create(system.request())
    assert system.port.find("wb-1-1") is None


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_error_on_a_write_is_uncertain(system: Harness, status: int) -> None:
    system.fault("status", system.create_path, "POST", status=status)
    with pytest.raises(Uncertain):
        system.port.create(system.request())


def test_too_many_requests_means_that_nothing_was_done(system: Harness) -> None:
    system.fault("status", system.create_path, "POST", status=429, headers={"Retry-After": "7"})
    with pytest.raises(Unavailable) as caught:
        system.port.create(system.request())
    assert caught.value.retry_after == 7.0
    assert system.accepted("wb-1-1") == 0


def test_answers_with_unknown_fields_are_read(system: Harness) -> None:
    system.unknown_fields()
    settled = system.settle(system.port.create(system.request()))
    assert settled.decision is Decision.ACCEPTED


def test_an_order_that_has_not_moved_is_cancelled_and_then_unknown(system: Harness) -> None:
    settled = system.settle(system.port.create(system.request()))
    asked = system.port.cancel(settled.remote_id)
    assert asked.cancel in (Decision.PENDING, Decision.ACCEPTED)
    read = system.wait_for(lambda: system.port.read(settled.remote_id), lambda state: state.gone)
    assert read.gone
    again = system.port.cancel(settled.remote_id)
    assert again.gone


def test_a_parcel_on_its_way_is_not_cancelled(system: Harness) -> None:
    settled = system.settle(system.port.create(system.request()))
    system.move(settled, "accepted_at_warehouse")
    problems = []
    try:
        system.port.cancel(settled.remote_id)
        state = system.wait_for(
            lambda: system.port.read(settled.remote_id), lambda read: read.cancel is Decision.REFUSED
        )
        problems = list(state.problems)
        assert state.cancel is Decision.REFUSED
    except Refused as refused:
        problems = list(refused.problems)
    assert problems[0].code == "too_late_to_cancel"
    assert not system.port.read(settled.remote_id).gone


def test_the_service_has_a_price(system: Harness) -> None:
    quote = system.port.quote(system.request())
    assert quote.price.minor > 0
    assert quote.days_max is None or quote.days_max >= (quote.days_min or 0)


def test_all_services_are_priced_at_once_and_like_one(system: Harness) -> None:
    if "Offers" not in discover()[system.code].manifest.ports:
        assert not isinstance(system.port, ports.Offers)
        return
    request = system.request()
    offers = {quote.service_code: quote for quote in system.port.offers(request)}
    assert set(offers) <= {code for code, _ in discover()[system.code].manifest.services}
    assert len(offers) > 1
    assert offers[request.service_code] == system.port.quote(request)


def test_a_preview_is_a_document_and_no_order(system: Harness) -> None:
    if "Preview" not in discover()[system.code].manifest.ports:
        assert not isinstance(system.port, ports.Preview)
        return
    request = system.request("wb-77-1")
    shown = system.port.preview(request)
    assert request.recipient.name in str(shown.body)
    assert "wb-77-1" in str(shown.body)
    assert (shown.verb, shown.url.startswith("http")) == ("POST", True)
    assert system.accepted("wb-77-1") == 0
    assert system.port.find("wb-77-1") is None
