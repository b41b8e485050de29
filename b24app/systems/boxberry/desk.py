"""What happens to an order after it was made: changes, recall, acts, papers (boxberry.md §6.3, §6.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from b24app.logistics.aftercare import HandOver
from b24app.logistics.changes import Part, parts_changed
from b24app.logistics.errors import Refused, Unavailable, Uncertain
from b24app.logistics.model import DeliveryKind, ShipmentRequest
from b24app.logistics.order import ChangeState, Decision, OrderState
from b24app.logistics.papers import PaperStage, PaperState
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.status import Status
from b24app.systems.boxberry.client import Client, Reply, named_in
from b24app.systems.boxberry.errors import problem_of, refused
from b24app.systems.boxberry.orders import Way, build_order, shows, street_of, ten_digits
from b24app.systems.boxberry.vocabulary import ACT, DELETE, NAMED_TRACKS, NO_PARCELS, RECALL, TO_DOOR, TO_POINT
from b24app.systems.plugin import OpenContext

#: How far back an act is looked for; how many tracks a query holds.
ACT_DAYS, MOST_IN_ACT = 60, 400


class AfterDesk:
    """The ports `Cancels`, `Changes`, `HandOvers` and `Papers` of a connection."""

    _client: Client
    _context: OpenContext

    def _way(self, request: ShipmentRequest) -> Way:
        raise NotImplementedError

    def _row(self, number: str) -> Mapping[str, Any] | None:
        raise NotImplementedError

    def _rows(self, numbers: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        raise NotImplementedError

    def read(self, remote_id: str) -> OrderState:
        raise NotImplementedError

    def _free(self) -> frozenset[str]:
        """Tracks of all parcels that are in no act yet: only these are deleted or replaced (§6.2)."""
        data = self._client.read("ParselList").data
        if not isinstance(data, Mapping) or not isinstance(data.get("ImIds"), str):
            raise Unavailable("ParselList: no list")
        return frozenset(track.strip() for track in data["ImIds"].split(",") if track.strip())

    # --- changes --------------------------------------------------------------------------------------------------

    def cancel(self, remote_id: str) -> OrderState:
        """Deleted while it is in no act; after that, and as long as Boxberry does not have it, called back."""
        row = self._row(remote_id)
        if row is None:
            state = self.read(remote_id)
            if not state.gone:
                raise Refused([Problem("too_late_to_cancel", Field.ORDER, Who.CARRIER)])
            return OrderState(remote_id, gone=True, cancel=Decision.ACCEPTED)
        free = str(row.get("track_number")) in self._free()
        if not free:
            told = [event.status for event in self.read(remote_id).events if event.status]
            if Status.CANCELLED in told:
                return OrderState(remote_id, remote_id, Decision.ACCEPTED, cancel=Decision.ACCEPTED)
            if any(status.has_moved for status in told):
                raise Refused([Problem("too_late_to_cancel", Field.ORDER, Who.CARRIER)])
        self._write("CancelOrder", orderid=remote_id, cancelType=DELETE if free else RECALL)
        return OrderState(remote_id, remote_id, Decision.ACCEPTED, gone=free, cancel=Decision.ACCEPTED)

    def _write(self, method: str, **params: str) -> None:
        """A change whose success is `{"err": false}` and nothing else. Raises Refused for a text."""
        reply = self._client.get(method, write=True, **params)
        if reply.error:
            raise refused(reply.error)
        if not isinstance(reply.data, Mapping) or reply.data.get("err") is not False:
            raise Uncertain(f"{method}: neither done nor refused")

    def change(self, remote_id: str, before: ShipmentRequest, after: ShipmentRequest) -> OrderState:
        """Before its act the whole order is replaced; later its recipient and where it goes. Both say how the order
        shall be, so that asking twice changes nothing."""
        row = self._row(remote_id)
        if row is None:
            return OrderState(remote_id, gone=True)
        track = str(row.get("track_number"))
        if track in self._free():
            self._replace(after, track)
        else:
            self._change_handed(remote_id, before, after)
        return OrderState(remote_id, remote_id, Decision.ACCEPTED, changes=(ChangeState("", Decision.ACCEPTED),))

    def _replace(self, after: ShipmentRequest, track: str) -> None:
        body = {"sdata": build_order(after, self._way(after), track)}
        reply = self._client.post("ParselCreate", body, write=True)
        if reply.error:
            raise refused(reply.error)
        if not isinstance(reply.data, Mapping) or reply.data.get("track") != track:
            raise Uncertain("ParselCreate: neither replaced nor refused")

    def _change_handed(self, number: str, before: ShipmentRequest, after: ShipmentRequest) -> None:
        parts = parts_changed(before, after)
        if not set(parts) <= {Part.RECIPIENT, Part.DESTINATION}:
            raise Refused([Problem("too_late_to_change", Field.ORDER, Who.CARRIER)])
        where = self._destination(after) if Part.DESTINATION in parts else {}
        if Part.RECIPIENT in parts:
            who = after.recipient
            phone = ten_digits(who.phone or who.phone_raw)
            self._write("ChangeOrderDetails", orderid=number, fio=who.name, phone=phone, email=who.email or "")
        if where:
            self._write("ChangeOrderDeliveryType", orderid=number, **where)

    def _destination(self, after: ShipmentRequest) -> dict[str, str]:
        way = self._way(after)
        if after.kind is DeliveryKind.PICKUP or after.address is None:
            return {"deliveryType": TO_POINT, "pointId": after.point_code or ""}
        return {"deliveryType": TO_DOOR, "city": way.place, "addressp": street_of(after.address, way.city)}

    def changed(self, remote_id: str, after: ShipmentRequest) -> OrderState | None:
        row = self._row(remote_id)
        if row is None:
            return OrderState(remote_id, gone=True)
        done = (ChangeState("", Decision.ACCEPTED),)
        return OrderState(remote_id, remote_id, Decision.ACCEPTED, changes=done) if shows(row, after) else None

    # --- acts -----------------------------------------------------------------------------------------------------

    def hand_over(self, remote_ids: Sequence[str], day: date) -> HandOver:
        """An act of all that are in none yet; what is not there, or named in the refusal, spoils no other. The same
        list again gives the same act for 72 hours (§6.4). More than fit into one query make several acts."""
        if len(remote_ids) > MOST_IN_ACT:
            some, more = (self.hand_over(part, day) for part in (remote_ids[:MOST_IN_ACT], remote_ids[MOST_IN_ACT:]))
            return HandOver(f"{some.key},{more.key}", some.handed + more.handed, {**some.refused, **more.refused})
        rows = self._rows(remote_ids)
        why = {number: (problem_of(NO_PARCELS),) for number in remote_ids if number not in rows}
        tracks = {str(row.get("track_number")): number for number, row in rows.items()}
        if not tracks:
            return HandOver("", (), why)
        free = self._free() & set(tracks)
        asked = [track for track in tracks if track in free] or list(tracks)
        reply = self._act(asked, day)
        named = free.intersection(NAMED_TRACKS.findall(reply.error))
        if named and free - named:
            why |= {tracks[track]: (problem_of(reply.error),) for track in named}
            reply = self._act([track for track in asked if track not in named], day)
        if reply.error:
            why |= {tracks[track]: (problem_of(reply.error),) for track in free if tracks[track] not in why}
        return HandOver(self._key_of(reply), tuple(each for each in tracks.values() if each not in why), why)

    def _act(self, tracks: Sequence[str], day: date) -> Reply:
        return self._client.get("ParselSend", write=True, ImIds=",".join(tracks), shippingDate=day.isoformat())

    @staticmethod
    def _key_of(reply: Reply) -> str:
        if reply.error:
            return ""
        if not isinstance(reply.data, Mapping) or not reply.data.get("id"):
            raise Uncertain("ParselSend: neither an act nor a refusal")
        return str(reply.data["id"])

    # --- papers ---------------------------------------------------------------------------------------------------

    def ask_paper(self, form: str, remote_id: str) -> PaperState:
        """The number of their file, out of a link whose token stays here: files are always fetched from our address."""
        row = self._row(remote_id)
        if row is None:
            raise Refused([Problem("order_unknown", Field.ORDER, Who.CARRIER)])
        track = str(row.get("track_number"))
        key = self._act_of(track) if form == ACT else self._label_of(track)
        if not key:
            raise Refused([Problem("paper_refused", Field.ORDER, Who.CARRIER)])
        return PaperState(key, PaperStage.READY)

    def _label_of(self, track: str) -> str:
        data = self._client.read("ParselCheck", ImId=track).data
        return named_in(data.get("label") if isinstance(data, Mapping) else "", "parcel_id")

    def _act_of(self, track: str) -> str:
        today = self._context.clock.now().date()
        period = {"from": f"{today - timedelta(days=ACT_DAYS):%Y%m%d}", "to": f"{today + timedelta(days=1):%Y%m%d}"}
        rows = self._client.read("ParselSendStory", **period).rows("ParselSendStory")
        return next((named_in(row.get("label"), "upload_id") for row in rows if row.get("track") == track), "")

    def read_paper(self, form: str, key: str) -> PaperState:  # noqa: ARG002 - the port's
        return PaperState(key, PaperStage.READY)

    def fetch_paper(self, form: str, key: str) -> bytes:
        if form == ACT:
            return self._client.file("act", upload_id=key)
        return self._client.file("barcodes", parcel_id=key)
