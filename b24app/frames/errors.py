"""The one error contract between server and pages: code -> HTTP status -> what the page does.

Answers to scripts are `{"error_code": …, "act": …, "title": …, "text": …, "support": …}`; full pages show the same
words. `static/js/waybill.js`
reads `act` alone, so a new code needs no new script.
"""

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What the page does about an error."""

    RENEW = "renew"  # ask the portal for a fresh key, prove it to us, repeat the request once
    REOPEN = "reopen"  # nothing here can help: say "close and open the deal again"
    RETRY = "retry"  # keep what is shown, say when it was true, offer to try again
    SHOW = "show"  # put the words where the person acted; the rest of the page stays usable
    RELOAD = "reload"  # what is shown is out of date: fetch the fragment anew


class ErrorCode(StrEnum):
    """Every way a page request can fail; the value is what travels and what the word catalogue is keyed by."""

    NOT_A_FRAME = "not_a_frame"
    FRAME_NOT_PROVEN = "frame_not_proven"
    SESSION_MISSING = "session_missing"
    SESSION_EXPIRED = "session_expired"
    SESSION_FORGED = "session_forged"
    NO_ACCESS = "no_access"
    ADMIN_ONLY = "admin_only"
    NOT_ALLOWED = "not_allowed"
    NOT_INSTALLED = "not_installed"
    DEAL_NOT_SAVED = "deal_not_saved"
    DEAL_GONE = "deal_gone"
    NO_RETURN = "no_return"
    RETURN_NOT_SAVED = "return_not_saved"
    RETURN_GONE = "return_gone"
    OUT_OF_DATE = "out_of_date"
    LINK_SPENT = "link_spent"
    BAD_INPUT = "bad_input"
    PORTAL_SILENT = "portal_silent"
    PRIVATE_ADDRESS = "private_address"
    OURS = "ours"


@dataclass(frozen=True, slots=True)
class Rule:
    """HTTP status of an error and what the page does."""

    status: int
    act: Act


CONTRACT: dict[ErrorCode, Rule] = {
    ErrorCode.NOT_A_FRAME: Rule(
        200, Act.REOPEN
    ),  # a person, or the Market's check, opened our address directly: a page, not a failure
    ErrorCode.FRAME_NOT_PROVEN: Rule(403, Act.REOPEN),
    ErrorCode.SESSION_MISSING: Rule(401, Act.RENEW),
    ErrorCode.SESSION_EXPIRED: Rule(401, Act.RENEW),
    ErrorCode.SESSION_FORGED: Rule(403, Act.REOPEN),
    ErrorCode.NO_ACCESS: Rule(403, Act.SHOW),
    ErrorCode.ADMIN_ONLY: Rule(403, Act.SHOW),
    ErrorCode.NOT_ALLOWED: Rule(403, Act.SHOW),
    ErrorCode.NOT_INSTALLED: Rule(409, Act.REOPEN),
    ErrorCode.DEAL_NOT_SAVED: Rule(409, Act.REOPEN),
    ErrorCode.DEAL_GONE: Rule(410, Act.REOPEN),
    ErrorCode.NO_RETURN: Rule(403, Act.SHOW),
    ErrorCode.RETURN_NOT_SAVED: Rule(409, Act.REOPEN),
    ErrorCode.RETURN_GONE: Rule(410, Act.REOPEN),
    ErrorCode.OUT_OF_DATE: Rule(409, Act.RELOAD),
    ErrorCode.LINK_SPENT: Rule(410, Act.SHOW),
    ErrorCode.BAD_INPUT: Rule(422, Act.SHOW),
    ErrorCode.PORTAL_SILENT: Rule(503, Act.RETRY),
    ErrorCode.PRIVATE_ADDRESS: Rule(409, Act.SHOW),
    ErrorCode.OURS: Rule(500, Act.RETRY),
}


class PageError(Exception):
    """Raised by anything that answers a person; the app's one handler turns it into the contract's answer."""

    def __init__(self, code: ErrorCode, why: str = "", field: str = "", entry: str = "") -> None:
        super().__init__(f"{code}: {why}" if why else str(code))
        self.code = code
        self.why = why  # for the log, never shown
        self.entry = entry  # what the operator's list of private portals lacks, for PRIVATE_ADDRESS
        self.field = field  # the input it is about, for BAD_INPUT

    @property
    def rule(self) -> Rule:
        return CONTRACT[self.code]
