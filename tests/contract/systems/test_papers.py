"""Print forms: the port Papers."""

from __future__ import annotations

from b24app.logistics.errors import Refused
from b24app.logistics.order import OrderState
from b24app.logistics.papers import PDF, PaperForm, PaperStage, PaperState
from tests.contract.systems.harness import Harness
from tests.contract.systems.parts import ODD, SILENT


def ready(system: Harness, form: PaperForm, state: OrderState) -> PaperState:
    found: PaperState = system.port.ask_paper(form.code, state.remote_id)
    for _ in range(20):
        if found.stage is not PaperStage.PREPARING:
            break
        system.advance(1)
        found = system.port.read_paper(form.code, found.key)
    assert found.stage is PaperStage.READY, (form.code, found)
    return found


def test_every_form_of_the_manifest_is_made_and_fetched(system: Harness) -> None:
    """Printing twice does no harm, and nothing secret is in the key that the program keeps."""
    if not system.has("Papers"):
        assert system.manifest.papers == ()
        return
    assert any(form.first for form in system.manifest.papers)
    state = system.make()
    for form in system.manifest.papers:
        system.before_paper(form, state)
        for _ in range(2):
            found = ready(system, form, state)
            assert system.told(found.key) == []
            assert system.port.fetch_paper(form.code, found.key).startswith(PDF)
    logged = "\n".join(f"{record.url} {record.got}" for record in system.calls.records)
    assert system.told(logged) == []
    assert system.live("wb-1-1") == 1


def test_an_error_under_a_good_status_is_no_paper(system: Harness) -> None:
    if not system.has("Papers"):
        return
    state, form = system.make(), system.manifest.papers[0]
    system.before_paper(form, state)
    found = ready(system, form, state)
    where = system.at("papers", state.remote_id)
    said = system.raised_by((*SILENT, *ODD), where, lambda: system.port.fetch_paper(form.code, found.key))
    assert set(said.values()) <= {"Unavailable", "Refused"}, said
    assert system.port.fetch_paper(form.code, found.key).startswith(PDF)


def test_an_order_that_is_not_there_has_no_papers(system: Harness) -> None:
    if not system.has("Papers"):
        return
    form = system.manifest.papers[0]
    try:
        asked = system.port.ask_paper(form.code, system.no_such_order())
        problems = ready_or_refused(system, form, asked).problems
    except Refused as error:
        problems = error.problems
    assert problems


def ready_or_refused(system: Harness, form: PaperForm, found: PaperState) -> PaperState:
    for _ in range(20):
        if found.stage is not PaperStage.PREPARING:
            break
        system.advance(1)
        found = system.port.read_paper(form.code, found.key)
    assert found.stage is PaperStage.REFUSED
    return found
