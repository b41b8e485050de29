"""Retry decisions and masking: pure functions."""

import json
import re
import time
from datetime import UTC, datetime

import pytest

from b24app.wire.errors import NotSent, OutcomeUnknown, Why
from b24app.wire.mask import IDS_MARK, excerpt, mask_data, mask_text, mask_url
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
        "client_secret=s3cret&x=1", "9170000001", "+375 29 917-00-01", "+998 (917) 000 00 01", "(917) 000-00-01",
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


def test_a_code_that_hands_a_parcel_out_never_stays() -> None:
    """Whatever it is called inside: `code` alone is a harmless name."""
    keys = {"self_pickup_node_code": {"type": "code", "code": "00042"}, "confirmationCode": 7731, "PickupCode": "A1"}
    assert mask_data(keys) == dict.fromkeys(keys, "***")
    assert "00042" not in excerpt(json.dumps({"requests": [keys]}).encode())


def test_excerpts_are_short_and_safe() -> None:
    assert excerpt(b"x" * 20_000) == "<20000 bytes>"
    assert excerpt(b"<html>Olga</html>", "text/html") == "<17 bytes of text/html>"
    assert "s3cret" not in excerpt(
        b"client_secret=s3cret&grant_type=refresh_token", "application/x-www-form-urlencoded"
    )
    assert len(excerpt(json.dumps({str(n): "y" for n in range(900)}).encode())) <= 1500
    assert excerpt(b'{"a": [[[[[[[[[[[["deep"]]]]]]]]]]]]}') == '{"a":[[[[[[["[…]"]]]]]]]}'


def test_a_deal_is_found_in_a_batch_that_is_cut() -> None:
    lines = {f"d{n}": f"crm.item.productrow.list?filter%5B%3DownerId%5D={n}&select%5B0%5D=id" for n in range(501, 551)}
    shown = excerpt(json.dumps({"halt": 0, "cmd": lines, "auth": "aa11"}).encode())
    assert "501" in shown
    head, _, tail = shown.partition(IDS_MARK)
    assert len(head) == 1500
    assert tail.split()[-1] == "550"
    assert not set(tail.split()) & set(re.findall(r"[0-9]{3}", head))
    phones = json.dumps([{"NAME": "x" * 40, "ID": 9170000001 + n, "PHONE": "89170000001"} for n in range(99)]).encode()
    assert "8917" not in excerpt(phones)


def test_a_list_of_ids_is_readable_and_a_list_of_phones_is_not() -> None:
    line = "crm.item.list?filter%5B%40id%5D%5B0%5D=501&filter%5Bphone%5D%5B0%5D=%2B79170000001&fields%5Bfm%5D%5B0%5D=x"
    assert mask_data({"c": line})["c"] == "crm.item.list?filter[@id][0]=501&filter[phone][0]=<12>&fields[fm][0]=<1>"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Invalid value [Olga] in [recipient.name] parameter", "Invalid value [***] in [recipient.name] parameter"),
        ("Не найден адрес «Казань, ул. Баумана, 5»", "Не найден адрес «***»"),
        ('Поле "Адрес доставки": "Казань"', 'Поле "***": "***"'),
        ("[packages[0].weight] is empty", "[packages[0].weight] is empty"),
        ("field 'movedTime' is not allowed", "field 'movedTime' is not allowed"),
        ("UF_CRM_X (Olga) is wrong", "UF_CRM_X (***) is wrong"),
    ],
)
def test_words_of_the_other_side_lose_what_they_quote(said: str, kept: str) -> None:
    for key in ("message", "error_description", "error"):
        assert mask_data({key: said}) == {key: kept}
    assert mask_data({"MESSAGE": said, "description": said, "code": "v2_invalid_format"}) == {
        "MESSAGE": f"<{len(said)}>", "description": f"<{len(said)}>", "code": "v2_invalid_format",
    }  # fmt: skip


def test_where_somebody_lives_is_hidden_as_a_number_too() -> None:
    data = {"to_location": {"latitude": 55.79, "longitude": 49.11, "code": 424, "postal_code": "420111"}}
    hidden = {"latitude": "<number>", "longitude": "<number>", "code": 424, "postal_code": "<6>"}
    assert mask_data(data) == {"to_location": hidden}


#: Bodies as the contracts show them (cdek.md §6, bitrix24-crm.md §1, §2, §5); P marks what is about a person or secret.
BODIES = [
    {"number": "QX7-5-1", "comment": "P1 за час",
     "recipient": {"name": "P2 Olga", "phones": [{"number": "+79170000001"}], "email": "p3@example.test",
     "passport_number": 7712345678}, "to_location": {"code": 424, "address": "P4, 5"},
     "sender": {"name": "P5", "phones": [{"number": "89170000002"}], "company": "P6"},
     "packages": [{"number": "1", "weight": 900, "items": [{"name": "P7", "ware_key": "P8", "cost": 10.5}]}]},
    {"type": "ORDER_STATUS", "url": "https://app.example/hooks/carrier/abc/P9-secret"},
    {"requests": [{"state": "INVALID", "errors": [{"code": "v2_invalid_format", "message": "value [P10] in [x]"}]}]},
    {"result": {"item": {"id": 5, "title": "P11", "comments": "P12", "ufCrmDeliveryAddress": "P13", "contactId": 88,
     "fm": [{"typeId": "PHONE", "value": "8 917 000 00 03"}], "sourceDescription": "P14"}}},
    {"auth": "P15", "cmd": {"n": "im.notify.system.add?USER_ID=7&MESSAGE=P16&TAG=P17",
     "t": "crm.timeline.comment.add?fields%5BCOMMENT%5D=P18&fields%5BENTITY_ID%5D=5"}},
    {"result": {"access_token": "P19", "refresh_token": "P20", "client_endpoint": "https://a.bitrix24.ru/rest/",
     "member_id": "da39a3ee5e6b4b0d3255bfef95601890"}},
    {"result": {"ID": "7", "NAME": "P21", "LAST_NAME": "P22", "PERSONAL_MOBILE": "+79170000004", "TIME_ZONE": "P23"}},
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES)
def test_bodies_of_the_contracts_tell_nothing_about_people(body: dict[str, object]) -> None:
    kept = excerpt(json.dumps(body, ensure_ascii=False).encode(), "application/json")
    assert re.findall(r"P[0-9]+|917|p3@|da39a3|7712345678", kept) == []


def test_urls_lose_query_and_user() -> None:
    assert mask_url("https://me:pw@portal.example/rest/x?auth=abc") == "https://portal.example/rest/x?…"
    assert (
        mask_url("https://a.test/find/olga%40example.test/%2B79170000001") == "https://a.test/find/***@***/***phone***"
    )


def test_masking_is_quick_whatever_comes() -> None:
    began = time.monotonic()
    for sign in ("a", "7", "8 9", "a.", "-", "=", "auth="):
        mask_text(sign * 8000)
    assert time.monotonic() - began < 10
