"""Print forms (russian-post.md §9, §11): a label needs a batch, the list for the office a checked-in one. Batches that
are not checked in cost nothing and can be left again. A return has its label at once."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.papers import PaperForm, PaperKind, PaperStage, PaperState
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.russian_post.client import Client
from b24app.systems.russian_post.errors import refuse_if
from b24app.systems.russian_post.returns import barcodes_of, is_return

Row = Mapping[str, Any]
F103 = "f103"
FORMS = (
    PaperForm("label_a6", PaperKind.LABEL, "A6", first=True, title={"ru": "Ярлык ф. 7-п", "en": "Label F7p"}),
    PaperForm("label_a5", PaperKind.LABEL, "A5", title={"ru": "Ярлык ф. 7-п", "en": "Label F7p"}),
    PaperForm("forms", PaperKind.WAYBILL, "A5", title={"ru": "Все бланки (Ф7-п, Е-1, 112ЭК)",
                                                       "en": "All forms (F7p, E-1, F112EK)"}),
    PaperForm(F103, PaperKind.ACT, "A4", title={"ru": "Список Ф. 103", "en": "List F103"}),
)  # fmt: skip
_PATHS = {"label_a6": ("f7pdf", "THERMO"), "label_a5": ("f7pdf", "PAPER"), "forms": ("forms", "PAPER")}

#: Those that a return has.
_BACK = ("label_a6", "label_a5")


class PaperDesk:
    """Keys are ids of items, names of batches, or the remote id of a return."""

    def __init__(self, client: Client, items: Callable[[str], Sequence[Row]]) -> None:
        self._client, self._items = client, items

    def ask(self, form: str, remote_id: str) -> PaperState:
        if is_return(remote_id):
            if form not in _BACK:
                raise Refused([Problem("paper_refused", Field.ORDER, Who.MANAGER)])
            return PaperState(remote_id, PaperStage.READY)
        rows = self._items(remote_id)
        if not rows:
            raise Refused([Problem("order_unknown", Field.ORDER)])
        if form == F103:
            names = [
                str(row.get("batch-name") or "") for row in rows if row.get("batch-status") not in (None, "CREATED")
            ]
            if len(names) < len(rows):
                raise Refused([Problem("order_not_handed_over", Field.ORDER)])
            return PaperState(",".join(dict.fromkeys(names)), PaperStage.READY)
        if fresh := [row["id"] for row in rows if not row.get("batch-name")]:
            self._into_batch(fresh)
        return PaperState(",".join(str(row["id"]) for row in rows), PaperStage.READY)

    def _into_batch(self, ids: list[int]) -> None:
        try:
            refuse_if(self._client.call("POST", "1.0/user/shipment", "batch.create", write=True, json=ids))
        except Uncertain as error:  # asked for again, the items are in their batch
            raise Unavailable(error.why) from error

    def fetch(self, form: str, key: str) -> bytes:
        if form == F103:
            return joined([self._client.pdf(f"1.0/forms/{name}/f103pdf", "forms.f103") for name in key.split(",")])
        path, kind = _PATHS[form]
        if is_return(key):
            barcodes, path = barcodes_of(key), "easy-return-pdf"
            return joined([self._client.pdf(f"1.0/forms/{each}/{path}", "forms.return", **{"print-type": kind})
                           for each in barcodes])  # fmt: skip
        asked = {"print-type": kind}
        return joined([self._client.pdf(f"1.0/forms/{item}/{path}", "forms.label", **asked) for item in key.split(",")])


def joined(files: Sequence[bytes]) -> bytes:
    """One file of several. Raises Refused when one of them is no whole PDF."""
    if len(files) == 1:
        return files[0]
    from pypdf import PdfWriter
    from pypdf.errors import PyPdfError

    writer, out = PdfWriter(), io.BytesIO()
    try:
        for file in files:
            writer.append(io.BytesIO(file))
        writer.write(out)
    except PyPdfError as error:
        raise Refused([Problem("paper_refused", Field.ORDER, Who.CARRIER, their_text=type(error).__name__)]) from error
    return out.getvalue()
