"""The robot «Get label»: has the order's label made as the tab does, and says where it is once it is there."""

from __future__ import annotations

from typing import Any

from b24app.flows.decisions import Text
from b24app.flows.papers import pages
from b24app.logistics.papers import PaperForm, PaperKind
from b24app.logistics.problem import Field, Problem
from b24app.logistics.status import Status
from b24app.runners.portal.robot_scene import RefusedError, Robot, Scene, Values, is_placed
from b24app.store import comments, outbox, papers
from b24app.store.models import Paper, PaperStatus, Shipment

#: A larger file stays with us (bitrix24-crm.md §13.2).
ATTACHED_MOST = 256 * 1024
_NO_ORDER = (Status.REJECTED, Status.CANCELLED)


def begin(scene: Scene) -> None:
    _order(scene)


def look(scene: Scene) -> Values | None:
    """First the order gets its number, then its label is made."""
    row = _order(scene)
    if row is None or not row.remote_id or not is_placed(row):
        return None
    if "paper" not in scene.memory:
        _ask(scene, row)
        return None
    paper = papers.get(scene.session, scene.portal.id, int(scene.memory["paper"]))
    if paper is None:
        del scene.memory["paper"]  # the order was changed meanwhile: its label is made anew
        return None
    if paper.status == PaperStatus.FAILED:
        raise RefusedError(Problem.from_json(paper.problem) if paper.problem else Problem("paper_late"))
    return _results(scene, row, paper) if paper.status == PaperStatus.READY else None


def _order(scene: Scene) -> Shipment | None:
    """The newest order of the deal; None = it is on its way there. Raises RefusedError."""
    rows = scene.speaking()
    if not rows or Status(rows[-1].status) in _NO_ORDER:
        raise RefusedError(*(scene.refusals() or [Problem("robot_no_order", Field.ORDER)]))
    return rows[-1]


def _ask(scene: Scene, row: Shipment) -> None:
    form = _form(scene, row)
    how: Any = {"now": scene.now, "trace_id": scene.trace_id}
    lane = papers.ask(scene.session, row, form.code, asked_by=None, people=False, **how)
    if lane is not None:
        scene.wake.add(lane)
    made = papers.of_shipments(scene.session, scene.portal.id, [row.id])
    scene.memory["paper"] = next(paper.id for paper in made if paper.form == form.code)


def _form(scene: Scene, row: Shipment) -> PaperForm:
    """The label of the size that is asked for, else the one that people are shown first."""
    account = next((each for each in scene.accounts() if each.id == row.connection_id), None)
    plugin = scene.services.plugins.get(account.system) if account is not None else None
    labels = [form for form in (plugin.manifest.papers if plugin else ()) if form.kind is PaperKind.LABEL]
    size = scene.given("size").casefold()
    fits = [form for form in labels if not size or form.size.casefold() == size]
    if not fits:
        sizes = ", ".join(dict.fromkeys(form.size for form in labels))
        raise RefusedError(Problem("robot_no_label", Field.ORDER, params={"sizes": sizes}))
    return min(fits, key=lambda form: not form.first)


def _results(scene: Scene, row: Shipment, paper: Paper) -> Values:
    """The file is in the deal's timeline: by the portal's own setting, or for this robot's sake."""
    content = papers.content(scene.session, scene.portal.id, paper.id)
    attached = papers.Wanted.of(scene.portal.settings).attach
    if content is not None and not attached and paper.size <= ATTACHED_MOST:
        params = {"size": "", "number": row.order_number or row.number}
        text = Text("paper.attached_label", params, marker=f"paper-{paper.id}-{scene.key[:12]}")
        thing = comments.comment(scene.portal.id, scene.deal_id, text, scene.lang, row.id)
        thing.payload["paper"] = paper.id
        scene.wake.add(outbox.add(scene.session, scene.portal.id, [thing], now=scene.now, trace_id=scene.trace_id))
    return {
        "number": row.order_number or row.number,
        "link": f"https://{scene.portal.domain}/crm/deal/details/{scene.deal_id}/",
        "pages": str(pages(content)) if content else "",
    }


RESULTS = ("number", "link", "pages")
ROBOT = Robot(begin, look, RESULTS, "robot.log_label")
