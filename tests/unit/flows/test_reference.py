"""The number of an ERP's order: read from its field, part of the request, and no news where nobody has such a field."""

from __future__ import annotations

import pytest

from b24app.bitrix24.fields import PortalField
from b24app.bitrix24.fitting import READ, Misfit, misfit
from b24app.flows.compose import compose, input_hash
from b24app.flows.rates import price_key, price_request
from b24app.flows.snapshot import Role
from b24app.flows.trial import try_out
from tests.unit.flows.given import NOW, deal, fields, pipeline

ADDRESS = "Казань, Баумана 5|55.78;49.12|214"


def test_it_goes_into_the_request_with_its_zeros() -> None:
    request = compose(deal(fields=fields(address=ADDRESS, reference=" 0000012345 ")), pipeline()).request
    assert request is not None
    assert request.reference == "0000012345"
    plain = compose(deal(), pipeline()).request
    assert plain is not None
    assert plain.reference == ""


def test_hashes_that_are_kept_stay_what_they_were() -> None:
    """Of portals without such a field, as the release before it made them; a changed reference is a change."""
    assert input_hash(deal(), pipeline()) == "a59c68df5f02a71c9ecee5f13f30da99"
    request = price_request(compose(deal(), pipeline()), None)
    assert request is not None
    assert price_key(request) == "bed3e12a64d7a157633d5df3501bd2d97cd0fc91"
    one, other = (deal(fields=fields(address=ADDRESS, reference=number)) for number in ("45-1", "45-2"))
    assert len({input_hash(each, pipeline()) for each in (deal(), one, other)}) == 3
    asked = price_request(compose(one, pipeline()), None)
    assert asked is not None
    assert price_key(asked) == price_key(request)


def test_the_dry_run_tells_where_it_comes_from() -> None:
    told = try_out(deal(fields=fields(address=ADDRESS, reference="45-1")), pipeline(), (), NOW).told
    found = [(each.value, each.origin.name) for each in told if each.label == "reference"]
    assert found == [("45-1", Role.REFERENCE.value)]
    assert not [each for each in try_out(deal(), pipeline(), (), NOW).told if each.label == "reference"]


@pytest.mark.parametrize(
    ("kind", "multiple", "why"),
    [("string", False, None), ("integer", False, Misfit.KIND), ("string", True, Misfit.MULTIPLE)],
)
def test_only_a_text_of_one_value_holds_it(kind: str, multiple: bool, why: Misfit | None) -> None:
    assert Role.REFERENCE in READ
    assert misfit(Role.REFERENCE, PortalField("UF_CRM_ERP", "ufCrmErp", kind, "Заказ ERP", multiple=multiple)) is why
