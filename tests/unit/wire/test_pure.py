"""Retry decisions and masking: pure functions."""

import json
import time
from datetime import UTC, datetime

import pytest

from b24app.wire.errors import NotSent, OutcomeUnknown, Why
from b24app.wire.mask import excerpt, mask_data, mask_text, mask_url
from b24app.wire.retry import parse_retry_after, should_retry

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_what_was_not_sent_may_be_sent_again() -> None:
    assert should_retry(NotSent(Why.CONNECT), attempt=1, most=3, safe=False)
    assert not should_retry(NotSent(Why.CONNECT), attempt=3, most=3, safe=True)


def test_an_unknown_outcome_is_repeated_for_reads_only() -> None:
    assert should_retry(OutcomeUnknown(Why.RESET), attempt=1, most=3, safe=True)
    assert not should_retry(OutcomeUnknown(Why.RESET), attempt=1, most=3, safe=False)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        ("Mon, 23 Nov 2026 09:01:00 GMT", 60),
        ("Mon, 23 Nov 2026 08:00:00 GMT", 0),
        ("soon", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "+7 (917) 000-00-01", "89170000001", "8 917 000 00 01", "+79170000001", "olga@example.test",
        "access_token=abcdef", '"refresh_token": "abcdef"', "Bearer abc.def-ghi", "aa11aa11aa11aa11aa11aa11aa11aa11",
        "client_secret=s3cret&x=1",
    ],
)  # fmt: skip
def test_free_text_is_masked(text: str) -> None:
    masked = mask_text(f"before {text} after")
    for part in ("917", "abcdef", "olga", "abc.def", "aa11aa11", "s3cret"):
        assert part not in masked
    assert masked.startswith("before")


def test_numbers_of_ours_stay_readable() -> None:
    assert mask_data({"whatever": "QX7PL-8061-1"}) == {"whatever": "QX7PL-8061-1"}
    assert mask_text("deal 8061 order 1000451") == "deal 8061 order 1000451"


def test_only_harmless_keys_keep_their_text() -> None:
    data = {"NAME": "Olga", "STAGE_ID": "C3:NEW", "phones": [{"number": "+79170000001"}], "id": 5, "inn": 9170000001}
    assert mask_data(data) == {
        "NAME": "<4>", "STAGE_ID": "C3:NEW", "phones": [{"number": "<12>"}], "id": 5, "inn": "<number>",
    }  # fmt: skip


def test_batch_commands_are_masked_inside() -> None:
    line = (
        "crm.item.update?entityTypeId=2&id=5120&fields%5BufCrmDeliveryAddress%5D=%D0%9A%D0%B0%D0%B7%D0%B0%D0%BD%D1%8C"
    )
    shown = mask_data({"cmd": {"u1": line}})["cmd"]["u1"]
    assert shown == "crm.item.update?entityTypeId=2&id=5120&fields[ufCrmDeliveryAddress]=<6>"


def test_excerpts_are_short_and_safe() -> None:
    assert excerpt(b"x" * 20_000) == "<20000 bytes>"
    assert excerpt(b"<html>Olga</html>", "text/html") == "<17 bytes of text/html>"
    assert "s3cret" not in excerpt(
        b"client_secret=s3cret&grant_type=refresh_token", "application/x-www-form-urlencoded"
    )
    assert len(excerpt(json.dumps({str(n): "y" for n in range(900)}).encode())) <= 1500
    assert excerpt(b'{"a": [[[[[[[[[[[["deep"]]]]]]]]]]]]}') == '{"a":[[[[[[["[…]"]]]]]]]}'


def test_urls_lose_query_and_user() -> None:
    assert mask_url("https://me:pw@portal.example/rest/x?auth=abc") == "https://portal.example/rest/x?…"


def test_masking_is_quick_whatever_comes() -> None:
    began = time.monotonic()
    for sign in ("a", "7", "8 9", "a.", "-", "=", "auth="):
        mask_text(sign * 8000)
    assert time.monotonic() - began < 2
