"""Labels and acceptance acts (apiship.md §4): made at once, told as links that may end. So a link is never kept: the
file is asked for anew when it is fetched."""

from __future__ import annotations

from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.papers import PDF, PaperStage, PaperState
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.apiship.client import Client
from b24app.systems.apiship.errors import Reply
from b24app.systems.apiship.vocabulary import LABEL
from b24app.systems.kit.rows import rows_of


class PaperDesk:
    """The port `Papers` of a connection. `key` is the order's id."""

    _client: Client

    def ask_paper(self, form: str, remote_id: str) -> PaperState:
        self._link(form, remote_id)
        return PaperState(remote_id, PaperStage.READY)

    def read_paper(self, form: str, key: str) -> PaperState:  # noqa: ARG002 - the port's shape
        return PaperState(key, PaperStage.READY)

    def fetch_paper(self, form: str, key: str) -> bytes:
        answer = self._client.line.file(self._link(form, key), f"papers.file_{form}")
        if answer.status != 200 or not answer.body.startswith(PDF):
            raise Unavailable(f"papers.file_{form}: HTTP {answer.status}, {len(answer.body)} bytes, no PDF", 2.0)
        return answer.body

    def _link(self, form: str, remote_id: str) -> str:
        """Raises Refused with ApiShip's words when it makes none."""
        body = {"orderIds": [int(remote_id)], **({"format": "pdf"} if form == LABEL else {})}
        path = "orders/labels" if form == LABEL else "orders/waybills"
        try:
            reply = self._client.call("POST", path, f"papers.{form}", write=True, json=body)
        except Uncertain as error:  # a form more or less costs nothing: it is simply asked for again
            raise Unavailable(error.why) from error
        link = link_of(reply, form)
        if link:
            return link
        if not reply.ok:
            raise Refused(reply.problems)
        words = " ".join(str(row.get("message") or "") for row in rows_of(reply.row.get("failedOrders")))
        raise Refused([Problem("paper_refused", Field.ORDER, Who.CARRIER, their_text=words)])


def link_of(reply: Reply, form: str) -> str:
    """`url` of a label, `waybillItems[].file` of an act."""
    if form == LABEL:
        return str(reply.row.get("url") or "")
    return next((str(row["file"]) for row in rows_of(reply.row.get("waybillItems")) if row.get("file")), "")
