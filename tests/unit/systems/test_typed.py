"""Addresses that administrators type: one way to write each of them, and which settings they win over."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from b24app.runners.services import Services
from b24app.settings import Settings
from b24app.systems import Manifest, RatePolicy, SettingField, typed
from b24app.systems.typed import UrlError, normal


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("", ""),
        ("  ", ""),
        ("1C.Firma.ru:443/base/", "https://1c.firma.ru/base"),
        (" https://sap.firma.ru:44300/ ", "https://sap.firma.ru:44300"),
        ("HTTP://wms.firma.local:80", "http://wms.firma.local"),
        ("https://1с.фирма.рф/УТ/hs", "https://xn--1-7tb.xn--80apmps.xn--p1ai/%D0%A3%D0%A2/hs"),
        ("https://h/a%20b", "https://h/a%20b"),
        ("srv_1c:8443/ut", "https://srv_1c:8443/ut"),
        ("https://[2001:DB8::1]:8443/x/", "https://[2001:db8::1]:8443/x"),
        ("https://１２７.0.0.1/", "https://127.0.0.1"),
        ("firma.ru.", "https://firma.ru"),
    ],
)
def test_one_way_to_write_an_address(written: str, stored: str) -> None:
    assert normal(written) == stored
    assert normal(stored) == stored


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("https://admin:1@firma.ru", "user"), ("https://firma.ru@127.0.0.1", "user"), ("firma.ru/?a=1", "query"),
        ("firma.ru/#x", "query"), ("ftp://firma.ru", "https"), ("file:///etc", "https"), ("https:///x", "unreadable"),
        ("gopher://firma.ru:70/x", "https"), ("javascript:alert(1)", "unreadable"), ("//firma.ru/x", "unreadable"),
        ("https://firma.ru\\@127.0.0.1/", "unreadable"), ("https://fir ma.ru", "unreadable"), ("a..b", "unreadable"),
        ("https://a.ru:0/", "unreadable"), ("https://a.ru:99999", "unreadable"), ("https://fir%6da.ru", "unreadable"),
        ("https://firma\u200b.ru", "unreadable"), ("https://a.ru\nHost: x", "unreadable"), ("x" * 501, "unreadable"),
        ("https://[::1", "unreadable"), ("https://-.ru", "unreadable"),
    ],
)  # fmt: skip
def test_what_is_no_address_breaks_a_rule(written: str, rule: str) -> None:
    with pytest.raises(UrlError) as caught:
        normal(written)
    assert caught.value.rule == rule


def manifest(live: str = "", **hosts: str) -> Manifest:
    def field(name: str, kind: str = "url") -> SettingField:
        return SettingField(name, {"ru": name, "en": name}, kind=kind)

    return Manifest(
        code="toad",
        title={"ru": "Жаба", "en": "Toad"},
        kind="warehouse",
        ports=("Orders",),
        limits={},
        settings_form=(field("login", "text"), field("auth"), field("address")),
        rate=RatePolicy(1, 1),
        base_urls={"live": live},
        hosts={name: {"live": url} for name, url in hosts.items()},
    )


def services(found: Manifest, system_urls: str = "") -> Services:
    plugins: Any = {"toad": SimpleNamespace(manifest=found)}
    nothing: Any = None
    settings = Settings.model_validate({"system_urls": system_urls})
    return Services(
        settings=settings,
        clock=nothing,
        sessions=nothing,
        http=nothing,
        system_http=nothing,
        waker=nothing,
        budgets=nothing,
        plugins=plugins,
        carrier_tokens=nothing,
        open_portal=nothing,
    )


def account(**settings: str) -> Any:
    return cast("Any", SimpleNamespace(system="toad", mode="live", settings=settings))


def test_what_was_typed_wins_over_the_deployments_setting() -> None:
    here = services(manifest(), "toad=https://stand.example,toad.auth=https://stand.example/auth")
    mine = account(address="https://1c.firma.ru/base", auth="https://auth.firma.ru")
    assert here.system_url(mine) == "https://1c.firma.ru/base"
    assert here.system_urls(mine) == {"auth": "https://auth.firma.ru"}


def test_nothing_typed_leaves_what_the_deployment_says() -> None:
    here = services(manifest(), "toad=https://stand.example")
    assert here.system_url(account()) == "https://stand.example"
    assert services(manifest()).system_url(account()) == ""


def test_a_system_with_an_address_of_its_own_keeps_it() -> None:
    here = services(manifest(live="https://api.toad.example", tracking="https://tracking.toad.example"))
    mine = account(address="https://evil.example")
    assert here.system_url(mine) == "https://api.toad.example"
    assert here.system_urls(mine) == {"tracking": "https://tracking.toad.example"}


def test_an_odd_address_in_the_store_leads_nowhere() -> None:
    assert services(manifest()).system_url(account(address="https://a:b@firma.ru")) == "about:blank"


def test_the_base_address_comes_first() -> None:
    assert typed.names(manifest()) == ("address", "auth")
