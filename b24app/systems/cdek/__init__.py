"""CDEK (cdek.md): parcels to the door, offices and lockers. What the system is, as data that pages show."""

from __future__ import annotations

from b24app.systems.cdek.system import Cdek
from b24app.systems.cdek.vocabulary import EXTRAS, FAMILY_TITLES, FORMS, LIMITS, RULES, SETTINGS
from b24app.systems.kit.directory import Directory
from b24app.systems.plugin import Manifest, OpenContext, RatePolicy, TrackPolicy

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
        "Days",
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
    # §6.9: `clientReturn` takes no number of ours.
    limits={**LIMITS, "return_found_by_order": True},
    settings_form=SETTINGS,
    rate=RatePolicy(per_second=50, concurrency=8),
    base_urls={"live": "https://api.cdek.ru", "test": "https://api.edu.cdek.ru"},
    services=FAMILY_TITLES,
    test_steps=("settings", "sign_in", "call", "sender"),
    docs_url="https://apidoc.cdek.ru",
    papers=FORMS,
    changes=RULES,
    track=TrackPolicy(net_s=24 * 3600.0),
    extras=tuple(EXTRAS),
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
