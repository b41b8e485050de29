"""One call of one method, as the method sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.bitrix24.errors import RestError, missing, type_not_found
from sandbox.bitrix24.oauth.tokens import Token
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.table import Table
from sandbox.bitrix24.state.users import Actor, User
from sandbox.bitrix24.wire import pairs_of, to_int

_INVOICES = 31


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose call it is. ``token`` None is an incoming webhook: no application context."""

    user: User
    token: Token | None
    scopes: frozenset[str]
    client: str

    @property
    def app_context(self) -> bool:
        return self.token is not None


@dataclass(slots=True)
class Call:
    """Parameters are nested dicts, lists and scalars: typed from JSON, strings from a form (crm §14.1.5)."""

    portal: Portal
    identity: Identity
    method: str
    params: dict[str, Any]
    _lower: dict[str, Any] | None = field(default=None)

    @property
    def user(self) -> User:
        return self.identity.user

    @property
    def actor(self) -> Actor:
        token = self.identity.token
        connector = self.any_case("auth_connector")
        return Actor(self.user.id, token.hops if token else None, str(connector or ""))

    def any_case(self, name: str, default: Any = None) -> Any:
        """A top-level parameter whatever its case: older methods take any (§3.1)."""
        if self._lower is None:
            self._lower = {key.lower(): value for key, value in self.params.items()}
        return self._lower.get(name.lower(), default)

    def need_int(self, name: str) -> int:
        """A controller's required integer; anything else is code 100."""
        number = to_int(self.params.get(name))
        if number is None:
            raise missing(name)
        return number

    def need_map(self, name: str) -> dict[str, Any]:
        """A controller's required map. PHP's empty array may come as ``[]``."""
        value = self.params.get(name)
        if not isinstance(value, dict | list):
            raise missing(name)
        return dict(pairs_of(value))

    def opt_map(self, name: str) -> dict[str, Any]:
        value = self.any_case(name)
        return dict(pairs_of(value)) if isinstance(value, dict | list) else {}

    def table(self, entity_type_id: int) -> Table:
        """The items of an entity type; NOT_FOUND or ENTITY_TYPE_NOT_SUPPORTED (crm §1.2)."""
        if entity_type_id in (5, 8, 14):
            raise RestError("ENTITY_TYPE_NOT_SUPPORTED", "Тип сущности не поддерживается")
        found = self.portal.crm.tables.get(entity_type_id)
        if found is None or (entity_type_id == _INVOICES and not self.portal.switches.smart_invoices):
            raise type_not_found()
        return found


@dataclass(frozen=True, slots=True)
class Listing:
    """A list method's answer: ``total`` and ``next`` go beside ``result`` (§3.2)."""

    result: Any
    total: int | None = None
    next: int | None = None
