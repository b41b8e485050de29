"""The step that reads and mends deal fields: what it makes, what it leaves alone, what it remembers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from b24app.bitrix24.drift import DOUBTED, KNOWN, LOST
from b24app.clock import FixedClock
from b24app.flows.snapshot import Role
from b24app.store import portal_settings, portals
from b24app.store.engine import Sessions, session_scope
from b24app.store.field_wishes import Wish, WishKind, add_wishes, wishes_of
from b24app.store.models import Portal, PortalState
from install.steps import Ground, fields

LINK, STATUS = "UF_CRM_LOGISTICS_LINK", "UF_CRM_LOGISTICS_STATUS"


@pytest.fixture
def step(sessions: Sessions, clock: FixedClock, portal: Portal, there: Any) -> Callable[[], dict[str, Any]]:
    """Runs the step; the portal's settings afterwards."""

    def save(act: Any) -> Any:
        with session_scope(sessions) as session:
            return act(session)

    def go() -> dict[str, Any]:
        fields.run(Ground(there, portal.id, "ru", "https://w.example", "https://h.example", save, clock.now))
        with sessions() as session:
            return dict(portals.get(session, portal.id).settings)

    return go


def roles(sessions: Sessions, portal: Portal) -> dict[str, str]:
    with sessions() as session:
        return portals.field_map(session, portal.id)


def change(sessions: Sessions, portal: Portal, state: PortalState, *wishes: Wish, **settings: Any) -> None:
    def write(kept: dict[str, Any]) -> None:
        add_wishes(kept, wishes)
        kept.update(settings)

    with session_scope(sessions) as session:
        portals.get(session, portal.id).state = state
        portal_settings.change(session, portal.id, write)


def without(there: Any, name: str) -> dict[str, Any]:
    [gone] = [row for row in there.fields if row["FIELD_NAME"] == name]
    there.fields.remove(gone)
    return dict(gone)


def test_a_field_that_was_deleted_is_made_again_by_an_installation_only(
    step: Any, sessions: Sessions, portal: Portal, there: Any
) -> None:
    step()
    without(there, LINK)
    change(sessions, portal, PortalState.ACTIVE)
    settings = step()
    assert LINK not in {row["FIELD_NAME"] for row in there.fields}
    assert settings[KNOWN]["link"]["title"] == "Ссылка на отслеживание"
    assert roles(sessions, portal)["link"] == LINK
    change(sessions, portal, PortalState.INSTALLING)
    step()
    assert LINK in {row["FIELD_NAME"] for row in there.fields}


def test_a_field_is_made_again_when_somebody_asked_for_it_and_the_wish_is_over(
    step: Any, sessions: Sessions, portal: Portal, there: Any
) -> None:
    step()
    there.fields.append({**without(there, STATUS), "USER_TYPE_ID": "date"})
    change(sessions, portal, PortalState.ACTIVE, Wish(Role.STATUS, WishKind.OWN))
    settings = step()
    assert roles(sessions, portal)["status"] == f"{STATUS}_WB"
    assert wishes_of(settings) == ()
    assert settings[KNOWN]["status"]["kind"] == "string"
    there.asked.clear()
    step()
    assert there.asked == ["crm.deal.userfield.list", "crm.item.fields", "crm.item.fields"]


def test_the_field_of_our_own_type_is_made_for_who_asked_and_plays_the_role(
    step: Any, sessions: Sessions, portal: Portal, there: Any
) -> None:
    step()
    assert not [row for row in there.fields if row["FIELD_NAME"] == "UF_CRM_PVZ_POINT"]
    change(sessions, portal, PortalState.ACTIVE, Wish(Role.POINT, WishKind.TYPED), app_id=17)
    step()
    assert wishes_of(step()) == ()
    [made] = [row for row in there.fields if row["FIELD_NAME"] == "UF_CRM_PVZ_POINT"]
    assert (made["USER_TYPE_ID"], made["EDIT_FORM_LABEL"]) == ("rest_17_wbpoint", "Пункт выдачи")
    assert roles(sessions, portal)["point_code"] == "UF_CRM_PVZ_POINT"


def test_its_own_name_is_given_back_when_somebody_asked_for_it(
    step: Any, sessions: Sessions, portal: Portal, there: Any
) -> None:
    step()
    row = next(row for row in there.fields if row["FIELD_NAME"] == LINK)
    row["EDIT_FORM_LABEL"] = "Где посылка"
    change(sessions, portal, PortalState.ACTIVE, Wish(Role.LINK, WishKind.NAME))
    step()
    assert row["EDIT_FORM_LABEL"] == "Ссылка на отслеживание"


def test_a_portal_that_has_fields_of_these_names_and_of_other_types_keeps_them(
    step: Any, sessions: Sessions, portal: Portal, there: Any
) -> None:
    there.fields.append({"ID": "5", "FIELD_NAME": "UF_CRM_DELIVERY_ADDRESS", "USER_TYPE_ID": "address"})
    there.fields.append({"ID": "6", "FIELD_NAME": "UF_CRM_PVZ_CODE", "USER_TYPE_ID": "file"})
    step()
    found = roles(sessions, portal)
    assert (found["address"], found["point_code"]) == ("UF_CRM_DELIVERY_ADDRESS", "UF_CRM_PVZ_CODE_WB")
    assert there.fields[0]["USER_TYPE_ID"] == "address"


def test_what_the_list_means_stays_as_it_was_said(step: Any, sessions: Sessions, portal: Portal, there: Any) -> None:
    assert step()["delivery_types"] == {"31": "courier", "32": "pickup"}
    change(sessions, portal, PortalState.ACTIVE, delivery_types={"31": "pickup", "32": ""})
    assert step()["delivery_types"] == {"31": "pickup", "32": ""}


def test_what_deals_did_not_hold_is_looked_after_once(
    step: Any, sessions: Sessions, portal: Portal, there: Any
) -> None:
    step()
    change(sessions, portal, PortalState.ACTIVE, **{LOST: [LINK, "UF_CRM_GONE"]})
    settings = step()
    assert (settings[LOST], settings[DOUBTED]) == ([], [LINK])
