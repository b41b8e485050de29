"""What every template may use: words, money, dates, and the frame around pages (menu, bell, user)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flask import Flask, g, render_template, request
from markupsafe import Markup, escape
from werkzeug.exceptions import Forbidden, NotFound

from sandbox.bitrix24.state.portal import Portal

from .words import word

NBSP = "\u00a0"
_SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€"}
_URL_TAG = re.compile(r"\[url=([^\]]+)\](.*?)\[/url\]", re.IGNORECASE | re.DOTALL)
_STYLE_TAGS = {"b": "strong", "i": "em", "u": "u", "s": "s"}
_SAFE_URL = re.compile(r"(https?://|/)[^\s\"'<>]*$", re.IGNORECASE)


def install(app: Flask, portal: Portal) -> None:
    """Register helpers, filters and error pages."""
    app.add_template_filter(money)
    app.add_template_filter(lambda text: when(text, portal), "when")
    app.add_template_filter(bb_code, "bb")
    app.context_processor(lambda: _context(portal))
    app.register_error_handler(404, _not_found)
    app.register_error_handler(403, _denied)


def language() -> str:
    user = g.get("user")
    return user.language if user is not None else "ru"


def _context(portal: Portal) -> dict[str, Any]:
    user = g.get("user")
    return {
        "t": lambda key, **values: word(key, language(), **values),
        "lang": language(),
        "portal": portal,
        "user": user,
        "app_card": portal.hub.card,
        "app_install": portal.app.install,
        "slider": request.args.get("IFRAME") == "Y",
        "unread": _unread(portal, user.id) if user is not None else 0,
    }


def _unread(portal: Portal, user_id: int) -> int:
    return sum(1 for row in portal.notices.of(user_id) if not row.get("_seen"))


def _not_found(_problem: NotFound) -> Any:
    if request.is_json or request.path.startswith("/parent/"):
        return {"error": "not found"}, 404
    return render_template("portal/message.html", words=word("not_found", language())), 404


def _denied(_problem: Forbidden) -> Any:
    if request.is_json:
        return {"error": word("denied", language())}, 403
    return render_template("portal/message.html", words=word("denied", language())), 403


def money(value: Any, currency: str = "RUB") -> str:
    """``1 240,50 ₽``."""
    number = f"{float(value or 0):,.2f}".removesuffix(".00").replace(",", NBSP).replace(".", ",")
    return f"{number}{NBSP}{_SIGNS.get(currency, currency)}"


def when(text: str | None, portal: Portal) -> str:
    """``12.11, 14:05`` in the portal's time; the year only when it is not this one."""
    if not text:
        return ""
    moment = datetime.fromisoformat(text).astimezone(portal.timezone)
    now = datetime.fromtimestamp(portal.hub.clock.time(), portal.timezone)
    return moment.strftime("%d.%m, %H:%M" if moment.year == now.year else "%d.%m.%Y, %H:%M")


def bb_code(text: str | None) -> Markup:
    """BB codes of comments and notices as HTML; everything else is text. A link needs http(s) or a local path."""
    html = str(escape(text or ""))
    html = _URL_TAG.sub(_link, html)
    for tag, name in _STYLE_TAGS.items():
        html = re.sub(rf"\[{tag}\](.*?)\[/{tag}\]", rf"<{name}>\1</{name}>", html, flags=re.IGNORECASE | re.DOTALL)
    return Markup(html.replace("\r\n", "\n").replace("[br]", "\n").replace("\n", "<br>"))  # noqa: S704  (escaped above)


def _link(found: re.Match[str]) -> str:
    address, title = found.group(1), found.group(2)
    if not _SAFE_URL.match(address):
        return title
    away = ' target="_blank" rel="noopener"' if address.startswith("http") else ""
    return f'<a href="{address}"{away}>{title}</a>'
