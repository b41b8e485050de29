"""The emulated PEK's wire: access step by step, pages, the budget of calls, refusals inside HTTP 200."""

from __future__ import annotations

import requests

from .conftest import PekClient


def test_access_is_refused_step_by_step_with_pages(pek: PekClient) -> None:
    url = pek.base_url + "/auth/profiledata/"
    login, key = pek.account["login"], pek.account["key"]
    wrong = [None, (login, "nonsense"), ("nobody@example.com", key), (login, "pek-key-2")]
    for auth in wrong:
        answer = requests.post(url, json={}, auth=auth, timeout=5)
        assert (answer.status_code, answer.headers["Content-Type"][:9]) == (401, "text/html")
    bearer = requests.post(url, json={}, headers={"Authorization": "Bearer x"}, timeout=5)
    assert bearer.status_code == 401
    assert requests.post(url, json={}, auth=(login, "pek-key-1b"), timeout=5).json()["inn"] == pek.account["inn"]
    pek.world.control.post("/pek/keys/expire", {"key": key})
    assert pek.raw("/auth/profiledata/", {}).status_code == 401
    pek.http.auth = (login, "pek-key-1b")
    pek.set(forbidden=["/auth/profiledata/"])
    assert pek.raw("/auth/profiledata/", {}).status_code == 403


def test_unknown_addresses_verbs_and_slashes_are_pages(pek: PekClient) -> None:
    for path, method in (
        ("/branches/nothing/", "POST"),
        ("/auth/profiledata", "POST"),
        ("/auth/profiledata/", "GET"),
        ("/typesOfDelivery/all/", "POST"),
        ("/netshop/submit/", "POST"),
    ):
        assert pek.raw(path, {}, method).status_code == 404
    pek.set(slash_required=False)
    assert pek.raw("/auth/profiledata", {}).json()["name"] == "Ромашка"
    products = pek.raw("/typesOfDelivery/all/", method="GET").json()
    assert {row["type"]: row["contractIsRequired"] for row in products} == {
        3: False,
        1: False,
        5: False,
        12: True,
        7: True,
    }


def test_the_101st_call_of_a_minute_is_refused_in_both_forms(pek: PekClient) -> None:
    for _ in range(100):
        assert "error" not in pek.call("/currency/all/")[0]
    refused = pek.raw("/currency/all/", {})
    assert (refused.status_code, refused.json()["error"]["status"]) == (200, 429)
    assert PekClient(pek.world, 1).call("/currency/all/")[0]["code"] == "643"
    pek.set(rate_answer="429")
    refused = pek.raw("/currency/all/", {})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    pek.world.clock.advance(61)
    assert pek.raw("/currency/all/", {}).status_code == 200


def test_refusals_are_http_200_or_what_is_switched_on(pek: PekClient) -> None:
    assert pek.raw("/cargos/basicstatus/", {"cargoCodes": []}).status_code == 200
    pek.set(http_errors=True)
    assert pek.raw("/cargos/basicstatus/", {"cargoCodes": []}).status_code == 400
    broken = pek.http.post(
        pek.base_url + "/currency/all/", data="{", headers={"Content-Type": "application/json"}, timeout=5
    )
    assert broken.json()["error"]["title"] == "Ошибка разбора запроса"
    plain = pek.http.post(pek.base_url + "/currency/all/", data="{}", headers={"Content-Type": "text/plain"}, timeout=5)
    assert plain.json()["error"]["title"] == "Неверный заголовок Content-Type"


def test_faults_speak_peks_words(pek: PekClient) -> None:
    control = pek.world.control
    control.fault("pek", "status", params={"status": 500}, times=1)
    answer = pek.raw("/currency/all/", {})
    assert (answer.status_code, answer.json()["error"]["status"]) == (500, 500)
    control.fault("pek", "status", params={"status": 404}, match={"portal": pek.account["login"]}, times=1)
    assert "<h1>" in pek.raw("/currency/all/", {}).text
