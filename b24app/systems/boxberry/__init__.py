"""Boxberry (boxberry.md): parcels to points, lockers and the door by its JSON API; a legacy carrier. What the system
is, as data that pages show."""

from __future__ import annotations

from b24app.systems.boxberry.system import Boxberry
from b24app.systems.boxberry.vocabulary import EXTRAS, FORMS, ISSUES, LIMITS, NOTICE, RULES, VAT_RATES
from b24app.systems.kit.directory import Directory
from b24app.systems.kit.forms import vat
from b24app.systems.kit.spool import Spools
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy

_FORM = (
    SettingField(
        "token",
        {"ru": "API-токен", "en": "API token"},
        kind="secret",
        required=True,
        help={"ru": "Кабинет Boxberry → Интеграция, 32 знака", "en": "Boxberry's cabinet → Integration, 32 characters"},
    ),
    SettingField(
        "reception",
        {"ru": "Пункт приёма", "en": "Reception point"},
        required=True,
        help={"ru": "Куда вы сдаёте посылки, например 010", "en": "Where you hand parcels in, e.g. 010"},
    ),
    SettingField("issue", {"ru": "Выдача получателю", "en": "Handing out"}, kind="choice", choices=ISSUES, aside=True),
    vat((-1, *VAT_RATES)),
)

MANIFEST = Manifest(
    code="boxberry",
    title={"ru": "Boxberry", "en": "Boxberry"},
    kind="carrier",
    ports=(
        *("Orders", "Preview", "Tracking", "Feed", "Cancels", "Changes", "HandOvers", "Papers"),
        *("Quotes", "Offers", "PickupPoints", "Cities", "AddressCheck", "ConnectionTest"),
    ),
    limits=LIMITS,
    settings_form=_FORM,
    # 59 a second are allowed, 15 of one method (§2.1); far less is needed.
    rate=RatePolicy(per_second=15, concurrency=4),
    # No test stand is known (§2).
    base_urls={"live": "https://api.boxberry.ru"},
    services=(("parcel", {"ru": "Посылка", "en": "Parcel"}),),
    test_steps=("settings", "sign_in", "sender", "call"),
    docs_url="https://yandex.ru/support/delivery-boxberry/ru/",
    papers=FORMS,
    changes=RULES,
    # Every nineteen minutes the balance tells of all that is under way (§7); histories are read of what changed there,
    # and of the rest every five days, in case its coarser words hid a step. `batch` is how many at one time.
    track=TrackPolicy(batch=10, net_s=120 * 3600.0, feed_s=1080.0),
    notice=NOTICE,
    extras=tuple(EXTRAS),
)


class BoxberryPlugin:
    """Opens connections; they share the public directory of cities and points."""

    def __init__(self) -> None:
        self._directory = Directory()
        self._spools = Spools()

    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    def open(self, context: OpenContext) -> Boxberry:
        return Boxberry(MANIFEST, context, self._directory, self._spools)


PLUGIN = BoxberryPlugin()
