"""Nothing of a client and no key is in the log of calls or in the support bundle, also after something went wrong."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from sqlalchemy import select

from b24app.store.models import CallLogRow, Connection, Portal, PortalToken
from tests.flows.town import ADDRESS, MANAGER, PHONE, Shop

FINE, REFUSED = 501, 555
#: What the manager types: no other text of the world holds these words.
NAME, LAST_NAME = "Аполлинария", "Незабудкина-Вьюжная"
STREET, LINE = "Неведомокрасная", "г. Казань, ул. Неведомокрасная, д. 173, кв. 918"
DIGITS = "9176543219"


def test_no_row_of_the_log_and_no_bundle_names_a_client_or_a_key(shop: Shop) -> None:
    shop.fill_in(FINE, REFUSED)
    contact = shop.deal(FINE)["contactId"]
    person = {"name": NAME, "lastName": LAST_NAME}
    shop.ask("POST", "/edit", {"id": contact, "entity_type_id": 3, "fields": person, "user": MANAGER})
    shop.edit(FINE, **{ADDRESS: LINE, PHONE: f"+7 {DIGITS[:3]} {DIGITS[3:6]}-{DIGITS[6:8]}-{DIGITS[8:]}"})
    shop.town.calm()
    # Once unanswered and once refused: errors and repetitions are logged, too.
    shop.town.fault("status", match={"path": "/v2/orders"}, params={"status": 503}, times=1)
    shop.move(FINE, REFUSED)
    shop.noticed(REFUSED)
    shop.town.advance(120)
    [order] = [shop.shipped(FINE)]
    assert order
    taken = shop.orders(FINE)[0]
    assert LAST_NAME in taken["recipient"]
    assert DIGITS in taken["phone"]
    shop.town.calm()
    shop.tab(FINE)
    shop.town.program.remotes.call_log.flush()
    shop.app()

    secrets = _secrets(shop)
    assert len(secrets) == 6 and all(len(each) > 15 for each in secrets)
    rows = _log(shop)
    assert len(rows) > 15
    assert any(
        row.remote.startswith("cdek:") and row.url.endswith("/orders") and "recipient" in row.sent for row in rows
    )
    for row in rows:
        text = " ".join(str(getattr(row, column.key)) for column in CallLogRow.__table__.columns)
        _clean(text, secrets, f"call {row.id} {row.label}")
    _clean(_bundle(shop), secrets, "the support bundle")


def _log(shop: Shop) -> list[CallLogRow]:
    def rows() -> list[CallLogRow]:
        found: list[CallLogRow] = shop.town.program.read(lambda session: list(session.scalars(select(CallLogRow))))
        return found

    shop.town.wait(lambda: any("orders" in row.label for row in rows()), "the log")
    return rows()


def _secrets(shop: Shop) -> list[str]:
    """Every key that the program holds or gave away: of the app, the portal, people, accounts and callbacks."""

    def read(session: Any) -> list[str]:
        tokens = [value for row in session.scalars(select(PortalToken)) for value in (row.access, row.refresh)]
        accounts = session.scalars(select(Connection)).all()
        hooks = [row.hook_secret for row in accounts]
        typed = [str(row.settings["secret"]) for row in accounts]
        doors = [row.application_token for row in session.scalars(select(Portal)) if row.application_token]
        return [*tokens, *hooks, *typed, *doors]

    found: list[str] = shop.town.program.read(read)
    return [*found, shop.town.program.settings.app_secret.get_secret_value()]


def _bundle(shop: Shop) -> str:
    page = shop.app()
    link = re.findall(r'href="([^"]+)"', page.get("/app/support/link"))[0]
    answer = page._session.get(f"{shop.town.program.url}{link}", timeout=30)
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "calls.json" in archive.namelist()
        return "\n".join(archive.read(name).decode() for name in archive.namelist())


def _clean(text: str, secrets: list[str], where: str) -> None:
    digits = re.sub(r"[\s()\-+]", "", text)
    for word in (NAME, LAST_NAME, STREET, "173, кв", *secrets):
        assert word.casefold() not in text.casefold(), f"{word!r} in {where}"
    assert DIGITS not in digits, f"the phone in {where}"
    escaped = text.encode().decode("unicode_escape", "ignore")
    assert STREET not in escaped
