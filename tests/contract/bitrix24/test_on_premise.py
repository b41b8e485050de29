"""How an on-premise portal answers differently (bitrix24-app.md §1.5, §1.7, §2.4, §3.4, §3.6, §3.7, §5.1), and that the
emulated one really does: each test looks at the answer itself before it looks at what we make of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from b24app.bitrix24.encoding import Command, as_map
from b24app.bitrix24.errors import Kind, RestError
from b24app.bitrix24.payloads import frame_post
from install.steps.plan import edition_of, plan_of, rate_of
from sandbox.bitrix24 import lifecycle
from sandbox.bitrix24.frames import open_frame
from sandbox.bitrix24.state.install import Licence
from tests.contract.bitrix24.conftest import Rig

Rigs = Callable[..., Rig]
CLOUD, BOX = 0, 4


@pytest.fixture
def box(rigs: Rigs) -> Rig:
    return rigs(BOX)


def app_info(rig: Rig) -> dict[str, Any]:
    return as_map(rig.client.call("app.info").result)


def test_it_names_itself_in_its_licence(rigs: Rigs) -> None:
    box, cloud = app_info(rigs(BOX)), app_info(rigs(CLOUD))
    assert box["LICENSE"].endswith("_selfhosted")
    assert not {"LICENSE_TYPE", "LICENSE_FAMILY"} & set(box)
    assert {"LICENSE_TYPE", "LICENSE_FAMILY"} <= set(cloud)
    assert (edition_of(box), edition_of(cloud)) == ("box", "cloud")
    assert plan_of(box) == box["LICENSE"]
    assert rate_of(box) == (50, 2)  # no limit is known there: the smaller bucket is kept to


def test_its_frames_leave_the_late_fields_out(rigs: Rigs) -> None:
    late = {"SERVER_ENDPOINT", "APPLICATION_TOKEN", "APPLICATION_SCOPE"}
    world = rigs().world
    world.control.post("/bitrix24/app", {"base": "http://127.0.0.1:9"})
    box, cloud = (open_frame(rigs(number).portal, 1).fields for number in (BOX, CLOUD))
    assert not late & set(box)
    assert late <= set(cloud)
    post = frame_post({}, box)
    assert (post.server_endpoint, post.application_token, post.scope) == ("", "", ())
    assert post.member_id
    assert post.auth_id


def test_its_answers_tell_no_operating_time(rigs: Rigs) -> None:
    for number, told in ((CLOUD, True), (BOX, False)):
        rig = rigs(number)
        answer = rig.client.batch([Command("a", "profile"), Command("b", "server.time")])
        assert set(answer.results) == {"a", "b"}
        assert not answer.errors
        known = rig.services.ledger.wait(rig.portal.member_id, ["profile"])
        assert known == 0
        raw = rig.client.call("profile")
        assert raw.result["ID"]
        assert ("operating" in _time(rig)) is told


def _time(rig: Rig) -> dict[str, Any]:
    import requests

    token = rig.source().current().value
    answer = requests.post(f"{rig.client.address.client_endpoint}profile", json={"auth": token}, timeout=10)
    return as_map(answer.json()["time"])


def _no_scope(rig: Rig) -> None:
    install = rig.portal.app.install
    install.scopes = ("crm",)
    rig.keep_token(1)
    rig.client.call("department.get")


def _no_access(rig: Rig) -> None:
    rig.portal.users[1].app_access = False
    rig.client.call("profile")


def _no_plan(rig: Rig) -> None:
    rig.switch(rest_allowed=False)
    rig.client.call("profile")


def _blocked(rig: Rig) -> None:
    lifecycle.set_licence(rig.portal, Licence(blocked=True))
    rig.client.call("profile")


@pytest.mark.parametrize(
    ("provoke", "kind"), [(_no_scope, Kind.SCOPE), (_no_access, Kind.TOKEN_DEAD), (_no_plan, Kind.NO_REST)]
)
def test_every_refusal_comes_with_401_and_is_told_apart_by_its_code(
    rigs: Rigs, provoke: Callable[[Rig], None], kind: Kind
) -> None:
    """No refusal of the plan or a scope may look like a key that ran out: it would be refreshed for ever."""
    for number, status in ((CLOUD, 403), (BOX, 401)):
        rig = rigs(number)
        with pytest.raises(RestError) as caught:
            provoke(rig)
        assert (caught.value.status, caught.value.kind) == (status, kind)
        assert rig.seen("oauth.refreshed") == []


def test_a_licence_that_is_over_is_told_there_too(box: Rig) -> None:
    with pytest.raises(RestError) as caught:
        _blocked(box)
    assert caught.value.portal_wide


def test_a_key_that_ran_out_is_refreshed_though_the_reply_leaves_keys_out(box: Rig) -> None:
    box.switch(token_reply_omit=["expires", "user_id"])
    box.world.control.advance(3700)
    assert box.client.call("profile").result["ID"]
    assert len(box.seen("oauth.refreshed")) == 1


def test_a_placement_without_an_address_is_refused_whatever_the_status(rigs: Rigs) -> None:
    params = {"PLACEMENT": "CRM_DEAL_DETAIL_TAB", "HANDLER": ""}
    seen = []
    for number in (CLOUD, BOX):
        with pytest.raises(RestError) as caught:
            rigs(number).client.call("placement.bind", params)
        seen.append((caught.value.status, caught.value.kind))
    assert seen == [(200, Kind.ARGUMENT), (400, Kind.ARGUMENT)]


def test_its_address_has_a_port_and_speaks_http(box: Rig) -> None:
    assert box.client.address.client_endpoint.startswith("http://")
    assert ":" in box.portal.domain
