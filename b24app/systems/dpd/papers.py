"""Labels and the waybill (dpd.md §5.5, §6): made at once, as a file inside the answer, until the day of collection."""

from __future__ import annotations

from b24app.logistics.errors import Refused, Unavailable
from b24app.logistics.order import Decision, OrderState
from b24app.logistics.papers import MOST_BYTES, PDF, PaperForm, PaperKind, PaperStage, PaperState
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.dpd.client import LABELS, ORDERS, Client, Said
from b24app.systems.kit.soap import rows

WAYBILL = "waybill"
FORMS = (
    PaperForm("label_a6", PaperKind.LABEL, "A6", first=True),
    PaperForm(WAYBILL, PaperKind.WAYBILL, "A4", first=True),
    PaperForm("label_a5", PaperKind.LABEL, "A5"),
)
_SIZES = {form.code: form.size for form in FORMS}


def raw_labels(client: Client, order_num: str) -> list[dict[str, str]]:
    """`createParcelLabel`: what stands on the labels of an order, one row a parcel; [] when DPD does not say (it has
    no labels of a cancelled order, or after the day of collection). Raises Unavailable, AccountProblem."""
    try:
        found = client.call(LABELS, "createParcelLabel", "getLabel", {"parcel": {"orderNum": order_num}})
    except Said:
        return []
    return [dict(row) for row in rows(found) if isinstance(row, dict) and row.get("receiverName")]


class PaperDesk:
    """The port `Papers` of a connection. A key is `RU000000001/2`: DPD's number, and how many labels there are."""

    _client: Client

    def ask_paper(self, form: str, remote_id: str) -> PaperState:
        state = self._status(remote_id)
        if state.gone or state.decision is Decision.REFUSED:
            raise Refused([Problem("order_unknown", Field.ORDER, Who.MANAGER)])
        if not state.order_number:
            raise Unavailable("label: an employee of DPD has not finished the order yet", 60.0)
        count = len(raw_labels(self._client, state.order_number)) if form != WAYBILL else 1
        return PaperState(f"{state.order_number}/{max(count, 1)}", PaperStage.READY)

    def _status(self, remote_id: str) -> OrderState:
        raise NotImplementedError

    def read_paper(self, form: str, key: str) -> PaperState:  # noqa: ARG002 - the port's shape
        return PaperState(key, PaperStage.READY)

    def fetch_paper(self, form: str, key: str) -> bytes:
        order_num, _, count = key.partition("/")
        try:
            if form == WAYBILL:
                found = self._client.call(ORDERS, "getInvoiceFile", "request", {"orderNum": order_num})
            else:
                order = {"orderNum": order_num, "parcelsNumber": int(count or 1)}
                body = {"fileFormat": "PDF", "pageSize": _SIZES[form], "order": [order]}
                found = self._client.call(LABELS, "createLabelFile", "getLabelFile", body)
        except Said as said:
            raise Refused([_refused(said.text, said.code)]) from said
        file = found.get("file") if isinstance(found, dict) else found
        if not isinstance(file, bytes) or not file:
            told = [row for row in rows(found.get("order") if isinstance(found, dict) else None) if row]
            words = "; ".join(str(row["errorMessage"]) for row in told if row.get("errorMessage"))
            raise Refused([_refused(words, str(told[0].get("status") or "") if told else "")])
        if len(file) > MOST_BYTES:
            raise Refused([Problem("paper_too_big", Field.ORDER, Who.WAYBILL)])
        if not file.startswith(PDF):
            raise Unavailable(f"label: {len(file)} bytes, no PDF", 2.0)
        return file


def _refused(words: str, code: str) -> Problem:
    return Problem("paper_refused", Field.ORDER, Who.CARRIER, code, words)
