"""CDEK (cdek.md): parcels to the door, offices and lockers. What the system is, as data that pages show."""

from __future__ import annotations

from b24app.systems.cdek.changes import RULES
from b24app.systems.cdek.papers import FORMS
from b24app.systems.cdek.system import Cdek
from b24app.systems.cdek.vocabulary import FAMILY_TITLES
from b24app.systems.kit import forms
from b24app.systems.kit.directory import Directory
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, SettingField, TrackPolicy

_FORM = (
    SettingField(
        "account",
        {"ru": "Account (идентификатор)", "en": "Account"},
        required=True,
        help={
            "ru": "Кабинет СДЭК → Интеграция → Ключи доступа",
            "en": "CDEK's cabinet → Integration → Access keys",
        },
    ),
    SettingField("secret", {"ru": "Secure password", "en": "Secure password"}, kind="secret", required=True),
    SettingField(
        "contract",
        {"ru": "Договор", "en": "Contract"},
        kind="choice",
        required=True,
        choices=(
            ("1", {"ru": "Интернет-магазин", "en": "Online shop"}),
            ("2", {"ru": "Доставка", "en": "Delivery"}),
        ),
        default="1",
    ),
    SettingField(
        "shipment_point",
        {"ru": "Офис, куда сдаёте посылки", "en": "Office where you hand parcels in"},
        help={
            "ru": "Код офиса, например MSK5. Пусто — курьер забирает по адресу",
            "en": "Its code, e.g. MSK5. Empty: a courier collects from the address",
        },
    ),
    *forms.SENDER,
    forms.vat((0, 5, 7, 10, 22)),
)

MANIFEST = Manifest(
    code="cdek",
    title={"ru": "СДЭК", "en": "CDEK"},
    kind="carrier",
    ports=(
        "Orders",
        "Preview",
        "Tracking",
        "Callbacks",
        "Cancels",
        "Changes",
        "ChangeNews",
        "Stops",
        "Returns",
        "CourierCalls",
        "Papers",
        "Quotes",
        "Offers",
        "PickupPoints",
        "Cities",
        "AddressCheck",
        "ConnectionTest",
    ),
    limits={
        # §7: those of the parcel services; the express ones state none.
        "service_weight_g": {"parcel": 50_000, "economy": 50_000},
        # §6.1: from this weight on a package needs its three sides.
        "size_from_g": 100,
        # §16.3: their numbers pass for a recipient of whichever country.
        "phone_countries": ("RU", "KZ", "CN", "MY"),
        "locker_max_weight_g": 15_000,
        "max_parcels": 255,
        "max_items": 126,
        "max_number": 40,
        "address": 255,
        # How long a created order may stay invisible to the look-up by its number.
        "visible_after_s": 10,
        # §9: hours and days ahead of a courier who collects; nobody is sent for what is handed in at an office.
        "courier_hours": ("09:00", "22:00"),
        "courier_days": 31,
        "hands_in_by": "shipment_point",
    },
    settings_form=_FORM,
    rate=RatePolicy(per_second=50, concurrency=8),
    base_urls={"live": "https://api.cdek.ru", "test": "https://api.edu.cdek.ru"},
    services=FAMILY_TITLES,
    test_steps=("settings", "sign_in", "call", "sender"),
    docs_url="https://apidoc.cdek.ru",
    papers=FORMS,
    changes=RULES,
    track=TrackPolicy(),
)


class CdekPlugin:
    """Opens connections; they share the public directory of cities and points."""

    def __init__(self) -> None:
        self._directory = Directory()

    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    def open(self, context: OpenContext) -> Cdek:
        return Cdek(context, MANIFEST, self._directory)


PLUGIN = CdekPlugin()
