"""Who calls, and whether the portal listens: the order of checks of contract bitrix24-app §3.7."""

from __future__ import annotations

from sandbox.bitrix24.card import SCOPES
from sandbox.bitrix24.errors import RestError, platform_denied, wrong_auth_type
from sandbox.bitrix24.state.portal import Portal
from sandbox.bitrix24.state.users import User

from .call import Identity
from .registry import Method
from .request import RestRequest

# Portals let a webhook do everything that needs no application.
_WEBHOOK_SCOPES = frozenset(SCOPES) | {"user", "sale", "delivery", "bizproc", "disk", "department", "messageservice"}


def refused(portal: Portal, code: str, text: str) -> RestError:
    """A refusal by the auth check: 403 in the docs, 401 in the core (§3.7)."""
    return RestError(code, text, 401 if portal.switches.auth_errors == "core" else 403)


def identify(portal: Portal, request: RestRequest) -> Identity:
    """Token, overload block, plan, app, expiry, user, app access. The scope is checked per command."""
    if portal.deleted:
        raise RestError("PORTAL_DELETED", "Portal was deleted", 500)
    if request.webhook is not None:
        return _webhook(portal, *request.webhook)
    tokens = portal.hub.tokens
    token = tokens.by_access(request.auth)
    if token is None or token.member_id != portal.member_id:
        raise RestError("NO_AUTH_FOUND", "Wrong authorization data", 401)
    _check_portal(portal)
    install = portal.app.install
    if install is None or install.generation != token.generation:
        raise RestError("ERROR_OAUTH", "Application not installed", 401)
    if portal.app.licence.blocked:
        raise RestError("PAYMENT_REQUIRED", "Payment required", 401)
    if tokens.expired(token):
        raise RestError("expired_token", "The access token provided has expired.", 401)
    user = _active(portal, token.user_id)
    if not user.app_access:
        raise refused(portal, "user_access_error", "The user does not have access to the application.")
    granted = frozenset(token.scope.split(",")) & frozenset(install.scopes)
    return Identity(user, token, granted, token.client_id)


def _check_portal(portal: Portal) -> None:
    if portal.switches.overload:
        raise RestError("OVERLOAD_LIMIT", "REST API is blocked due to overload.", 503)
    if not portal.switches.rest_allowed:
        raise refused(portal, "ACCESS_DENIED", "REST is available only on commercial plans.")


def _webhook(portal: Portal, user_id: int, secret: str) -> Identity:
    if portal.webhooks.get(secret) != user_id:
        raise RestError("INVALID_CREDENTIALS", "Invalid request credentials", 401)
    _check_portal(portal)
    return Identity(_active(portal, user_id), None, _WEBHOOK_SCOPES, f"webhook:{user_id}")


def _active(portal: Portal, user_id: int) -> User:
    user = portal.users.get(user_id)
    if user is None or not user.active:
        raise RestError("authorization_error", "Unable to authorize user", 401)
    return user


def check_method(portal: Portal, identity: Identity, method: Method) -> None:
    """Scope, application context and administrator of one method."""
    if method.scopes and not identity.scopes.intersection(method.scopes):
        text = "The request requires higher privileges than provided by the access token"
        raise refused(portal, "insufficient_scope", text)
    if method.app and not identity.app_context:
        raise wrong_auth_type()
    if method.admin and not identity.user.admin:
        raise platform_denied()
