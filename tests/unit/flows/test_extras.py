"""What an order asks for beside carrying: a person demands, a pipeline wishes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from b24app.flows.compose import compose, input_hash
from b24app.flows.explain import explain
from b24app.flows.extras import asked, lacking
from b24app.flows.pickup_points import deal_needs
from b24app.logistics.extras import Extra, without_refused
from b24app.logistics.problem import Field, Problem
from tests.unit.flows.given import deal, pipeline

GIVEN = {1: ("fitting", "sms"), 2: ()}
WISHES = pipeline(extras=("fitting", "partial"), extras_of=GIVEN)


@pytest.mark.parametrize(
    ("chosen", "account", "wanted", "missing"),
    [
        (None, 1, ("fitting",), []),  # what the account gives of the pipeline's wish
        (None, 2, (), []),
        ((), 1, (), []),  # unticked
        (("sms",), 1, ("sms",), []),
        (("sms",), 2, ("sms",), ["no_extra_sms"]),
        (("sms",), 0, ("sms",), []),  # nobody carries it: another problem says so
    ],
)
def test_who_is_asked_for_what(chosen: Any, account: int, wanted: Any, missing: list[str]) -> None:
    made, config = deal(extras=chosen), replace(WISHES, connection_id=account)
    assert asked(made, config, account) == wanted
    assert [each.code for each in lacking(made, config, account)] == missing
    composed = compose(made, config)
    assert composed.extras == wanted
    said = [(line.value, line.origin.kind) for line in explain(made, config, composed) if line.form == "extra"]
    assert said == [(each, "pipeline" if chosen is None else "chosen") for each in wanted]
    assert (composed.request is None) is bool(missing)
    assert composed.request is None or composed.request.extras == wanted
    assert composed.request is None or composed.request.wished is (chosen is None and bool(wanted))


@pytest.mark.parametrize(
    ("codes", "left"),
    [
        (["point_no_fitting"], ("partial", "sms")),
        (["no_extra_fitting_door", "no_extra_partial_door"], ("sms",)),
        (["point_no_sms"], ("fitting", "partial")),
        (["extra_refused"], ()),
        (["point_no_cod"], None),
        (["point_no_fitting", "point_weight"], None),
        ([], None),
    ],
)
def test_what_was_only_wished_for_is_left_out_where_it_alone_was_refused(codes: list[str], left: Any) -> None:
    request = compose(deal(extras=("fitting", "partial", "sms")), replace(WISHES, extras_of={1: tuple(Extra)})).request
    assert request is not None and not request.wished
    problems = [Problem(code, Field.POINT) for code in codes]
    assert without_refused(request, problems) is None  # a person chose it
    less = without_refused(replace(request, wished=True), problems)
    assert (less and less.extras) == left


def test_a_wish_is_no_part_of_what_a_deal_is_compared_by_a_demand_is() -> None:
    assert input_hash(deal(), WISHES) == input_hash(deal(), pipeline()) == input_hash(deal(extras=()), WISHES)
    assert input_hash(deal(extras=("sms",)), WISHES) != input_hash(deal(), WISHES)


@pytest.mark.parametrize(("chosen", "needed"), [(None, ()), (("fitting",), ("fitting",))])
def test_a_demand_is_asked_of_a_point_a_wish_is_not(chosen: Any, needed: Any) -> None:
    assert deal_needs(deal(extras=chosen), WISHES).extras == needed
