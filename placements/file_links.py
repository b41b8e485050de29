"""Files that people open: addresses that give one out once, and answers that carry one to a window of its own.

Third-party cookies are blocked in the portal's frame, so a link says for itself who may open it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Response, make_response

from b24app.flows import files
from b24app.frames.errors import ErrorCode, PageError
from b24app.frames.session import SessionSigner

#: A link is followed at once.
LIFE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class FileLinks:
    """Addresses `<path>/<token>` of one kind of files; `salt` keeps a token from being good for another kind."""

    path: str
    salt: str

    def address(self, signer: SessionSigner, portal_id: int, link: int) -> str:
        """Where a link of `papers.offer_link` leads."""
        return f"{self.path}/{signer.seal(self.salt, {'portal': portal_id, 'link': link})}"

    def told(self, signer: SessionSigner, token: str) -> tuple[int, int]:
        """`(portal, link)` of a token. Raises PageError(LINK_SPENT) for one that is not ours."""
        try:
            told = signer.unseal(self.salt, token)
        except PageError as error:
            raise PageError(ErrorCode.LINK_SPENT, error.why) from error
        return int(told["portal"]), int(told["link"])


PAPERS = FileLinks("/paper", "waybill.paper.1")
DOCUMENTS = FileLinks("/document", "waybill.document.1")


def as_file(content: bytes, name: str) -> Response:
    """PDFs and pictures are shown; everything else is only saved, and never taken for a page: no name or type
    of theirs is believed."""
    kind = files.media_type(content)
    return _answer(content, files.safe_name(name, kind), kind)


def pdf(content: bytes, name: str) -> Response:
    """A PDF of ours or a carrier's, under a name of ours."""
    return _answer(content, name, files.PDF)


def _answer(content: bytes, name: str, kind: str) -> Response:
    """Never framed, and never kept by anybody on the way."""
    shown = kind in files.SHOWN
    answer = make_response(content)
    answer.headers["Content-Type"] = kind if shown else files.ANY
    answer.headers["Content-Disposition"] = files.disposition(name, shown)
    # A `sandbox` policy would stop browsers' own viewers, and is what a file that is only saved should meet.
    policy = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    answer.headers["Content-Security-Policy"] = policy if shown else f"sandbox; default-src 'none'; {policy}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
