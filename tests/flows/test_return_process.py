"""The smart process for returns as an administrator sees it: made at installation, chosen, deleted, found again; and
a portal whose plan has none."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
import requests

from b24app.flows.return_process import OffReason
from b24app.logistics.returning import ReturnStage
from b24app.store import portals
from b24app.store.return_process import Kept
from tests.flows.town import ADMIN, Shop, Town, words_of


def rest(shop: Shop, method: str, **params: Any) -> Any:
    """What the portal's administrator does in the portal. By the app's key, so it waits for the app's own calls."""
    token = shop.ask("POST", "/token", {"user": ADMIN})["access_token"]
    address = shop.ask("GET", "")["base_url"]
    with requests.Session() as http:
        http.trust_env = False
        for _ in range(20):
            answer = http.post(f"{address}/rest/{method}", json={"auth": token, **params}, timeout=20)
            if "QUERY_LIMIT_EXCEEDED" not in answer.text:
                break
            time.sleep(1)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def titles(shop: Shop) -> list[str]:
    return [row["title"] for row in rest(shop, "crm.type.list")["types"]]


def kept(shop: Shop) -> Kept:
    return Kept.of(shop.town.program.read(lambda session: portals.get(session, shop.id).settings))


def card(shop: Shop) -> str:
    """The card, once nobody reads the portal any more."""

    def done() -> str:
        page = shop.app().get("/app/s/fields")
        found = re.search(r'<section class="wb-card" id="returns".*?</section>', page, re.DOTALL)
        return "" if found is None or "data-live" in found[0] else found[0]

    return words_of(str(shop.town.wait(done, "the reading of the smart process")))


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_an_administrator_chooses_loses_and_gets_it_again(shop: Shop) -> None:
    assert titles(shop) == ["Возвраты"]
    said = card(shop)
    assert "Возвраты портал держит в процессе «Возвраты»" in said
    assert "посылка едет к нам Едет к нам" in said

    theirs = rest(shop, "crm.type.add", fields={"title": "Рекламации", "isStagesEnabled": "Y"})["type"]
    shop.app().press("/app/returns/again", {})
    assert "Рекламации" in card(shop)
    shop.app().press("/app/returns", {"type": str(theirs["id"])})
    assert "держит в процессе «Рекламации»" in card(shop)
    process = kept(shop).process
    assert process is not None
    assert (process.entity, set(process.stages)) == (theirs["entityTypeId"], set(ReturnStage))

    rest(shop, "crm.type.delete", id=theirs["id"])
    # The day after nobody has to ask.
    shop.town.advance(90_000)
    shop.town.wait(lambda: kept(shop).off, "the look of the day after")
    page = words_of(shop.app().page)
    assert "Процесс для возвратов удалили" in page
    assert "Создать заново" in card(shop)
    assert titles(shop) == ["Возвраты"]
    shop.app().press("/app/returns/again", {})
    # The one that we had made carries our mark: no second one is made.
    assert "держит в процессе «Возвраты»" in card(shop)
    assert titles(shop) == ["Возвраты"]


def test_a_plan_without_smart_processes_is_installed_and_told(town: Town) -> None:
    member = str(town.world.addresses["portals"][0]["member_id"])
    Shop(town, member).settings(smart_processes=False)
    shop = town.shop()
    assert shop.is_on
    page = words_of(shop.app().page)
    assert "На этом тарифе нет смарт-процессов" in page
    off = kept(shop).off
    assert off is not None
    assert off.why is OffReason.PLAN
    assert "На этом тарифе нет смарт-процессов" in card(shop)
    shop.settings(smart_processes=True)
    shop.app().press("/app/returns/again", {})
    assert "держит в процессе «Возвраты»" in card(shop)
    assert "На этом тарифе" not in words_of(shop.app().page)
