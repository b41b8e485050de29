"""Print forms (cdek.md §12): the waybill and barcode labels of an order, made asynchronously, their links living an
hour. A second print is harmless, so that nothing here is ever uncertain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.papers import PDF, PaperStage, PaperState
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.cdek.client import Client
from b24app.systems.cdek.errors import NOT_FOUND, Said, problems_of, request_errors, rows_of
from b24app.systems.cdek.tracking import newest_code
from b24app.systems.cdek.vocabulary import PAPER_SIZES, PAPER_STAGES, WAYBILL

_EXPIRED = NOT_FOUND | {"v2_entity_expired", "v2_print_form_expired"}
_NOT_YET = frozenset({"v2_entity_not_ready"})


def folder_of(form: str) -> str:
    """The part of the address that says which form."""
    return "print/orders" if form == WAYBILL else "print/barcodes"


def build_paper(form: str, remote_id: str) -> dict[str, Any]:
    """The body of `POST /v2/print/…`: the order by its uuid."""
    orders = [{"order_uuid": remote_id}]
    if form == WAYBILL:
        return {"orders": orders, "copy_count": 2, "type": "tpl_russia"}
    return {"orders": orders, "copy_count": 1, "format": PAPER_SIZES[form], "lang": "RUS"}


def parse_paper(data: Any) -> PaperState | None:
    """How far a form is; None when the answer names none. Its newest status is the one with the latest time: the list
    comes either way round. A form that has no status yet is being made."""
    entity = data.get("entity") if isinstance(data, Mapping) else None
    if not isinstance(entity, Mapping) or not entity.get("uuid"):
        return None
    stage = PAPER_STAGES.get(newest_code(entity), PaperStage.PREPARING)
    requests = rows_of(data.get("requests"))
    if stage is PaperStage.PREPARING and any(request.get("state") == "INVALID" for request in requests):
        stage = PaperStage.REFUSED
    errors = [error for request in requests for error in request_errors(request)]
    return PaperState(str(entity["uuid"]), stage, _why(errors) if stage is PaperStage.REFUSED else ())


def _why(errors: Sequence[Said]) -> tuple[Problem, ...]:
    """One without errors of its own still says that it was refused."""
    return problems_of(errors) or (Problem("paper_refused", Field.ORDER, Who.CARRIER),)


class PaperDesk:
    """The port `Papers` of a connection."""

    _client: Client

    def ask_paper(self, form: str, remote_id: str) -> PaperState:
        try:
            reply = self._client.write("POST", folder_of(form), "print.create", build_paper(form, remote_id))
        except Uncertain as error:  # a form more or less costs nothing: it is simply asked for again
            raise Unavailable(error.why) from error
        if reply.codes & _NOT_YET:
            raise Unavailable("print.create: the order is not ready", 3.0)
        state = parse_paper(reply.data)
        if state is not None and state.stage is not PaperStage.REFUSED:
            return state
        reply.refuse("print.create")
        raise Refused(_why(()))

    def read_paper(self, form: str, key: str) -> PaperState:
        reply = self._client.read(f"{folder_of(form)}/{key}", "print.read")
        if reply.codes & _EXPIRED:
            return PaperState(key, PaperStage.GONE)
        state = parse_paper(reply.data)
        if state is None:
            raise reply.odd("print.read")
        return state

    def fetch_paper(self, form: str, key: str) -> bytes:
        """From our own address, never from the `url` they give: it was seen with http, and the token must not go
        there (§12)."""
        reply = self._client.fetch(f"{folder_of(form)}/{key}.pdf", "print.file")
        if not isinstance(reply.data, bytes) or not reply.data.startswith(PDF):
            raise Unavailable(f"print.file: HTTP {reply.status}, no PDF, {sorted(reply.codes)}", 2.0)
        return reply.data
