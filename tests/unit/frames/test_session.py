from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.session import PROOF_LIFE, RENEWABLE, TOKEN_LIFE, PageSession, SessionSigner, bearer, prove, renew

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BLANK = PageSession(
    1, 7, "CRM_DEAL_DETAIL_TAB", 8061, "ru", "Europe/Moscow", "https://a.bitrix24.ru", False, "Анна", 0, 0
)


def refusal(signer: SessionSigner, token: str, now: datetime) -> ErrorCode:
    with pytest.raises(PageError) as caught:
        signer.read(token, now)
    return caught.value.code


def test_a_token_says_what_was_signed() -> None:
    signer, session = SessionSigner(["k"]), prove(BLANK, NOW)
    assert signer.read(signer.write(session), NOW) == session


def test_a_token_runs_out_by_the_clock_that_is_asked() -> None:
    signer = SessionSigner(["k"])
    token = signer.write(prove(BLANK, NOW))
    assert signer.read(token, NOW + TOKEN_LIFE - timedelta(seconds=1)).user_id == 7
    assert refusal(signer, token, NOW + TOKEN_LIFE) is ErrorCode.SESSION_EXPIRED


def test_renewing_never_outlives_the_proof() -> None:
    session = prove(BLANK, NOW)
    late = renew(session, NOW + PROOF_LIFE - timedelta(minutes=1))
    assert late.expires_at == int((NOW + PROOF_LIFE).timestamp())
    assert renew(session, NOW + timedelta(minutes=5)).expires_at == int(
        (NOW + timedelta(minutes=5) + TOKEN_LIFE).timestamp()
    )


@pytest.mark.parametrize("change", [{"user_id": 1}, {"portal_id": 2}, {"entity_id": 1}, {"admin": True}])
def test_what_a_token_is_bound_to_cannot_be_changed(change: dict[str, Any]) -> None:
    signer, other = SessionSigner(["k"]), SessionSigner(["other"])
    genuine, forged = signer.write(prove(BLANK, NOW)), other.write(prove(replace(BLANK, **change), NOW))
    body, signature = forged.rpartition(".")[0], genuine.rpartition(".")[2]
    assert refusal(signer, f"{body}.{signature}", NOW) is ErrorCode.SESSION_FORGED
    assert refusal(signer, forged, NOW) is ErrorCode.SESSION_FORGED


def test_no_token_is_another_thing_than_a_bad_one() -> None:
    assert refusal(SessionSigner(["k"]), "", NOW) is ErrorCode.SESSION_MISSING


def test_keys_can_be_changed_without_throwing_people_out() -> None:
    token = SessionSigner(["old"]).write(prove(BLANK, NOW))
    assert SessionSigner(["new", "old"]).read(token, NOW).user_id == 7
    fresh = SessionSigner(["new", "old"]).write(prove(BLANK, NOW))
    assert refusal(SessionSigner(["old"]), fresh, NOW) is ErrorCode.SESSION_FORGED


def test_an_expired_token_is_good_for_a_renewal_for_a_day() -> None:
    signer = SessionSigner(["k"])
    token = signer.write(prove(BLANK, NOW))
    over = NOW + TOKEN_LIFE
    assert signer.read_for_renewal(token, over + RENEWABLE - timedelta(seconds=1)).entity_id == 8061
    with pytest.raises(PageError):
        signer.read_for_renewal(token, over + RENEWABLE)


@pytest.mark.parametrize(
    ("header", "token"), [("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("Basic abc", ""), ("", "")]
)
def test_bearer(header: str, token: str) -> None:
    assert bearer(header) == token
