"""Where a 302 leads (bitrix24-app.md §2.7)."""

from __future__ import annotations

from urllib.parse import urlsplit

#: Domains of the vendor's cloud: nobody else can have a host there.
_ENDS = "ru com by kz ua eu de fr it pl es com.br com.tr in jp cn vn id co mx uk"
CLOUD = tuple(f".bitrix24.{end}" for end in _ENDS.split(" "))


def in_cloud(url: str) -> bool:
    """Whether an https address lies in the vendor's cloud."""
    parts = urlsplit(url)
    return parts.scheme == "https" and (parts.hostname or "").endswith(CLOUD)


def origin_of(url: str) -> str:
    """`scheme://host:port` in lower case with the port spelled out; empty for something that is no address."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}".lower() if parts.hostname and port else ""


def new_endpoint(location: str, old_endpoint: str) -> str | None:
    """The REST base at another host; None if the answer does not lead to one (a login page of the same host, say), or
    would lead from https to http."""
    target, old = urlsplit(location), urlsplit(old_endpoint)
    if not origin_of(location) or origin_of(location) == origin_of(old_endpoint):
        return None
    if old.scheme == "https" and target.scheme != "https":
        return None
    return f"{target.scheme}://{target.netloc.rpartition('@')[2]}/rest/"
