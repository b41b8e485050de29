"""What a portal's REST answers when it refuses, sorted by code (bitrix24-app.md §3.7, bitrix24-crm.md §0.3).

Never by HTTP status: the same code comes with different statuses from the cloud and from older box portals.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from b24app.wire.errors import NotSent, Why


class Kind(StrEnum):
    """What a refusal means for us."""

    TOKEN = "token"  # noqa: S105 - a word: refresh, then once more
    TOKEN_DEAD = "token_dead"  # noqa: S105 - this user's token will not work any more
    RATE = "rate"
    OPERATING = "operating"
    OVERLOAD = "overload"
    SERVER = "server"  # nobody knows what was done
    AUTH_TROUBLE = "auth_trouble"  # the portal could not ask its OAuth server
    PORTAL_GONE = "portal_gone"
    BLOCKED = "blocked"  # app removed, trial or subscription over
    NO_REST = "no_rest"  # the plan has no REST
    SCOPE = "scope"
    METHOD = "method"  # unknown here: module or plan without it
    CONFIRM = "confirm"
    ACCESS = "access"
    STAGE = "stage"  # no right to move to that stage
    NOT_FOUND = "not_found"
    VALUE = "value"
    REQUIRED = "required"
    ARGUMENT = "argument"
    ALREADY = "already"
    PLAN = "plan"  # the plan lacks this feature
    NOT_RUN = "not_run"  # the command of a batch has neither result nor error
    OTHER = "other"


_BY_CODE = {
    Kind.TOKEN: "expired_token invalid_token",
    Kind.TOKEN_DEAD: "no_auth_found authorization_error user_access_error",
    Kind.RATE: "query_limit_exceeded",
    Kind.OPERATING: "operation_time_limit",
    Kind.OVERLOAD: "overload_limit",
    Kind.SERVER: "internal_server_error error_unexpected_answer",
    Kind.AUTH_TROUBLE: "connection_error",
    Kind.PORTAL_GONE: "portal_deleted",
    Kind.BLOCKED: "error_oauth application_not_found payment_required not_installed wrong_client",
    Kind.SCOPE: "insufficient_scope",
    Kind.METHOD: "error_method_not_found error_batch_method_not_allowed",
    Kind.CONFIRM: "method_confirm_waiting method_confirm_denied",
    Kind.ACCESS: "access_denied invalid_credentials access_error allowed_only_intranet_user"
    " 200040300010 200040300040 200040300030",
    Kind.STAGE: "-",
    Kind.NOT_FOUND: "not_found error_not_found owner_not_found entity_not_found error_activity_not_found 200040300000"
    " 201140400001 201240400001",
    Kind.VALUE: "crm_field_error_value_not_valid",
    Kind.REQUIRED: "crm_field_error_required",
    Kind.ARGUMENT: "error_argument invalid_arg_value required_arg_missing 100 invalid_request error_event_not_found"
    " error_placement_not_found error_wrong_handler_url error_unsupported_protocol error_batch_length_exceeded"
    " error_activity_validation_failure",
    Kind.ALREADY: "error_activity_already_installed",
    Kind.PLAN: "wrong_license update_dynamic_item_restricted create_dynamic_item_restricted"
    " update_dynamic_type_restricted create_dynamic_type_restricted",
    Kind.NOT_RUN: "waybill_not_run",
}
_KINDS = {code: kind for kind, codes in _BY_CODE.items() for code in codes.split()}
#: Words of answers whose code is empty, `0` or `ERROR_CORE`: legacy methods say what is wrong only in the text.
_BY_WORDS = (
    ("already", Kind.ALREADY),
    ("not found", Kind.NOT_FOUND),
    ("access denied", Kind.ACCESS),
    ("you cannot create custom fields", Kind.ARGUMENT),
    ("is not defined or invalid", Kind.ARGUMENT),
    ("is required", Kind.REQUIRED),
)
_WORDLESS = frozenset({"", "0", "error_core", "bx_error", "400"})
_RETRYABLE = frozenset({Kind.RATE, Kind.OPERATING, Kind.OVERLOAD, Kind.SERVER, Kind.AUTH_TROUBLE, Kind.NOT_RUN})
_PORTAL_WIDE = frozenset({Kind.PORTAL_GONE, Kind.BLOCKED, Kind.NO_REST, Kind.OVERLOAD})


@dataclass
class RestError(Exception):
    """A refusal of the portal, of a whole call or of one command of a batch. `code` as received (may be empty)."""

    code: str
    text: str = ""
    method: str = ""
    status: int = 0
    argument: str = ""
    retry_after: float | None = None

    def __post_init__(self) -> None:
        super().__init__(f"{self.method}: {self.code or 'no code'}: {self.text}")

    @property
    def kind(self) -> Kind:
        return _kind(self.code.lower(), self.text.lower())

    @property
    def retryable(self) -> bool:
        """The same request may succeed later, with nothing changed. See `uncertain` before repeating a write."""
        return self.kind in _RETRYABLE

    @property
    def uncertain(self) -> bool:
        """The portal broke while it worked: a write may have been applied."""
        return self.kind is Kind.SERVER

    @property
    def portal_wide(self) -> bool:
        """Every other call to this portal would end the same."""
        return self.kind in _PORTAL_WIDE

    @property
    def token(self) -> bool:
        return self.kind is Kind.TOKEN

    @property
    def rate(self) -> bool:
        return self.kind is Kind.RATE

    @property
    def operating(self) -> bool:
        return self.kind is Kind.OPERATING

    @property
    def not_found(self) -> bool:
        return self.kind is Kind.NOT_FOUND

    @property
    def access_denied(self) -> bool:
        return self.kind in (Kind.ACCESS, Kind.TOKEN_DEAD)

    @property
    def stage_forbidden(self) -> bool:
        return self.kind is Kind.STAGE


class NoToken(NotSent):
    """No token of this portal works any more (or the person's one does not): somebody has to open the app.

    `code` is the OAuth server's word: `invalid_grant`, `payment_required`, `not_installed`, … or `none`.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(Why.TOKEN, detail or code)
        self.code = code

    @property
    def lapsed(self) -> bool:
        """The licence is over: the keys are as good as they were, and work again once it is renewed."""
        return self.code == "payment_required"


def from_json(data: Any, method: str, status: int) -> RestError:
    """An error object, `{"error": …, "error_description": …}` in any of its dialects."""
    code = data.get("error", "")
    text = data.get("error_description") or data.get("error_message") or ""
    if isinstance(code, dict):
        code, text = code.get("code", ""), code.get("message", text)
    return RestError(str(code if code is not None else ""), str(text), method, status, str(data.get("argument") or ""))


def _kind(code: str, text: str) -> Kind:
    if code == "access_denied" and ("rest" in text.split() or "commercial" in text or "plan" in text.split()):
        return Kind.NO_REST
    if code in _KINDS:
        return _KINDS[code]
    if code in _WORDLESS:
        return next((kind for words, kind in _BY_WORDS if words in text), Kind.OTHER)
    return Kind.ALREADY if "already" in code else Kind.OTHER
