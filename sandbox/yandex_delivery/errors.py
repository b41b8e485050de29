"""The carrier's refusals: codes and words (§A12, §B8). Texts that the contract does not have are this sandbox's own and
are marked so in README."""

from __future__ import annotations

from typing import Any


class Refused(Exception):  # noqa: N818 - an answer, not a fault of the program
    """An answer that is an error: HTTP status, code, message."""

    def __init__(self, status: int, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.more = status, code, message, more


def bad(message: str, code: str = "bad_request") -> Refused:
    return Refused(400, code, message)


def missing(path: str) -> Refused:
    return bad(f"Missing required field '{path}'")


def wrong_type(path: str, wanted: str) -> Refused:
    return bad(f"Field '{path}' must be {wanted}")


def conflict(code: str, message: str) -> Refused:
    return Refused(409, code, message)


#: The two editions of the page say it differently (§A12).
ADDRESS_WORDS = {
    "missing": "Missing some required address details: country, house, city, region",
    "parse": "Cannot parse destination info",
}
STATION_WORDS = {"missing": "Not found station by station_id", "parse": "Cant get station id for point"}
# The first letter is Cyrillic in the page.
DISABLED = "Сant calc routes because destination station is disabled"
DUPLICATE = "There already was request with such code within this employer, request_id {}"
NO_OPTIONS = ("no_delivery_options", "No delivery options for interval")
EDIT_CONFLICT = ("conflict", "Another editing request with conflict data execution")


def shaped(shape: str, problem: Refused) -> dict[str, Any]:
    """A platform error in one of the shapes met in the field (§A12)."""
    code, message = problem.code, problem.message
    if shape == "error":
        return {"error": message}
    if shape == "error_object":
        return {"error": {"message": message, "details": [f"code {code}"]}}
    if shape == "error_details":
        return {"code": code, "message": "Request is invalid", "error_details": {"request": [message]}}
    if shape == "details_list":
        return {"code": code, "message": "Request is invalid", "error_details": [message]}
    if shape == "debug_message":
        return {"code": code, "details": {"debug_message": message}}
    return {"code": code, "message": message} | problem.more
