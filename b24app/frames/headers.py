"""Response headers of framed pages: who may frame them, what they may load.

A page may be framed by its own portal alone (contracts/bitrix24-app.md §5.7: no X-Frame-Options, frame-ancestors
built per request).
"""

import base64
import hashlib
import re
import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g

# A host as a portal's address may be written: letters, digits, dots, dashes, maybe a port. Keeps a crafted DOMAIN out
# of the header.
_HOST = re.compile(r"^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::\d{1,5})?$")


def portal_origin(domain: str, protocol: str) -> str:
    """Origin of the portal's page from the frame's DOMAIN and PROTOCOL ("1" https, "0" http); "" if the host is not
    one."""
    if not _HOST.match(domain):
        return ""
    scheme = "http" if protocol == "0" else "https"
    return f"{scheme}://{domain.lower()}"


def allow_framing(origin: str) -> None:
    """Lets this answer be framed by `origin`; without it nobody may frame."""
    g.frame_origin = origin


def allow_images(address: str) -> None:
    """Lets this page show pictures (map tiles) of another origin; "" = none."""
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"} and _HOST.match(parts.netloc):
        g.image_origin = f"{parts.scheme}://{parts.netloc}"


def allow_style(text: str) -> None:
    """Lets this page carry these rules in itself: what comes with the page needs no request of its own."""
    g.style_hash = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def forbid_scripts() -> None:
    """This page works without any, so that none may run on it."""
    g.no_scripts = True


def nonce() -> str:
    """The one nonce of this answer's inline scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def policy(origin: str, script_nonce: str, images: str = "", style_hash: str = "") -> str:
    """The Content-Security-Policy of a page framed by `origin` ("" = by nobody), with pictures of `images` too; without
    a nonce no script runs on it. `style_hash`: of the rules that it carries itself."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{script_nonce}'" if script_nonce else "script-src 'none'",
            f"style-src 'self' 'sha256-{style_hash}'" if style_hash else "style-src 'self'",
            f"img-src 'self' data: {images}".strip(),
            "font-src 'self'",
            "connect-src 'self'" if script_nonce else "connect-src 'none'",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {origin or chr(39) + 'none' + chr(39)}",
        )
    )


#: Of a page that stands alone and is kept on the device: no inline script, no frame, pictures of its own.
ALONE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def stand_alone() -> None:
    """This answer is a page outside of any frame that may take pictures with the device's camera."""
    g.stands_alone = True


def secure(response: Response) -> Response:
    """Puts the headers on every answer that is a page or a fragment."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if response.mimetype == "text/html":
        if g.get("stands_alone", False):
            response.headers["Content-Security-Policy"] = ALONE
            response.headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
        else:
            response.headers["Content-Security-Policy"] = policy(
                g.get("frame_origin", ""),
                "" if g.get("no_scripts") else nonce(),
                g.get("image_origin", ""),
                g.get("style_hash", ""),
            )
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.add("Vary", "HX-Request")
    return response


def install(app: Flask) -> None:
    app.after_request(secure)
    app.jinja_env.globals["csp_nonce"] = nonce
