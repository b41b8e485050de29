"""The pickup point chooser as its templates draw it: what is asked, the list, why others are hidden. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from werkzeug.datastructures import MultiDict

from b24app.flows.pickup_points import DealNeeds
from b24app.frames.formats import Formats
from b24app.logistics.extras import Extra
from b24app.logistics.points import Needs, doubts
from b24app.store.points_found import Found, Place
from b24app.store.points_map import MAX_ZOOM, Tally, Window
from placements import point_words

#: Points that the list shows, and by how many it grows.
SHOWN = 10
MOST = 100
LONGEST_TEXT = 200
#: What the client may want, in the order of the pills.
WANTS = ("card", "cash", "open", "fitting", "returns")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person set on the page. `window` None = there is no map, or it has not moved yet. `fit`: only points that
    take the parcel; `grey`: the others too, with their reasons; `pick` the chosen point."""

    text: str = ""
    fit: bool = True
    wants: frozenset[str] = frozenset()
    systems: tuple[str, ...] = ()
    grey: bool = False
    pick: int = 0
    shown: int = SHOWN
    window: Window | None = None

    def needs(self, deal: DealNeeds, formats: Formats) -> Needs:
        """`open` = tomorrow, on the clock of the person who asks."""
        tomorrow, beside = formats.today + timedelta(days=1), deal.extras if self.fit else ()
        return Needs(
            boxes=deal.boxes if self.fit else (),
            cod=deal.cod if self.fit else None,
            card="card" in self.wants,
            cash="cash" in self.wants,
            fitting="fitting" in self.wants or Extra.FITTING in beside,
            returns="returns" in self.wants,
            open_on=tomorrow if "open" in self.wants else None,
            partial=Extra.PARTIAL in beside,
        )


def read_asked(args: MultiDict[str, str]) -> Asked:
    """Whatever cannot be read is as if it were not there."""
    return Asked(
        text=args.get("q", "").strip()[:LONGEST_TEXT],
        fit=bool(args.get("fit", "")),
        wants=frozenset(args.getlist("want")) & frozenset(WANTS),
        systems=tuple(sorted(set(args.getlist("system")))),
        grey=bool(args.get("grey", "")),
        pick=_number(args.get("pick", "")),
        shown=max(SHOWN, min(MOST, _number(args.get("shown", "")))),
        window=_window(args),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _window(args: MultiDict[str, str]) -> Window | None:
    try:
        sides = [float(args.get(name, "")) for name in ("west", "south", "east", "north")]
        zoom = int(args.get("z", ""))
    except ValueError:
        return None
    good = all(abs(side) <= 360 for side in sides) and 0 <= zoom <= MAX_ZOOM
    return Window.of(zoom, *sides) if good else None


@dataclass(frozen=True, slots=True)
class Row:
    """A point in the list. `why` empty = it is offered; else it cannot be chosen. `notes` are to be said to the
    client."""

    id: int
    title: str
    address: str
    away: str
    hours: str
    can: str
    notes: tuple[str, ...]
    why: tuple[str, ...]
    hint: str
    lat: float | None
    lon: float | None
    code: str = ""
    picked: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    n: int
    text: str


@dataclass(frozen=True, slots=True)
class PointList:
    """`more` = how many rows the next list has, 0 = all are shown. `about`: the counts are rough (a map from afar)."""

    rows: tuple[Row, ...]
    shown: int
    hidden: int
    whys: tuple[Why, ...]
    more: int
    about: bool
    place: Place
    said: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """The parcel in the words of the switch, and whether anything of it is a guess."""

    text: str
    guessed: bool


def parcel_text(deal: DealNeeds, formats: Formats) -> Parcel:
    """`6,2 кг, 45 × 45 × 25 см, с клиента 6 480 ₽`; empty when nothing is known of it."""
    t = formats.words
    parts = []
    for box in deal.boxes:
        size = formats.size(*box.sides_mm)
        parts.append(formats.weight(box.weight_g) + (f", {t('points.cm', size=size)}" if size else ""))
    if deal.boxes and deal.cod:
        parts.append(t("points.collect", money=formats.money(deal.cod.minor, deal.cod.currency)))
    return Parcel(("≈\u00a0" if deal.guessed else "") + ", ".join(parts) if parts else "", deal.guessed)


@dataclass(frozen=True, slots=True)
class Scene:
    """What rows are drawn with. `carrier` is the system that carries this deal, "" = nobody knows yet."""

    formats: Formats
    title: Callable[[str], str]
    needs: Needs
    carrier: str

    def row(self, found: Found, picked: int) -> Row:
        formats, point = self.formats, found.point
        why = [point_words.why_text(each, formats) for each in found.against]
        if self.carrier and found.system != self.carrier:
            why.append(formats.words("points.why.other_carrier", carrier=self.title(self.carrier)))
        notes = point_words.doubt_texts(doubts(point.takes, self.needs), formats)
        special = point_words.special_text(point.hours, formats, formats.today)
        return Row(
            id=found.id,
            title=point_words.name_of(point, self.title(found.system)),
            address=", ".join(filter(None, (point.city, point.address))),
            away=point_words.away(found.metres, formats),
            hours=point_words.hours_text(point.hours, formats),
            can=", ".join(point_words.abilities(point.takes, formats)),
            notes=(*((special,) if special else ()), *notes) if not why else (),
            why=tuple(why),
            hint=" · ".join(filter(None, (formats.words("points.metro", name=point.metro) if point.metro else "",
                                          formats.quote(point.note) if point.note else ""))),
            lat=point.lat,
            lon=point.lon,
            code=point.code,
            picked=found.id == picked and not why,
        )  # fmt: skip

    def list(self, rows: Sequence[Found], tally: Tally, asked: Asked, place: Place, about: bool) -> PointList:
        drawn = tuple(self.row(each, asked.pick) for each in rows)
        whys = tuple(Why(n, point_words.why_text(each, self.formats)) for each, n in tally.hidden)
        left = len(rows) >= asked.shown and asked.shown < MOST
        return PointList(
            rows=drawn,
            shown=tally.shown,
            hidden=tally.hidden_n,
            whys=whys,
            more=min(MOST, asked.shown + 20) if left else 0,
            about=about,
            place=place,
            said=self._said(asked, place),
        )

    def _said(self, asked: Asked, place: Place) -> str:
        """What the typed text led to."""
        if not asked.text:
            return ""
        key = f"points.found.{place.found or 'nothing'}"
        return self.formats.words(key, text=self.formats.quote(asked.text), city=place.city.title())


def picked_from(deal: DealNeeds, rows: Sequence[Found], asked: Asked) -> Asked:
    """The point that the deal holds already is the chosen one until the person says otherwise."""
    if asked.pick or not deal.point:
        return asked
    mine = next((each.id for each in rows if each.point.code.upper() == deal.point.upper()), 0)
    return replace(asked, pick=mine)


def dot_json(
    lat: float, lon: float, n: int, point_id: int, offered: bool, label: Mapping[int, tuple[str, str]]
) -> list[object]:
    """A dot for the map's script: `[lat, lon, n]`, of a single point `[lat, lon, 1, id, mark, title]`; a grey one is
    told by a negative count."""
    count = n if offered else -n
    if not point_id:
        return [lat, lon, count]
    mark, title = label.get(point_id, ("", ""))
    return [lat, lon, count, point_id, mark, title]
