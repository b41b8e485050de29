"""What a system's plug-in looks like: its manifest (data that pages show) and `open`, which gives its ports."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from b24app.logistics.changes import ChangeRule
from b24app.logistics.jsonable import Jsonable
from b24app.logistics.papers import PaperForm

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from b24app.wire.calls import RemoteKey
    from b24app.wire.http import Http


class Now(Protocol):
    """The two things asked of a clock."""

    def now(self) -> Any: ...

    def monotonic(self) -> float: ...


class TokenCache(Protocol):
    """Where access tokens live between calls and processes. Keys hold no secret."""

    def get(self, key: str) -> str | None: ...

    def set(self, key: str, value: str, ttl_s: float) -> None: ...

    def drop(self, key: str) -> None: ...

    def lock(self, key: str) -> AbstractContextManager[bool]:
        """Single flight: holds others off (bounded); yields whether it really holds the lock."""


class MemoryTokens:
    """A TokenCache of one process; time is asked of the given clock."""

    def __init__(self, clock: Now) -> None:
        self._clock = clock
        self._values: dict[str, tuple[str, float]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: str) -> str | None:
        value, until = self._values.get(key, ("", 0.0))
        return value if value and until > self._clock.now().timestamp() else None

    def set(self, key: str, value: str, ttl_s: float) -> None:
        self._values[key] = (value, self._clock.now().timestamp() + ttl_s)

    def drop(self, key: str) -> None:
        self._values.pop(key, None)

    @contextmanager
    def lock(self, key: str) -> Iterator[bool]:
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        held = lock.acquire(timeout=10.0)
        try:
            yield held
        finally:
            if held:
                lock.release()


@dataclass(frozen=True, slots=True)
class SettingField(Jsonable):
    """One field of the connection's settings form. `choices` are (value, {ru, en}). `aside` = few accounts need it: the
    form folds it away until it holds something.

    `kind`: text, secret, choice, bool, int;
    `url` = the https address of a system that stands at the admin's (`systems/typed.py`: the one named `address` is
    `OpenContext.base_url`, others are `urls[name]`), `pem` = its own
    certificate authority; `remote` = one value of a list that the system itself has (port `Lists`, asked once the
    account works; stored is its code); `map` = what each value of such a list means to us, stored as JSON
    {their code: a `Status` value or `packed`} (`OpenContext.mapping`); `area` = many lines; `profile` = a JSON document
    that the plug-in checks and tries (`systems.profiles.Profiled`)."""

    name: str
    title: Mapping[str, str]
    kind: str = "text"
    required: bool = False
    help: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[tuple[str, Mapping[str, str]], ...] = ()
    default: str = ""
    aside: bool = False


@dataclass(frozen=True, slots=True)
class RatePolicy(Jsonable):
    """What we allow ourselves per account: calls per second, and calls at one time."""

    per_second: float
    concurrency: int


@dataclass(frozen=True, slots=True)
class TrackPolicy(Jsonable):
    """How news of orders under way reaches us.

    `batch`: of how many orders one call of `read_many` tells. `every_s`: pause between two looks at an order that is on
    its way; 0 = callbacks or a feed tell, and orders are only looked at as a net below them, each `net_s`.
    `feed_s`: pause between two pulls of the port `Feed`; 0 = it has none.
    """

    batch: int = 1
    every_s: float = 0.0
    net_s: float = 6 * 3600.0
    feed_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Manifest(Jsonable):
    """What a system is and can do. `ports` are names of `logistics.ports` protocols; `limits` are plain data
    (grams, millimetres, counts, minor units); `base_urls` by mode: a mode that is missing does not exist;
    `hosts` are further addresses, by name and mode; `services` are (code, {ru, en}).

    `kind`: `carrier` takes parcels to people; `tms` = a transport department's system, which does so too; `warehouse` =
    picks and packs, and may hand the goods to a carrier (`flows/chain.py`).
    `track` None = callbacks, with the ladder of pauses below them (`flows/polling.py`). `notice` is what an admin must
    know before choosing it ({ru, en}). `wants`: a port that an account has only with this setting filled, or of this
    value (`ewm=yes`); a setting that nobody has touched has the form's default (see `gives`). `extras`: what its orders
    may ask for beside carrying (`logistics.extras`)."""

    code: str
    title: Mapping[str, str]
    kind: str
    ports: tuple[str, ...]
    limits: Mapping[str, Any]
    settings_form: tuple[SettingField, ...]
    rate: RatePolicy
    base_urls: Mapping[str, str]
    services: tuple[tuple[str, Mapping[str, str]], ...] = ()
    test_steps: tuple[str, ...] = ()
    docs_url: str = ""
    papers: tuple[PaperForm, ...] = ()
    changes: tuple[ChangeRule, ...] = ()
    hosts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    track: TrackPolicy | None = None
    notice: Mapping[str, str] = field(default_factory=dict)
    wants: Mapping[str, str] = field(default_factory=dict)
    extras: tuple[str, ...] = ()

    def gives(self, port: str, settings: Mapping[str, Any]) -> bool:
        """Whether an account with these settings has a port."""
        name, _, value = self.wants.get(port, "").partition("=")
        default = next((field.default for field in self.settings_form if field.name == name), "")
        given = str(settings.get(name) or default)
        return port in self.ports and (not name or (given == value if value else bool(given)))

    def service_title(self, code: str, lang: str) -> str:
        """What people call a service; its code when it is none of these (a literal tariff), or has no name."""
        return dict(self.services).get(code, {}).get(lang) or code

    def service_words(self, code: str, lang: str) -> str:
        """`СДЭК, Посылка склад-дверь`: the carrier as clients know it, not the account as colleagues do."""
        return f"{self.title.get(lang) or self.title.get('en') or self.code}, {self.service_title(code, lang)}"


@dataclass(frozen=True, slots=True)
class OpenContext:
    """What a plug-in gets to talk: the connection's settings (secrets in the clear), `mode` test|live, the address to
    use (`urls` has those of `manifest.hosts` by name), and the shared services. `budget` limits the calls of this
    account."""

    settings: Mapping[str, Any]
    mode: str
    base_url: str
    http: Http
    clock: Now
    token_cache: TokenCache
    remote_key: RemoteKey
    trace: str | None = None
    budget: Any = None
    urls: Mapping[str, str] = field(default_factory=dict)

    def setting(self, name: str) -> str:
        """A setting as the admin typed it, trimmed; "" when it is not there."""
        return str(self.settings.get(name) or "").strip()

    def mapping(self, name: str) -> dict[str, str]:
        """A setting of kind `map`: {their code: ours}; {} when nobody has chosen anything, or what is stored is odd. A
        code that was left without a meaning on purpose is not among them."""
        try:
            found = json.loads(self.setting(name) or "{}")
        except ValueError:
            return {}
        return {str(key): str(value) for key, value in found.items() if value} if isinstance(found, dict) else {}


class SystemPlugin(Protocol):
    """`open` does no I/O. The object it returns implements the ports that `manifest.ports` names."""

    @property
    def manifest(self) -> Manifest: ...

    def open(self, context: OpenContext) -> Any: ...
