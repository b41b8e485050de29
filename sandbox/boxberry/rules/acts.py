"""Transfer acts, their repetition, labels (contract §6.4). An act is the point of no return for a deletion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.boxberry.core import Boxberry
from sandbox.boxberry.errors import NO_PARCELS, NOT_FOUND, OTHER_RECEPTION, Refused, not_for_act
from sandbox.boxberry.model import Account, Act, Parcel
from sandbox.kernel.pdf import label_pdf

from . import checks
from .accept import label_url
from .reading import found, rubles

#: §6.4: how long the same list gives the earlier act.
REPEAT_SECONDS = 72 * 3600


def parsel_send(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """Make an act of a list of tracks. Raises Refused."""
    checks.day(params.get("shippingDate"), "shippingDate", "%Y-%m-%d")
    tracks = list(
        dict.fromkeys(filter(None, map(str.strip, checks.text(params.get("ImIds"), "ImIds", 60_000).split(","))))
    )
    if not tracks:
        raise Refused(NO_PARCELS)
    earlier = _earlier(boxberry, account, tracks)
    if earlier is not None:
        return _files(boxberry, earlier)
    parcels = [boxberry.live(account.token, track) for track in tracks]
    if not any(parcels):
        raise Refused(NO_PARCELS)
    bad = [track for track, parcel in zip(tracks, parcels, strict=True) if not _free(parcel, track)]
    if bad:
        raise not_for_act(bad)
    chosen = [parcel for parcel in parcels if parcel is not None]
    if len({parcel.reception for parcel in chosen}) > 1:
        raise Refused(OTHER_RECEPTION)
    act = boxberry.make_act(account.token, chosen)
    if boxberry.switches.act_needed:
        for parcel in chosen:
            boxberry.begin_walk(parcel)
    return _files(boxberry, act)


def _free(parcel: Parcel | None, track: str) -> bool:
    """Tracks only, no client numbers; in no act."""
    return parcel is not None and parcel.track == track and not parcel.act


def _earlier(boxberry: Boxberry, account: Account, tracks: list[str]) -> Act | None:
    since = boxberry.time() - REPEAT_SECONDS
    for act in boxberry.acts.values():
        if act.token == account.token and set(act.tracks) == set(tracks) and act.made >= since:
            return act
    return None


def _files(boxberry: Boxberry, act: Act) -> dict[str, Any]:
    def link(name: str) -> str:
        return f"{boxberry.base_url}/parcel-files/{name}?upload_id={act.id}&token={act.token}"

    return {"id": act.id, "label": link("act"), "sticker": link("barcodes"), "url_tmc": ""}


def parsel_send_story(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What went out in which act, newest first."""
    start = checks.day(params.get("from"), "from", "%Y%m%d")
    end = checks.day(params.get("to"), "to", "%Y%m%d")
    acts = sorted((act for act in boxberry.acts.values() if act.token == account.token), key=lambda act: -act.made)
    if start is None and end is None:
        acts = acts[:1]
    rows = []
    for act in acts:
        day = boxberry.local(act.made).date()
        if (start is None or day >= start) and (end is None or day <= end):
            label, date = _files(boxberry, act)["label"], boxberry.dotted_time(act.made)
            rows += [{"track": track, "label": label, "date": date} for track in act.tracks]
    return found(boxberry, rows)


def parsel_check(boxberry: Boxberry, account: Account, params: Mapping[str, Any]) -> dict[str, Any]:
    """The label's link again, by track only (§6.4)."""
    track = checks.needed(params.get("ImId"), "ImId")
    parcel = boxberry.live(account.token, track)
    if parcel is None or parcel.track != track:
        raise Refused(NOT_FOUND)
    return {"label": label_url(boxberry, account.token, parcel)}


def label_file(boxberry: Boxberry, account: Account, parcel_id: str, upload_id: str) -> bytes:
    """Labels of a parcel or of all of an act: a page a place. Raises Refused."""
    parcels = _parcels(boxberry, account, parcel_id, upload_id)
    seconds = boxberry.switches.label_seconds
    if seconds and any(parcel.created + seconds < boxberry.time() for parcel in parcels):
        raise Refused("Срок действия ссылки истек")
    pages = []
    for parcel in parcels:
        for at, place in enumerate(parcel.places, start=1):
            where = f"PVZ {parcel.point}" if parcel.vid == 1 else f"{parcel.city}, {parcel.address}"
            lines = ["BOXBERRY", parcel.track, f"{parcel.number}  mesto {at}/{len(parcel.places)}", parcel.fio,
                     "+7" + parcel.phone, where, f"{place.weight} g", parcel.notice]  # fmt: skip
            pages.append((parcel.track, [line for line in lines if line]))
        boxberry.note("label.made", parcel.number, track=parcel.track)
    return label_pdf(pages, "A6")


def act_file(boxberry: Boxberry, account: Account, upload_id: str) -> bytes:
    act = boxberry.acts.get(upload_id)
    if act is None or act.token != account.token:
        raise Refused(NOT_FOUND)
    parcels = [boxberry.parcels[track] for track in act.tracks]
    head = ["BOXBERRY", f"Акт приема-передачи {act.id}", boxberry.space_time(act.made), account.name]
    rows = [f"{parcel.track}  {parcel.number}  {parcel.grams} g  {rubles(parcel.price)} RUB" for parcel in parcels]
    pages = [rows[at : at + 50] for at in range(0, len(rows), 50)]
    return label_pdf([(act.id, [*head, *page]) for page in pages])


def _parcels(boxberry: Boxberry, account: Account, parcel_id: str, upload_id: str) -> list[Parcel]:
    if upload_id:
        act = boxberry.acts.get(upload_id)
        chosen = [boxberry.parcels[track] for track in act.tracks] if act and act.token == account.token else []
    else:
        one = boxberry.live(account.token, f"AAP{parcel_id}")
        chosen = [one] if one else []
    if not chosen:
        raise Refused(NOT_FOUND)
    return chosen
