"""Creating orders: what every system's Orders port promises."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.logistics import ports
from b24app.logistics.changes import Part
from b24app.logistics.errors import AccountProblem, Refused, Unavailable, Uncertain
from b24app.logistics.extras import Extra
from b24app.logistics.model import Item, Parcel
from b24app.logistics.money import Money
from b24app.logistics.order import Decision, OrderState, fingerprint, is_ours
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.runners.connection.wishing import wishing
from b24app.systems import discover
from tests.contract.systems.conftest import HARNESSES
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import ODD, ODD_LISTS, SILENT
from tests.contract.systems.test_changes import parts


def test_every_system_found_is_driven_by_this_suite() -> None:
    """Gateways carry messages, and have a suite of their own (`tests/contract/messages`)."""
    shipping = {code for code, plugin in discover().items() if "Orders" in plugin.manifest.ports}
    assert shipping == {harness.code for harness in HARNESSES.values()}


def test_a_connection_has_exactly_the_ports_that_its_manifest_names(system: Harness) -> None:
    """What a system cannot do is not there, so that no page offers it."""
    all_ports = {name for name in ports.__all__ if getattr(getattr(ports, name), "_is_protocol", False)}
    there = {name for name in all_ports if isinstance(system.port, getattr(ports, name))}
    assert there - {"SignsOut"} == set(system.manifest.ports) - {"SignsOut"}
    assert {"Orders", "Tracking", "ConnectionTest"} <= there


def test_an_order_is_accepted_with_its_numbers_and_found_by_ours(system: Harness) -> None:
    request = system.request()
    assert system.make("wb-1-12").number == "wb-1-12"
    assert system.port.find(request.number) is None  # theirs may look for a part of it
    if system.decides_later:
        system.decide_after(600)
    created = system.port.create(request)
    assert created.remote_id
    if system.decides_later:
        assert created.decision is Decision.PENDING
        assert system.port.read(created.remote_id).decision is Decision.PENDING
        system.advance(601)
    settled = system.settle(created)
    assert (settled.decision, settled.remote_id, settled.number) == (Decision.ACCEPTED, created.remote_id, "wb-1-1")
    assert settled.order_number
    assert bool(settled.tracking_number) is system.gives_tracking
    if system.has_tracking_page:
        assert settled.tracking_url.startswith("https://")
        assert settled.tracking_number in settled.tracking_url or settled.order_number in settled.tracking_url
    assert all(event.status is None or event.status.rank <= Status.CREATED.rank for event in settled.events)
    found = system.port.find(request.number)
    assert (found.remote_id, found.order_number, found.number) == (created.remote_id, settled.order_number, "wb-1-1")
    assert is_ours(request, found)
    assert system.live(request.number) == 1
    if system.shows_people:
        assert found.fingerprint == settled.fingerprint == fingerprint(request)
        heavier = replace(request, parcels=(replace(request.parcels[0], weight_g=9000),))
        assert not is_ours(heavier, found)
    assert not is_ours(replace(request, recipient=replace(request.recipient, name="Другой Человек")), found)
    assert system.port.find("wb-404-1") is None
    assert system.port.find("wb-1-11") is None


def refusal(system: Harness, create: OrderState | None, error: Refused | None) -> tuple[Problem, ...]:
    """Said at once or a little later."""
    if error is not None:
        return error.problems
    assert create is not None
    refused = system.settle(create)
    assert refused.decision is Decision.REFUSED
    return refused.problems


def test_a_refusal_names_the_field_and_keeps_their_words(system: Harness) -> None:
    request, created, error = system.refused_request(), None, None
    try:
        created = system.port.create(request)
    except Refused as refused:
        error = refused
    [problem] = refusal(system, created, error)
    assert problem.field is system.refused_field()
    assert problem.their_code == system.refused_code() or system.refused_code() in problem.their_text
    assert problem.their_text
    assert system.live(request.number) == 0
    found = system.port.find(request.number)
    assert found is None or found.gone or found.decision is Decision.REFUSED


def test_an_unknown_city_is_refused_before_anything_is_sent(system: Harness) -> None:
    if not system.knows_cities:
        assert not system.has("Cities")
        return
    address = replace(system.request().address or pytest.fail("a courier request"), text="Незнамоград, ул. Баумана, 5",
                      city_names=("Незнамоград",))  # fmt: skip
    with pytest.raises(Refused) as caught:
        system.port.create(system.request(address=address))
    assert caught.value.problems[0].field in (Field.ADDRESS, Field.CITY)
    assert caught.value.problems[0].who is Who.MANAGER
    assert system.accepted("wb-1-1") == 0


def test_every_error_shape_means_what_it_says(system: Harness) -> None:
    """Their code and words are kept, and nothing exists afterwards."""
    assert system.shapes, f"{system.code}: no error shapes in its harness"
    system.port.find("wb-0-0")  # signed in
    wrong = {}
    for n, shape in enumerate(system.shapes):
        request = system.request(f"wb-9-{n}")
        times = 2 if shape.want == "account" else 1  # a key that is refused may be tried again with a fresh token
        answer = {"status": shape.status, "body": shape.body, "content_type": shape.kind, "headers": shape.headers}
        system.strike("status", system.creating(), times, **answer)
        problem, said = None, ""
        try:
            system.port.create(request)
        except Refused as error:
            said, problem = "refused", error.problems[0]
        except AccountProblem as error:
            said, problem = "account", error.problem
        except (Unavailable, Uncertain) as error:
            said = type(error).__name__.lower()
        system.no_faults()
        assert system.told(f"{problem}") == [], shape.name
        theirs = problem.their_code if problem else ""
        field = problem.field if problem and shape.names is not None else shape.names
        got, want = (said, theirs if shape.code else "", field), (shape.want, shape.code, shape.names)
        if got != want:
            wrong[shape.name] = (got, want)
        assert system.accepted(request.number) == 0, shape.name
    assert wrong == {}


def test_a_write_without_a_clear_answer_is_uncertain(system: Harness) -> None:
    """Errors of the server, a proxy's page, a connection that broke before: nothing is there, but nobody can know."""
    request = system.request()
    system.port.find(request.number)  # signed in
    faults = [("status", {"status": 500}), ("status", {"status": 502}), ("status", {"status": 503}),
              ("html", {"status": 502}), ("html", {"status": 200}), ("break_before", {})]  # fmt: skip
    said = {}
    for action, params in faults:
        system.strike(action, system.creating(), **params)
        said[f"{action} {params}"] = system.raised(lambda: system.port.create(request))
        system.no_faults()
        assert system.port.find(request.number) is None or system.live(request.number) == 0
    assert said == dict.fromkeys(said, "Uncertain")
    assert system.live(request.number) == 0
    assert system.settle(system.deliver(request)).decision is Decision.ACCEPTED
    assert system.live(request.number) == 1


def test_a_slow_answer_and_a_dead_line_are_uncertain_and_no_proof(system: Harness) -> None:
    slow, dead = system.request("wb-11-1"), system.request("wb-12-1")
    system.port.find("wb-0-0")
    system.strike("latency", system.creating(), seconds=0.6)
    with system.http.hurried(system.creates, total_s=0.3):
        assert system.raised(lambda: system.port.create(slow)) == "Uncertain"
    system.strike("hang", system.creating(), seconds=0.6)
    with system.http.hurried(system.creates, read_s=0.3):
        assert system.raised(lambda: system.port.create(dead)) == "Uncertain"
    system.strike("hang", system.finding(), seconds=0.6)
    with system.http.hurried(lambda _call: True, read_s=0.3):
        assert system.raised(lambda: system.port.find(dead.number)) == "Unavailable"
    assert system.wait_for(lambda: system.live(slow.number), lambda n: n == 1) == 1  # it was done after all
    assert system.settle(system.deliver(slow)).decision is Decision.ACCEPTED
    assert system.settle(system.deliver(dead)).decision is Decision.ACCEPTED
    assert (system.live(slow.number), system.live(dead.number)) == (1, 1)


def test_where_nobody_listens_nothing_was_done(system: Harness) -> None:
    closed = system.open(base_url="http://127.0.0.1:9")
    assert system.raised(lambda: closed.find("wb-1-1")) == "Unavailable"
    assert system.raised(lambda: closed.create(system.request())) == "Unavailable"


def test_a_lost_answer_never_makes_two_orders_whatever_step_it_was(system: Harness) -> None:
    """The answer is lost after the remote did it; then the program looks up, adopts, completes or creates."""
    for n, step in enumerate(system.create_steps or (system.creating(),)):
        request = system.request(f"wb-{20 + n}-1")
        system.port.find(request.number)
        system.strike("break_after", step)
        said = system.raised(lambda: system.port.create(request))  # noqa: B023
        assert said in ("Uncertain", "Unavailable"), step
        settled = system.settle(system.deliver(request))
        assert settled.decision is Decision.ACCEPTED
        assert system.live(request.number) == 1, step
        assert system.port.find(request.number).remote_id == settled.remote_id
    assert said == "Uncertain"  # the last step is the one after which it exists


def test_a_second_create_of_one_number_leaves_one_order(system: Harness) -> None:
    request = system.request()
    first = system.settle(system.port.create(request))
    assert system.deliver(request).remote_id == first.remote_id
    if not system.takes_twice:
        try:
            again = system.settle(system.port.create(request))
        except Refused as error:
            assert error.problems[0].code == "number_taken"
        else:
            assert again.remote_id == first.remote_id or again.problems[0].code == "number_taken"
    assert system.live(request.number) == 1
    assert system.port.read(first.remote_id).decision is Decision.ACCEPTED


def test_a_broken_lookup_is_no_proof_of_absence(system: Harness) -> None:
    system.port.find("wb-1-1")
    said = system.raised_by((*SILENT, *ODD, *ODD_LISTS), system.finding(), lambda: system.port.find("wb-1-1"))
    assert said == dict.fromkeys(said, "Unavailable")
    assert system.port.find("wb-1-1") is None


def test_an_order_that_cannot_be_read_is_not_gone(system: Harness) -> None:
    made = system.make()
    said = system.raised_by(
        (*SILENT, *ODD, *ODD_LISTS), system.reading(made.remote_id), lambda: system.port.read(made.remote_id)
    )
    assert said == dict.fromkeys(said, "Unavailable")
    assert not system.port.read(made.remote_id).gone


def test_too_many_requests_means_that_nothing_was_done(system: Harness) -> None:
    system.port.find("wb-1-1")
    system.strike("status", system.creating(), status=429, headers={"Retry-After": "7"})
    with pytest.raises(Unavailable) as caught:
        system.port.create(system.request())
    assert caught.value.retry_after == 7.0
    assert system.accepted("wb-1-1") == 0


def test_answers_with_unknown_fields_are_read(system: Harness) -> None:
    system.unknown_fields()
    settled = system.make()
    assert settled.decision is Decision.ACCEPTED
    assert is_ours(system.request(), system.port.find("wb-1-1"))


def test_goods_money_and_boxes_reach_them_in_their_units(system: Harness) -> None:
    """Two parcels where it takes two, money to the kopeck, sides and grams; back in our units."""
    limits = system.manifest.limits
    tea, cup = Item("Чай", "T-1", 3, Money.of("99.99"), 100), Item("Чашка", "CUP-1", 1, Money.of("50.03"), 300)
    boxes: tuple[Parcel, ...] = (Parcel(1230, 310, 220, 140, (tea,)), Parcel(700, 200, 150, 100, (cup,)))
    if limits.get("max_parcels") == 1:
        boxes = (replace(boxes[0], items=(tea, cup)),)
    worth, cod = Money.of("350.00"), Money.of("333.34") if system.takes_cod else None
    words = 'Звонить "за час" & <не раньше 9>'
    request = system.request("wb-8-1", parcels=boxes, cod=cod, comment=words)
    sent = system.sent(system.settle(system.port.create(request)))
    rows = (("T-1", 3, 9999), ("CUP-1", 1, 5003))
    wanted = {
        "cod_minor": cod.minor if cod else 0,
        "declared_minor": worth.minor,
        "parcels": tuple((box.weight_g, (box.length_mm, box.width_mm, box.height_mm)) for box in boxes),
        "name": request.recipient.name,
        "comment": words,
        "place": "Казань, ул. Баумана, 44/8к2, кв. 12",
        "goods": tuple((*row[:2], row[2] if sent.goods[0][2] else None) for row in rows) if sent.goods else (),
    }
    compared = {name: want for name, want in wanted.items() if getattr(sent, name) not in (None, ())}
    assert {name: getattr(sent, name) for name in compared} == compared
    assert sent.parcels or sent.goods
    assert sent.cod_minor is not None or not system.takes_cod
    assert is_ours(request, system.port.find("wb-8-1"))
    declared = Money.of("700.00")
    state = system.settle(system.port.create(replace(request, number="wb-8-2", cod=None, declared=declared)))
    assert system.sent(state).declared_minor in (declared.minor, None)


def test_more_than_the_goods_cost_is_collected_to_the_kopeck_or_refused(system: Harness) -> None:
    """With the delivery in it, and a sum that does not divide by the pieces."""
    if not system.takes_cod:
        return
    tea = Item("Чай", "T-1", 3, Money.of("99.99"), 100)
    request = system.request(parcels=(Parcel(700, 200, 150, 100, (tea,)),), cod=Money.of("1234.57"))
    try:
        state = system.settle(system.port.create(request))
    except Refused as error:
        assert error.problems[0].field in (Field.COD, Field.DECLARED)
        assert system.accepted(request.number) == 0
        return
    assert state.decision is Decision.ACCEPTED, state.problems
    assert system.sent(state).cod_minor == 123457


def test_what_the_buyer_chose_beside_carrying_is_priced_ordered_and_kept(system: Harness) -> None:
    """All that the manifest names, in their own words there. A point that does not give it is not asked to, and what
    was only wished for is left out there."""
    extras = system.manifest.extras
    if not extras:
        return
    if not system.gives_extras:
        asked = system.request(extras=extras)
        with pytest.raises(Refused) as never:
            system.port.create(asked)
        assert {each.code.startswith("no_extra_") for each in never.value.problems} == {True}
        made = system.settle(wishing(system.port.create, replace(asked, wished=True)))
        assert (made.decision, system.live(asked.number)) == (Decision.ACCEPTED, 1)
        return
    before = system.point_request("wb-9-1", extras)
    if system.has("Quotes"):
        plain, priced = (system.port.quote(replace(before, extras=each)) for each in ((), extras))
        unsaid = {line.code for line in priced.lines if line.what == "service" and line.amount is None}
        assert (priced.price.minor > plain.price.minor) is not bool(unsaid)
    state = system.settle(system.port.create(before))
    assert (state.decision, is_ours(before, system.port.find("wb-9-1"))) == (Decision.ACCEPTED, True)
    assert set(system.sent(state).extras) == set(extras)
    part = next((each for each in parts(system) if each is not Part.DESTINATION), None)
    if part is not None:
        after = system.changed_request(part, before)
        wanted = (after.recipient.name, after.cod.minor if after.cod else 0)
        system.port.change(state.remote_id, before, after)
        sent = system.wait_for(lambda: system.sent(state), lambda each: (each.name, each.cod_minor) == wanted)
        assert ((sent.name, sent.cod_minor), set(sent.extras)) == (wanted, set(extras)), part
    if Extra.FITTING in extras:
        unfit = system.unfit_request("wb-9-2", (Extra.FITTING,))
        with pytest.raises(Refused) as caught:
            system.port.create(unfit)
        assert [(each.code, each.field, each.who) for each in caught.value.problems] == [
            ("point_no_fitting", Field.POINT, Who.MANAGER)
        ]
        assert system.accepted("wb-9-2") == 0
        made = system.settle(wishing(system.port.create, replace(unfit, wished=True)))
        assert (made.decision, system.sent(made).extras) == (Decision.ACCEPTED, ())


def test_a_preview_is_a_document_and_no_order(system: Harness) -> None:
    if not system.has("Preview"):
        return
    request = system.request("wb-77-1")
    shown = system.port.preview(request)
    assert all(word in str(shown.body) for word in request.recipient.name.split())
    assert "wb-77-1" in str(shown.body)
    assert (shown.verb in ("POST", "PUT"), shown.url.startswith("http")) == (True, True)
    assert system.accepted("wb-77-1") == 0
    assert system.port.find("wb-77-1") is None
