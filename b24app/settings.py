"""Every knob of the program: typed, from the environment (`WAYBILL_…`), each with its one-line meaning.

The table in docs/operations.md is what `settings_table()` returns; a test keeps them equal.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from b24app.wire.guard import Private

Words = Annotated[tuple[str, ...], NoDecode]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode]
Addresses = Annotated[dict[str, str], NoDecode]

PREFIX = "WAYBILL_"


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _pairs(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if wrong := next((part for part in parts if "=" not in part), ""):
        raise ValueError(f"{wrong!r} is not code=address")
    return dict(part.split("=", 1) for part in parts)


class Settings(BaseSettings):
    """One deployment's configuration. Lists are comma separated. Durations are seconds unless the name says days."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    profile: Literal["production", "demo", "test"] = Field("production", description="What this deployment is for")
    public_url: str = Field("http://localhost:8000", description="The app's address, as portals and carriers see it")

    hooks_url: str = Field("", description="The address for machines (events, callbacks), if it is another one")

    store_url: str = Field(
        "", description="The address for online stores (prices of deliveries), if it is another one than for people"
    )

    proxies: int = Field(
        1,
        ge=0,
        description="Proxies in front, each of which adds the caller to `X-Forwarded-For`: whom the pages for clients"
        " count tries of; 0: people reach us directly",
    )

    app_id: str = Field("", description="The app's client_id from the vendor's cabinet (`app.…`)")
    app_secret: SecretStr = Field(SecretStr(""), description="The app's client_secret")
    app_code: str = Field("waybill.delivery", description="The app's code in the Market (`partner.app`)")
    oauth_hosts: Words = Field(
        ("oauth.bitrix24.tech", "oauth.bitrix.info"), description="OAuth hosts that are believed, and no others"
    )
    allowed_origins: Words = Field(
        (), description="Exact origins (`http://host:port`) that may be reached although private; refused in production"
    )
    private_portals: Words = Field(
        (),
        description="On-premise portals on private addresses that may be called: hosts, networks (`10.2.0.0/16`), or"
        " origins (`http://host:port`) if they speak plain http",
    )
    private_systems: Words = Field(
        (),
        description="Logistics systems on private addresses (1C, SAP …) that admins of portals may type: as"
        " `WAYBILL_PRIVATE_PORTALS`. Name hosts rather than networks: every portal may type what is allowed",
    )
    sandbox_clock_url: str = Field("", description="Sandbox's control API to take time from; refused in production")

    system_urls: Addresses = Field(
        {},
        description="Other addresses of logistics systems: `code=url`, also `code.mode=url` (`live`, `test`) and"
        " `code.host=url` for one of several hosts",
    )

    map_tiles_url: str = Field(
        "", description="Address of map tiles with `{z}`, `{x}`, `{y}`; empty: pickup points are chosen from the list"
    )
    map_attribution: str = Field("", description="Whose map it is, as its licence wants it said on the map")

    database_url: str = Field(
        "sqlite:///var/waybill.db", description="SQLite (one machine) or PostgreSQL, as SQLAlchemy URL"
    )
    database_pool: int = Field(12, ge=1, description="Database connections a process may keep")
    redis_url: str = Field("", description="Redis for wake-ups, budgets and caches; empty: every process for itself")
    redis_connect_timeout_s: float = Field(0.2, gt=0, description="How long connecting to Redis may take")
    redis_timeout_s: float = Field(0.3, gt=0, description="How long an answer of Redis may take")
    redis_pause_s: float = Field(1.0, gt=0, description="How long Redis is left alone after it failed")

    encryption_keys: Secrets = Field(
        (), description="Fernet keys: the first one encrypts, all of them decrypt (rotation: put the new one in front)"
    )
    signing_keys: Secrets = Field(
        (), description="Sign the tokens of frames: the first one signs, all of them are accepted (rotation as above)"
    )

    worker_threads: int = Field(8, ge=2, description="Threads of a worker; at most half serve carriers")
    worker_stop_s: float = Field(20.0, gt=0, description="How long a worker may finish its slices after SIGTERM")
    slice_s: float = Field(5.0, gt=0, description="How long one slice of a lane lasts at most")
    lease_s: float = Field(10.0, gt=0, description="A lane stays this long with a worker that gives no sign of life")
    slice_hard_s: float = Field(120.0, gt=0, description="After this long a slice that hangs is no longer renewed")
    sweep_s: float = Field(1.0, gt=0, description="Period of the sweep for due lanes whose wake-up was lost")
    portal_sweep_min_s: int = Field(60, gt=0, description="A busy portal's stage history is read this often")
    portal_sweep_max_s: int = Field(3600, gt=0, description="An idle portal's stage history is read this often")
    history_age_s: int = Field(86400, gt=0, description="Moves older than this wait for a person")
    dead_after: int = Field(12, ge=1, description="Attempts after which a row is dead and becomes a Problem")

    http_connect_s: float = Field(3.0, gt=0, description="Limit for connecting to a remote")
    http_read_s: float = Field(30.0, gt=0, description="Limit between two pieces of a remote's answer")
    http_total_s: float = Field(60.0, gt=0, description="Limit for a whole call to a remote")

    hook_max_bytes: int = Field(65536, gt=0, description="Largest event or carrier callback that is read")
    hook_portal_cache_s: float = Field(3.0, ge=0, description="How long a hook process believes its memory of a portal")
    wake_gap_s: float = Field(0.01, ge=0, description="Least gap between two wake-ups of a lane by a process")
    frame_check_cache_s: float = Field(300.0, ge=0, description="How long a verified frame token is trusted")
    frame_token_s: int = Field(3600, gt=0, description="Life of the token that a page of ours carries")

    call_log_days: int = Field(7, ge=3, description="Days the masked log of remote calls is kept (never less than 3)")
    inbox_days: int = Field(7, ge=1, description="Days that served rows are kept")
    attempts_days: int = Field(30, ge=1, description="Days that attempts are kept")
    audit_days: int = Field(
        365,
        ge=31,
        description="Days the audit (who did what) and pictures of ended returns are kept "
        "(never less than 31, the reconciliation reads it)",
    )
    keep_left_days: int = Field(
        90, ge=0, description="Days a portal's data wait for a reinstall after it left without asking to delete them"
    )

    vendor_name: str = Field("", description="Who runs this server and licenses the app, as the legal pages name them")
    vendor_email: str = Field("", description="Their address for questions and erasure, on the legal pages")
    vendor_address: str = Field("", description="Their postal address, on the legal pages")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severity that is logged")
    log_format: Literal["json", "text"] = Field("json", description="Shape of the log on standard error")

    _lists = field_validator(
        "oauth_hosts",
        "allowed_origins",
        "private_portals",
        "private_systems",
        "encryption_keys",
        "signing_keys",
        mode="before",
    )(_split)

    _addresses = field_validator("system_urls", mode="before")(_pairs)

    @field_validator("system_urls")
    @classmethod
    def _http(cls, urls: dict[str, str]) -> dict[str, str]:
        for name, url in urls.items():
            if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
                raise ValueError(f"{name}={url!r} is not an address such as https://api.cdek.ru")
        return urls

    @field_validator("encryption_keys")
    @classmethod
    def _fernet(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for key in keys:
            Fernet(key.get_secret_value())  # says itself what a key must look like
        return keys

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            parts = urlsplit(origin)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
                raise ValueError(f"{origin!r} is not an origin such as http://127.0.0.1:8701")
        return origins

    @field_validator("private_portals", "private_systems")
    @classmethod
    def _private(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        Private(entries)  # says itself what an entry must look like
        return entries

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.profile != "production":
            return self
        if self.sandbox_clock_url:
            raise ValueError("WAYBILL_SANDBOX_CLOCK_URL is refused in production: time is the machine's own")
        if self.allowed_origins:
            raise ValueError(
                "WAYBILL_ALLOWED_ORIGINS is refused in production: see WAYBILL_PRIVATE_PORTALS, WAYBILL_PRIVATE_SYSTEMS"
            )
        if wrong := Private(self.private_portals).dangerous():
            raise ValueError(f"WAYBILL_PRIVATE_PORTALS must not hold {', '.join(wrong)}: no portal is there")
        if wrong := Private(self.private_systems).dangerous():
            raise ValueError(f"WAYBILL_PRIVATE_SYSTEMS must not hold {', '.join(wrong)}: no system of others is there")
        return self

    def system_url(self, code: str, mode: str, host: str = "") -> str:
        """Where a system is instead of where its manifest says; "" = there. The most exact name wins."""
        end = f".{host}" if host else ""
        return self.system_urls.get(f"{code}.{mode}{end}") or self.system_urls.get(f"{code}{end}") or ""

    def missing(self) -> list[str]:
        """Name the variables without which this deployment cannot work, in the order of the table."""
        needed = {
            "app_id": self.app_id,
            "app_secret": self.app_secret.get_secret_value(),
            "encryption_keys": self.encryption_keys,
            "signing_keys": self.signing_keys,
        }
        return [PREFIX + name.upper() for name, value in needed.items() if not value]


def _shown(value: object) -> str:
    if isinstance(value, SecretStr) or value in ("", (), {}):
        return "–"
    return f"`{','.join(map(str, value))}`" if isinstance(value, tuple) else f"`{value}`"


def knobs(settings: Settings) -> dict[str, str]:
    """Variable -> its value where that is a number or a word of a list, else only whether it is set."""
    shown: dict[str, str] = {}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        plain = isinstance(value, int | float) or name in ("profile", "log_level", "log_format")
        shown[f"{PREFIX}{name.upper()}"] = str(value) if plain else "set" if value not in ("", (), {}) else "not set"
    return shown


def settings_table() -> str:
    """Return the Markdown table of all settings, as docs/operations.md carries it."""
    lines = ["| Variable | Meaning | Default |", "|---|---|---|"]
    for name, info in Settings.model_fields.items():
        lines.append(f"| `{PREFIX}{name.upper()}` | {info.description} | {_shown(info.default)} |")
    return "\n".join(lines) + "\n"
