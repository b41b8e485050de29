"""One emulated portal: who it is, what it remembers, and who works in it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sandbox.bitrix24.events.delivery import Delivery
from sandbox.bitrix24.switches import Switches
from sandbox.kernel.kept import Kept

from .catalog import Catalog
from .crm import Crm
from .hub import Hub
from .install import AppState
from .limits import Limits
from .openlines import Chat
from .rules import Rules
from .shop import Shop
from .timeline import Notices, Timeline
from .users import Actor, Department, User

LICENCES = {"pro": ("pro100", "pro"), "enterprise": ("ent250", "enterprise"), "box": ("selfhosted", "")}
# RU/BY/KZ and other CIS regions have the eastern OAuth server (§2.1).
OAUTH_OF_REGION = {"ru": "oauth", "by": "oauth", "kz": "oauth", "west": "oauth_west"}


@dataclass(frozen=True, slots=True)
class PortalSpec:
    """What does not change while the sandbox runs. ``number`` counts portals from 1."""

    number: int
    title: str
    plan: str = "pro"
    edition: str = "cloud"
    region: str = "ru"
    utc_offset_hours: int = 3

    @property
    def member_id(self) -> str:
        """32 hex digits, the same in every run (§0)."""
        return hashlib.sha256(f"sandbox portal {self.number}".encode()).hexdigest()[:32]

    @property
    def oauth(self) -> str:
        """Name of the OAuth origin: ``oauth`` or ``oauth_west``."""
        return OAUTH_OF_REGION[self.region]

    @property
    def language(self) -> str:
        return "en" if self.region == "west" else "ru"


class Portal:
    """State of one portal. Whoever reads or changes it holds ``lock``; nobody waits while holding it."""

    def __init__(self, hub: Hub, spec: PortalSpec) -> None:
        self.hub = hub
        self.spec = spec
        self.member_id = spec.member_id
        self.lock = threading.RLock()
        self.timezone = timezone(timedelta(hours=spec.utc_offset_hours))
        # Two addresses: the one it has now and a spare one, for a rename (§2.7).
        self.bases = ["", ""]
        self.title = spec.title
        self.current = 0
        self.reset()

    def reset(self) -> None:
        """The first day: the base directories and users, nothing installed. Data is seeded by the caller."""
        with self.lock:
            self.switches = default_switches(self.spec)
            self.users = {user.id: user for user in _first_users()}
            self.departments = list(_DEPARTMENTS)
            self.crm = Crm()
            self.catalog = Catalog()
            self.shop = Shop()
            self.timeline = Timeline()
            self.notices = Notices()
            self.chats: dict[int, Chat] = {}
            self.app = AppState()
            self.rules = Rules()
            self.limits = Limits()
            self.events = Delivery(self)
            self.webhooks: dict[str, int] = {}
            self.deleted = False
            self.current = 0

    def remember(self) -> Callable[[], None]:
        """A function that brings back what the portal remembers now."""
        fixed = ("hub", "spec", "member_id", "lock", "timezone", "bases")

        def back() -> None:
            with self.lock:
                vars(self).update(kept.copy())

        with self.lock:
            # What points back to the portal goes on pointing to it.
            kept = Kept({name: value for name, value in vars(self).items() if name not in fixed}, [self])
        return back

    @property
    def base_url(self) -> str:
        return self.bases[self.current]

    @property
    def domain(self) -> str:
        """Host with port, as DOMAIN of the frame fields."""
        return self.base_url.partition("://")[2]

    @property
    def client_endpoint(self) -> str:
        return f"{self.base_url}/rest/"

    @property
    def server_endpoint(self) -> str:
        return f"{self.hub.oauth_urls[self.spec.oauth]}/rest/"

    @property
    def oauth_host(self) -> str:
        return self.hub.oauth_urls[self.spec.oauth].partition("://")[2]

    @property
    def box(self) -> bool:
        return self.spec.edition == "box"

    @property
    def licence_name(self) -> tuple[str, str, str]:
        """LICENSE, LICENSE_TYPE, LICENSE_FAMILY (§1.7); the last two are empty on a box."""
        kind, family = LICENCES["box" if self.box else self.spec.plan]
        return f"{self.spec.language}_{kind}", "" if self.box else kind, family

    def admin(self) -> User:
        """The first active administrator."""
        return next(user for user in self.users.values() if user.admin and user.active)

    def now(self) -> str:
        """The portal's time as REST prints it, to the second."""
        return self.iso(self.hub.clock.time())

    def iso(self, moment: float) -> str:
        return datetime.fromtimestamp(int(moment), self.timezone).isoformat()

    def parse_time(self, value: Any) -> str | None:
        """A date in ISO or in the site's format, as the portal stores it; None if unparsable (crm §0.2)."""
        text = str(value).strip()
        for form in ("", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y"):
            try:
                found = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007
            except ValueError:
                continue
            found = found if found.tzinfo else found.replace(tzinfo=self.timezone)
            return found.astimezone(self.timezone).replace(microsecond=0).isoformat()
        return None

    def emit(self, event: str, data: dict[str, Any], actor: Actor) -> None:
        """Tell the app's handlers, later and perhaps (§4.2)."""
        self.events.emit(event, data, actor)

    def note(self, kind: str, key: object, **data: Any) -> None:
        """One journal row of this portal."""
        self.hub.note(kind, key, self.member_id, **data)

    def as_json(self) -> dict[str, Any]:
        """What ``GET /addresses`` says about it."""
        return {
            "member_id": self.member_id,
            "domain": self.domain,
            "base_url": self.base_url,
            "spare_url": self.bases[1],
            "oauth": self.hub.oauth_urls.get(self.spec.oauth, ""),
            "plan": self.spec.plan,
            "edition": self.spec.edition,
            "region": self.spec.region,
            "title": self.title,
        }


def default_switches(spec: PortalSpec) -> Switches:
    """A plan's and an edition's behaviour (§3.5, §3.6, §1.5)."""
    switches = Switches(event_seed=spec.number)
    if spec.plan == "enterprise":
        switches.rate_capacity, switches.rate_drain = 250.0, 5.0
    if spec.edition == "box":
        switches.rate_limit = False
        switches.operating_mode = "none"
        switches.auth_errors = "core"
        switches.placement_errors = "core"
        switches.old_frame = True
    return switches


_DEPARTMENTS = (
    Department(1, "Компания", head=1),
    Department(3, "Отдел продаж", 1, 7),
    Department(5, "Склад", 1, 12),
)


def _first_users() -> list[User]:
    return [
        User(1, "Анна", "Администратова", "admin@portal.test", "+74950000001", "Администратор", admin=True),
        User(7, "Пётр", "Менеджеров", "manager@portal.test", "+74950000007", "Менеджер по продажам", departments=(3,)),
        User(9, "Ирина", "Своякова", "own@portal.test", "+74950000009", "Менеджер", deal_read="own", deal_edit="own",
             departments=(3,)),
        User(12, "Сергей", "Складов", "clerk@portal.test", "+74950000012", "Кладовщик", deal_edit="none",
             departments=(5,)),
    ]  # fmt: skip
