"""An administrator who has just found Waybill in the Market and follows what its pages say: clicks and keys only.

What is clicked and waited for are the words of the reader's language, so that a walk in English is a walk in English.
Nothing here reads the database or posts a form of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from playwright.sync_api import Frame, Locator, Page, expect

from b24app.frames.words import words
from tests.browser.pages.desk import ADMIN, Desk

#: The emulated portal's own words: (ru, en).
MARKET, INSTALL, GENERAL, SAVE, SAVED = (
    ("Маркет", "Market"),
    ("Установить", "Install"),
    ("Общие", "General"),
    ("Сохранить", "Save"),
    ("Сохранено", "Saved"),
)
SHIPS = "Передано на отгрузку"
SLOW_MS = 40_000


class Walker:
    """The set-up's steps in their order, each left by the button that the page offers."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.t = words(desk.lang)

    @property
    def page(self) -> Page:
        return self.desk.page

    @property
    def ours(self) -> Frame:
        return self.desk.ours()

    def portal(self, said: tuple[str, str]) -> str:
        return said[0 if self.desk.lang == "ru" else 1]

    def press(self, key: str, **params: object) -> None:
        self.ours.get_by_role("button", name=self.t(key, **params), exact=True).click()

    # --- the Market --------------------------------------------------------------------------------------------------

    def install(self) -> None:
        """From the Market's card until the portal has closed the installer page and opened the app."""
        self.desk.sign_in(ADMIN)
        self.page.get_by_role("button", name=self.desk.lang.upper(), exact=True).click()
        self.page.get_by_role("link", name=self.portal(MARKET), exact=True).click()
        self.page.get_by_role("button", name=self.portal(INSTALL), exact=True).click()
        expect(self.ours.locator("h1")).to_have_text(self.t("install.title"))
        self.page.wait_for_url("**install_finished=Y**", timeout=SLOW_MS)

    # --- steps -------------------------------------------------------------------------------------------------------

    def on_step(self, code: str) -> None:
        """A step's page is there, whole, from its beginning, and the reader has been told."""
        expect(self.ours.locator("#app")).to_have_attribute("data-section", code)
        expect(self.ours.locator(".wb-steps [aria-current=step]")).to_contain_text(self.t(f"section.{code}.tab"))
        assert self.desk.watched.overflow(self.ours) == 0, code

    def go_on(self, code: str) -> None:
        """The step's own button that leads on: what was typed is saved by it. The portal's page is at its top again."""
        self.press("nav.next", what=self.t(f"section.{code}.next"))
        self.on_step(code)
        expect(self.ours.locator("h1")).to_be_focused()
        self.page.wait_for_function("scrollY === 0")

    def done(self, code: str) -> None:
        """The step has its tick."""
        said = f"{self.t(f'section.{code}.tab')}"
        expect(self.ours.locator(".wb-steps li", has_text=said)).to_have_class("is-done")

    def connect(self, account: Mapping[str, object]) -> None:
        """The carrier is chosen; a wrong key first, as people paste them; then the right one, tested to its end."""
        self.ours.get_by_role("button", name=self.carrier, exact=True).click()
        form = self.ours.locator("#account-cdek-0")
        self.type(form, "Account", account["client_id"])
        form.get_by_label("Secure password").fill("copied-without-its-end")
        self.press("account.save")
        test = self.ours.locator("#account-test")
        refused = self.t("conn.step.sign_in.bad", carrier=self.carrier)
        expect(test.locator("li.is-bad")).to_contain_text(refused, timeout=SLOW_MS)
        self.ours.get_by_role("button", name=f"{self.t('conn.replace')} Secure password").click()
        self.ours.get_by_label("Secure password").fill(str(account["client_secret"]))
        self.ours.get_by_label("Secure password").press("Enter")
        expect(test.locator("li.is-bad")).to_have_count(0, timeout=SLOW_MS)
        expect(test.locator("li").last).to_have_class("is-ok", timeout=SLOW_MS)
        self.done("connections")

    @property
    def carrier(self) -> str:
        return "СДЭК" if self.desk.lang == "ru" else "CDEK"

    def place(self) -> None:
        """Where goods leave from. Not saved: going on does that, and a wrong phone holds the person back."""
        form = self.ours.locator("#origins form")
        for name, value in (("title", "Склад"), ("name", "Иван Петров"), ("address", "Москва, Тверская 1")):
            self.type(form, self.t(f"origin.{name}"), value)
        self.type(form, self.t("origin.phone"), "12")
        self.press("nav.next", what=self.t("section.stages.next"))
        phone = form.get_by_label(self.t("origin.phone"))
        expect(phone).to_be_focused()
        expect(phone).to_have_attribute("aria-invalid", "true")
        expect(form).to_contain_text(self.t("origin.wrong.phone"))
        phone.fill("+7 495 123-45-67")

    def stages(self) -> None:
        """What was guessed from names is as the person wants it; the pipeline is left off until a dry run."""
        pipeline = self.ours.locator("#pipeline-0")
        expect(pipeline.get_by_role("switch")).not_to_be_checked()
        trigger = pipeline.get_by_label(self.t("pipeline.trigger"))
        expect(trigger.locator("option:checked")).to_have_text(SHIPS)
        expect(pipeline.get_by_label(self.t("pipeline.account")).locator("option:checked")).to_have_text(self.carrier)
        delivered = pipeline.get_by_label(self.t("status.delivered"), exact=True)
        expect(delivered.locator("option:checked")).to_have_text("Доставлена")

    def try_out(self, deal: int, before: Callable[[], None]) -> None:
        """A dry run of a deal that lacks its address; the manager fills it in (`before`); again; switched on."""
        self.type(self.ours.locator("#trial"), self.t("trial.number"), deal)
        self.ours.locator("#trial-go").click()
        lacks = self.t("trial.verdict.problems", n=1).split("1")[0].strip()
        expect(self.ours.locator("#trial-verdict")).to_contain_text(lacks, timeout=SLOW_MS)
        before()
        self.page.get_by_role("link", name="Waybill", exact=True).click()
        self.ours.get_by_role("link", name=self.t("nav.setup"), exact=True).click()
        expect(self.ours.locator("#app")).to_have_attribute("data-section", "stages")  # what is left to be done
        self.go_on("fields")
        self.go_on("defaults")
        self.go_on("trial")
        self.ours.locator("#trial-result").get_by_role("button", name=self.t("trial.again"), exact=True).click()
        good = self.t("trial.verdict.good", carrier=self.carrier)
        expect(self.ours.locator("#trial-verdict")).to_contain_text(good, timeout=SLOW_MS)
        self.ours.locator("#trial-result form.wb-sticky button").click()
        expect(self.ours.locator("#trial-on")).to_be_visible()
        self.done("stages")
        self.done("trial")

    def type(self, where: Locator, label: str, value: object) -> None:
        where.get_by_label(label).fill(str(value))

    # --- the first deal ----------------------------------------------------------------------------------------------

    def fill_in(self, deal: int, fields: Mapping[str, str]) -> None:
        """What a manager writes into our fields of a deal, in the deal's own card."""
        self.page.goto(f"{self.desk.address['base_url']}/crm/deal/details/{deal}/")
        form = self.page.locator("#deal-form")
        for label, value in fields.items():
            field = form.get_by_label(label, exact=True)
            if field.evaluate("each => each.tagName") == "SELECT":
                field.select_option(label=value)
            else:
                field.fill(value)
        form.get_by_role("button", name=self.portal(SAVE), exact=True).click()
        expect(self.page.locator("#notes")).to_contain_text(self.portal(SAVED))

    def move(self, deal: int, stage: str) -> None:
        """On the board, by the card's own menu."""
        self.page.goto(f"{self.desk.address['base_url']}/crm/deal/kanban/")
        self.page.locator(f".cell__move[data-deal='{deal}']").select_option(label=stage)
        column = self.page.locator(f".column[aria-label='{stage}']")
        expect(column.locator(f".cell[data-deal='{deal}']")).to_be_visible()

    def number(self, deal: int) -> str:
        """The carrier's number in the deal's tab, once it is there."""
        tab = self.desk.open_tab(deal)
        expect(tab.locator("#now")).to_contain_text(
            self.t("now.created.title", number="").split(",")[1], timeout=SLOW_MS
        )
        copy = tab.get_by_role("button", name=self.t("common.copy_number")).first
        return str(copy.get_attribute("data-copy"))
