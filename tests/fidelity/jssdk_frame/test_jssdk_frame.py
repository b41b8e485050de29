"""The vendor's frame library, unmodified, inside the emulated portal (contract bitrix24-app §5.9)."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import expect

from sandbox.world import World

# Drives Chromium and waits by its clock: never beside another test.
pytestmark = pytest.mark.browser
ADMIN, MANAGER = 1, 7
# jssdk gives up on "safe" commands after 900 ms and calls that success: an answer has to be faster to count.
SAFE_S = 0.85


def answered(frame: Any, script: str) -> Any:
    """The command's answer; fails if the library only gave up waiting."""
    found = frame.evaluate(f"async () => {{ const at = performance.now(); const value = await ({script}); "
                           "return {value, ms: performance.now() - at}; }")  # fmt: skip
    assert found["value"] != {"isSafely": True}
    assert found["ms"] < SAFE_S * 1000
    return found["value"]


def test_the_library_starts_and_knows_where_it_is(tab: Any, desk: Any) -> None:
    assert tab.evaluate("state") == "ready"
    facts = tab.evaluate(
        "({placement: b24.placement.placement, options: b24.placement.options, lang: b24.getLang(), "
        "origin: b24.getTargetOrigin(), admin: b24.auth.isAdmin, install: b24.isInstallMode, "
        "first: b24.isFirstRun, auth: b24.auth.getAuthData()})"
    )
    assert facts["placement"] == "CRM_DEAL_DETAIL_TAB"
    assert facts["options"]["ID"] == "501"
    assert facts["options"]["URI"].startswith("/crm/deal/details/501/")
    assert (facts["origin"], facts["lang"]) == (desk.portal.base_url, "ru")
    assert (facts["admin"], facts["install"], facts["first"]) == (False, False, True)
    assert facts["auth"]["member_id"] == desk.portal.member_id
    token = desk.portal.hub.tokens.by_access(facts["auth"]["access_token"])
    assert token is not None
    assert token.user_id == MANAGER


def test_it_calls_rest_from_the_browser(tab: Any) -> None:
    data = tab.evaluate("b24.actions.v2.call.make({method: 'profile'}).then(r => r.getData().result)")
    assert data["ID"] == str(MANAGER)


def test_first_run_is_told_once_per_user_and_version(desk: Any) -> None:
    desk.install()
    desk.sign_in(MANAGER)
    assert desk.open_tab().evaluate("b24.isFirstRun") is True
    assert desk.open_tab().evaluate("b24.isFirstRun") is False


def test_the_installer_finishes_and_the_page_becomes_the_app(desk: Any, world: World) -> None:
    desk.sign_in()
    desk.page.goto(desk.portal.base_url + "/marketplace/")
    desk.page.click("text=Установить")
    frame = desk.frame()
    assert desk.child.forms[-1][0] == "install"
    assert frame.evaluate("b24.isInstallMode") is True
    frame.evaluate("() => { b24.installFinish(); }")
    desk.page.wait_for_url("**install_finished=Y*")
    assert desk.portal.app.install.finished
    again = desk.frame()
    assert desk.child.forms[-1][0] == "app"
    assert again.evaluate("b24.installFinish().then(() => 'done', (problem) => problem.code)") == (
        "JSSDK_FRAME_INSTALL_ALREADY_FINISHED"
    )
    assert [row.data["user"] for row in world.journal.find(kind="app.installed")] == [ADMIN]


def test_keys_are_renewed_by_the_parent(tab: Any, desk: Any) -> None:
    before = tab.evaluate("b24.auth.getAuthData().access_token")
    fresh = tab.evaluate("b24.auth.refreshAuth()")
    assert fresh["access_token"] != before
    assert desk.portal.hub.tokens.by_access(fresh["access_token"]).user_id == MANAGER


def test_without_a_licence_the_parent_alerts_and_never_answers(tab: Any, desk: Any) -> None:
    from sandbox.bitrix24.state.install import Licence

    said: list[str] = []

    def hear(dialog: Any) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    desk.page.on("dialog", hear)
    desk.portal.app.licence = Licence(blocked=True)
    tab.evaluate(
        "() => { window.answer = 'none'; b24.auth.refreshAuth().then(() => { window.answer = 'came'; }, () => {}); }"
    )
    desk.page.wait_for_timeout(700)
    assert said == ["Не удалось продлить доступ приложения."]
    assert tab.evaluate("answer") == "none"


def test_the_frame_grows_with_its_content(tab: Any, desk: Any) -> None:
    size = answered(tab, "b24.parent.resizeWindow(640, 1234)")
    assert size == {"width": 640, "height": 1234}
    box = desk.page.locator("iframe.app-frame").bounding_box()
    assert (box["width"], box["height"]) == (640, 1234)
    wide = answered(tab, "b24.parent.message.send('resizeWindow', {width: '100%', height: 700, isSafely: true})")
    assert wide["height"] == 700
    assert wide["width"] == desk.page.locator(".frame-panel:visible").bounding_box()["width"]
    assert answered(tab, "b24.parent.fitWindow()")["height"] > 300


def test_title_scroll_and_reload(desk: Any) -> None:
    desk.install()
    desk.sign_in()
    frame = desk.open_app()
    assert answered(frame, "b24.parent.setTitle('Доставка: 3 проблемы')")["title"] == "Доставка: 3 проблемы"
    expect(desk.page.locator("#page-title")).to_have_text("Доставка: 3 проблемы")
    answered(frame, "b24.parent.resizeWindow(600, 3000)")
    assert answered(frame, "b24.parent.scrollParentWindow(400)")["scroll"] == 400
    assert desk.page.evaluate("scrollY") == 400
    with desk.page.expect_navigation():
        frame.evaluate("() => { b24.parent.reloadWindow(); }")


def test_options_of_the_app_and_of_the_user(desk: Any) -> None:
    desk.install()
    desk.sign_in()
    frame = desk.open_tab()
    frame.evaluate("b24.options.userSet('seen', 'yes')")
    frame.evaluate("b24.options.appSet('colour', 'blue')")
    assert desk.portal.app.app_options == {"colour": "blue"}
    assert desk.portal.app.user_options[ADMIN] == {"seen": "yes"}
    again = desk.open_tab(502)
    assert again.evaluate("[b24.options.appGet('colour'), b24.options.userGet('seen')]") == ["blue", "yes"]


def test_only_an_administrator_sets_the_apps_options(tab: Any, desk: Any) -> None:
    tab.evaluate("b24.options.appSet('colour', 'red')")
    assert desk.portal.app.app_options == {}


def test_the_placements_interface_and_reload_data(tab: Any, desk: Any) -> None:
    assert answered(tab, "b24.placement.getInterface()") == {"command": ["reloadData"], "event": []}
    desk.portal.crm.tables[2].get(501)["title"] = "Новое название"
    tab.evaluate("b24.placement.call('reloadData')")
    expect(desk.page.locator("#deal-form input[name=title]")).to_have_value("Новое название")


def test_binding_an_event_is_not_confirmed(tab: Any) -> None:
    started = time.monotonic()
    assert tab.evaluate("b24.placement.bindEvent('whatever', () => { window.called = true; })") == {"isSafely": True}
    assert time.monotonic() - started > SAFE_S
    assert tab.evaluate("window.called") is None


def test_a_slider_with_the_app_opens_and_closes(tab: Any, desk: Any) -> None:
    tab.evaluate(
        "() => { b24.slider.openSliderAppPage({place: 'settings', bx24_width: 700, bx24_title: 'Настройки'})"
        ".then(() => { window.shut = true; }); }"
    )
    inner = desk.frame("dialog.slider iframe.app-frame")
    assert inner.evaluate("b24.placement.isDefault")
    assert inner.evaluate("b24.placement.options") == {"place": "settings"}
    expect(desk.page.locator("dialog.slider h2")).to_have_text("Настройки")
    assert tab.evaluate("window.shut") is None
    inner.evaluate("() => { b24.parent.closeApplication(); }")
    expect(desk.page.locator("dialog.slider")).to_have_count(0)
    tab.wait_for_function("window.shut === true")


def test_a_portal_page_opens_in_the_slider(tab: Any, desk: Any) -> None:
    tab.evaluate(
        "() => { b24.slider.openPath(b24.slider.getUrl('/crm/deal/details/502/'), 950)"
        ".then((answer) => { window.shut = answer; }); }"
    )
    inner = desk.page.frame_locator("dialog.slider iframe.slider__page")
    expect(inner.locator("h1")).to_have_text("Заказ с сайта № 1042")
    desk.page.click("dialog.slider button[aria-label='Закрыть']")
    tab.wait_for_function("window.shut !== undefined")
    assert tab.evaluate("shut") == {"isOpenAtNewWindow": False, "isClose": True}


def test_a_path_that_is_not_for_apps_is_refused(tab: Any) -> None:
    answer = tab.evaluate("b24.parent.message.send('openPath', {path: '/company/structure/'})")
    assert answer == {"result": "error", "errorCode": "PATH_NOT_AVAILABLE"}


def test_an_employee_is_chosen(tab: Any, desk: Any) -> None:
    tab.evaluate("() => { b24.dialog.selectUser().then((user) => { window.user = user; }); }")
    desk.page.get_by_role("radio", name="Ирина Своякова").check()
    desk.page.click("text=Выбрать")
    tab.wait_for_function("window.user !== undefined")
    assert (tab.evaluate("user.id"), tab.evaluate("user.name")) == ("9", "Ирина Своякова")


def test_what_the_sandbox_cannot_do_is_said_aloud(tab: Any, desk: Any) -> None:
    tab.evaluate("b24.parent.imOpenMessenger(7)")
    expect(desk.page.get_by_role("alert")).to_contain_text("imOpenMessenger")


def test_without_a_portal_the_library_says_so(desk: Any) -> None:
    desk.page.goto(desk.child.base_url + "/app")
    desk.page.wait_for_function("window.state !== undefined")
    assert desk.page.evaluate("state").startswith("failed")


@pytest.fixture
def raw(desk: Any) -> Any:
    """A frame that speaks as the older library does."""
    desk.install("/raw")
    desk.sign_in(MANAGER)
    return desk.open_tab()


def test_the_older_library_is_understood(raw: Any, desk: Any) -> None:
    data = raw.evaluate("ask('getInitData')")
    assert (data["DOMAIN"], data["PROTOCOL"], data["PATH"]) == (desk.portal.domain, 0, "/rest")
    assert (data["PLACEMENT"], data["PLACEMENT_OPTIONS"]["ID"]) == ("CRM_DEAL_DETAIL_TAB", "501")
    assert (data["USER_OPTIONS"], data["APP_OPTIONS"], data["AUTH_EXPIRES"]) == ([], [], "3600")
    assert (data["FIRST_RUN"], raw.evaluate("ask('getInitData')")["FIRST_RUN"]) == (True, False)
    assert raw.evaluate("ask('setTitle', {title: 'с: двоеточием'})") == {"title": "с: двоеточием"}
    assert set(raw.evaluate("ask('refreshAuth', {})")) == {"AUTH_ID", "REFRESH_ID", "AUTH_EXPIRES"}


def test_no_answer_without_a_callback_for_a_wrong_sid_or_an_unknown_command(raw: Any) -> None:
    raw.evaluate(
        "() => { send('setTitle', {title: 'quiet'}); send('getInitData', undefined, 'x'.repeat(32), '0'.repeat(32));"
        " send('danceForMe', {}, 'y'.repeat(32)); send('constructor', {}, 'z'.repeat(32));"
        " parent.postMessage('junk', '*'); }"
    )
    assert raw.evaluate("ask('setScroll', {scroll: 0})") == {"scroll": 0}
    assert len(raw.evaluate("heard")) == 1


def test_an_object_message_is_understood(raw: Any) -> None:
    raw.evaluate("sendObject({method: 'getInterface', params: '', callback: 'c-1'})")
    raw.wait_for_function("heard.length === 1")
    assert raw.evaluate("heard[0]") == 'c-1:{"command":["reloadData"],"event":[]}'


def test_a_stranger_in_the_frame_gets_nothing(raw: Any, desk: Any) -> None:
    """The page moved to another origin: window.name went along, the parent does not speak to it."""
    raw.evaluate(
        "address => { location.href = address; }", desk.child.base_url.replace("localhost", "127.0.0.1") + "/raw"
    )
    desk.page.wait_for_timeout(500)
    stranger = desk.frame()
    stranger.evaluate("send('getInitData', undefined, 'x'.repeat(32))")
    desk.page.wait_for_timeout(300)
    assert stranger.evaluate("heard") == []
