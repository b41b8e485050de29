"""The support bundle: a zip about one portal without personal data, behind a signed link that works once."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import timedelta
from importlib import metadata
from typing import Any

from flask import Blueprint, Response, make_response
from markupsafe import Markup
from sqlalchemy.orm import Session

from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.words import LANGUAGES, words
from b24app.store import support
from b24app.store.audit import Act
from b24app.store.engine import read_scope, session_scope
from b24app.store.lanes import LaneRef
from placements.app import saving
from placements.app.desk import Desk

LIFE = timedelta(minutes=2)
SALT = "waybill.download.1"
_PACKAGES = ("waybill", "flask", "sqlalchemy", "requests", "psycopg", "redis")


def routes(bp: Blueprint, desk: Desk) -> None:
    def support_link() -> Response:
        """A link for this person, two minutes long and for one use; htmx goes there at once, and the file arrives."""
        who, now = desk.who(), desk.parts.clock.now()
        made: list[int] = []

        def offer(session: Session) -> LaneRef | None:
            made.append(support.offer_link(session, who.portal_id, who.user_id, now))
            saving.audit(session, who, Act.SUPPORT_BUNDLE, now)
            return None

        desk.write(offer)
        address = f"/download/{desk.parts.signer.seal(SALT, {'portal': who.portal_id, 'link': made[0]})}"
        text = desk.formats(who).words("support.download")
        html = Markup('<a class="wb-btn wb-btn--sm" href="{}" download>{}</a>').format(address, text)
        answer = make_response(str(html))
        answer.headers["HX-Redirect"] = address
        return answer

    def download(token: str) -> Response:
        """The bundle, once."""
        told: Mapping[str, Any] = desk.parts.signer.unseal(SALT, token)
        now = desk.parts.clock.now()
        with session_scope(desk.parts.sessions) as session:
            if not support.use_link(session, int(told["portal"]), int(told["link"]), now, LIFE):
                raise PageError(ErrorCode.OUT_OF_DATE, "a link that was used or ran out")
        with read_scope(desk.parts.sessions) as session:
            body = bundle(desk, session, int(told["portal"]))
        answer = make_response(body)
        answer.headers["Content-Type"] = "application/zip"
        answer.headers["Content-Disposition"] = f'attachment; filename="waybill-support-{now:%Y%m%d-%H%M}.zip"'
        answer.headers["Cache-Control"] = "no-store"
        return answer

    bp.get("/app/support/link")(support_link)
    bp.get("/download/<token>")(download)


def bundle(desk: Desk, session: Session, portal_id: int) -> bytes:
    """A zip of JSON files and words on how to read them."""
    now = desk.parts.clock.now()
    files: dict[str, Any] = {
        "versions.json": {"made_at": now, **_versions(), **support.deployment(session, now)},
        "settings.json": dict(desk.parts.knobs),
        "portal.json": support.portal(session, portal_id),
        "connections.json": support.connections(session, portal_id),
        "pipelines.json": support.pipelines(session, portal_id),
        "queues.json": support.queues(session, portal_id),
        "counts.json": support.counts(session, portal_id, now),
        "calls.json": support.last_calls(session, portal_id),
        "attempts.json": support.last_attempts(session, portal_id),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", "\n\n".join(words(lang)("support.readme") for lang in LANGUAGES))
        for name, data in files.items():
            archive.writestr(name, json.dumps(data, ensure_ascii=False, indent=1, default=str))
    return stream.getvalue()


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "-"
    return found
