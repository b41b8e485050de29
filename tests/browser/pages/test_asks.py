"""A part of the tab that asks after what is to come: seldom while it shows nothing of it."""

from __future__ import annotations

from playwright.sync_api import Route

from tests.browser.pages.watched import Watched, open_page, until

PART = (
    '<div id="probe" data-pace="100"><i id="probe-ask" data-quiet hx-get="/tab/probe" hx-trigger="ask"'
    ' hx-target="#probe" hx-swap="outerHTML"></i><input type="file" aria-label="probe"></div>'
)


def test_a_file_that_was_chosen_makes_the_page_ask_seldom(watched: Watched, gallery: str) -> None:
    """News are not shown until it is sent: they were asked for over and over all the same."""
    page, asked = watched.page, list[str]()

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=PART, content_type="text/html")

    page.route("**/tab/probe", answer)
    open_page(page, f"{gallery}/created/ru")
    page.evaluate(
        "html => { document.getElementById('tab').insertAdjacentHTML('beforeend', html);"
        " htmx.process(document.getElementById('probe'));"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        PART,
    )
    until(page, lambda: len(asked) >= 3, "it is asked for often")
    # As a person does: the field is pressed first, and from then on the part holds still under the dialog.
    with page.expect_file_chooser() as dialog:
        page.get_by_label("probe").click()
    dialog.value.set_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-"})
    often = len(asked)
    page.wait_for_timeout(1500)
    assert len(asked) - often <= 2
