from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from b24app.bitrix24.oauth import AppInfo, OAuthRefused
from b24app.bitrix24.payloads import frame_post
from b24app.clock import FixedClock
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.proof import LIMIT_S, FrameGate, likely_first, same_host
from b24app.wire.errors import NotSent, OutcomeUnknown, Why

EAST, WEST = "https://oauth.bitrix24.tech", "https://oauth.bitrix.info"
GENUINE = AppInfo("app.1", "m" * 32, "acme.bitrix24.ru", "https://acme.bitrix24.ru/rest/", 7, True)
QUERY = {"DOMAIN": "acme.bitrix24.ru", "PROTOCOL": "1", "LANG": "ru", "APP_SID": "s"}
FORM = {"AUTH_ID": "key", "member_id": "m" * 32, "SERVER_ENDPOINT": f"{EAST}/rest/", "PLACEMENT": "DEFAULT"}


@dataclass
class FakeOauth:
    """Answers by OAuth host."""

    answers: Mapping[str, AppInfo | Exception]
    asked: list[tuple[str, float | None]] = field(default_factory=list)
    client_id: str = "app.1"

    def allowed(self, server_endpoint: str) -> bool:
        return server_endpoint.rstrip("/").removesuffix("/rest") in (EAST, WEST)

    def bases(self) -> tuple[str, ...]:
        return (WEST, EAST)

    def app_info(
        self, server_endpoint: str, access_token: str, people: bool = False, total_s: float | None = None
    ) -> AppInfo:
        base = server_endpoint.rstrip("/").removesuffix("/rest")
        self.asked.append((base, total_s))
        answer = self.answers[base]
        if isinstance(answer, Exception):
            raise answer
        return answer


def refusal(oauth: FakeOauth, form: Mapping[str, str] = FORM, query: Mapping[str, str] = QUERY) -> ErrorCode:
    with pytest.raises(PageError) as caught:
        FrameGate(oauth, FixedClock(), 300).prove(frame_post(query, form))
    return caught.value.code


def test_a_genuine_frame_is_proven_within_two_seconds_at_most() -> None:
    oauth = FakeOauth({EAST: GENUINE})
    proof = FrameGate(oauth, FixedClock(), 300).prove(frame_post(QUERY, FORM))
    assert (proof.info.user_id, proof.origin, proof.server_endpoint) == (7, "https://acme.bitrix24.ru", f"{EAST}/rest/")
    assert oauth.asked == [(EAST, LIMIT_S)]


@pytest.mark.parametrize(
    "info",
    [
        replace(GENUINE, client_id="app.2"),
        replace(GENUINE, member_id="n" * 32),
        replace(GENUINE, domain="evil.example"),
        OAuthRefused("no_auth_found"),
    ],
)
def test_another_app_portal_or_domain_is_refused(info: AppInfo | Exception) -> None:
    assert refusal(FakeOauth({EAST: info})) is ErrorCode.FRAME_NOT_PROVEN


def test_a_foreign_oauth_host_is_never_asked() -> None:
    oauth = FakeOauth({})
    assert refusal(oauth, {**FORM, "SERVER_ENDPOINT": "https://evil.example/rest/"}) is ErrorCode.FRAME_NOT_PROVEN
    assert oauth.asked == []


@pytest.mark.parametrize("trouble", [NotSent(Why.DNS), OutcomeUnknown(Why.TOTAL_LIMIT)])
def test_a_silent_oauth_server_is_not_a_refusal(trouble: Exception) -> None:
    assert refusal(FakeOauth({EAST: trouble})) is ErrorCode.PORTAL_SILENT


def test_a_page_opened_by_hand_is_no_frame() -> None:
    assert refusal(FakeOauth({}), {}, {}) is ErrorCode.NOT_A_FRAME


def test_a_frame_without_a_key_is_not_proven() -> None:
    assert refusal(FakeOauth({}), {**FORM, "AUTH_ID": ""}) is ErrorCode.FRAME_NOT_PROVEN


def test_an_old_box_portal_names_no_oauth_host() -> None:
    oauth = FakeOauth({EAST: OAuthRefused("no_auth_found"), WEST: GENUINE})
    proof = FrameGate(oauth, FixedClock(), 300).prove(frame_post(QUERY, {**FORM, "SERVER_ENDPOINT": ""}))
    assert [base for base, _ in oauth.asked] == [EAST, WEST]
    assert proof.server_endpoint == f"{WEST}/rest/"


def test_one_key_is_asked_about_once_until_it_is_stale() -> None:
    clock, oauth = FixedClock(), FakeOauth({EAST: GENUINE})
    gate = FrameGate(oauth, clock, 300)
    for _ in range(3):
        gate.prove(frame_post(QUERY, FORM))
    assert len(oauth.asked) == 1
    clock.advance(301)
    gate.prove(frame_post(QUERY, FORM))
    assert len(oauth.asked) == 2


def test_an_answer_is_not_kept_longer_than_the_key_lives() -> None:
    clock = FixedClock()
    oauth = FakeOauth({EAST: replace(GENUINE, expires_at=clock.now() + timedelta(seconds=10))})
    gate = FrameGate(oauth, clock, 300)
    gate.prove(frame_post(QUERY, FORM))
    clock.advance(11)
    gate.prove(frame_post(QUERY, FORM))
    assert len(oauth.asked) == 2


def test_a_kept_answer_proves_no_other_portal() -> None:
    gate = FrameGate(FakeOauth({EAST: GENUINE}), FixedClock(), 300)
    gate.prove(frame_post(QUERY, FORM))
    with pytest.raises(PageError):
        gate.prove(frame_post(QUERY, {**FORM, "member_id": "n" * 32}))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a.ru", "A.RU", True),
        ("a.ru:443", "a.ru", True),
        ("a.ru", "a.ru:8080", True),
        ("a.ru:81", "a.ru:82", False),
        ("https://a.ru/", "a.ru", True),
        ("a.ru", "b.ru", False),
        ("", "", False),
    ],
)
def test_same_host(one: str, other: str, same: bool) -> None:
    assert same_host(one, other) is same


def test_the_likelier_oauth_host_goes_first() -> None:
    assert likely_first((WEST, EAST), "box.example.by")[0] == EAST
    assert likely_first((WEST, EAST), "acme.bitrix24.de")[0] == WEST
