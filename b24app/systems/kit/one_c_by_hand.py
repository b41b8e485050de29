"""What a 1C base without our HTTP service cannot do (1c.md §8): somebody does it there by hand."""

from __future__ import annotations

from b24app.logistics.errors import Refused
from b24app.logistics.problem import Field, Problem, Who
from b24app.logistics.warehouse import Attachment, FiledDocument
from b24app.systems.kit.one_c_callbacks import CallbacksByHand

BY_HAND = Problem("one_c_by_hand", Field.ORDER, Who.ADMIN)


def no_object(name: str) -> Problem:
    """The base has no such object or attribute, or does not publish it."""
    return Problem("one_c_no_object", Field.ACCOUNT, Who.ADMIN, params={"name": name})


class WithoutService(CallbacksByHand):
    """It tells nothing of itself, and keeps no documents for us: whoever asks all the same, of an account that was
    switched over meanwhile, is refused."""

    calls_back = False

    def attach(self, remote_id: str, document: Attachment) -> FiledDocument:  # noqa: ARG002 - the port's shape
        raise Refused([BY_HAND])

    def documents(self, remote_id: str) -> list[FiledDocument]:  # noqa: ARG002 - the port's shape
        return []

    def fetch_document(self, remote_id: str, key: str) -> bytes:  # noqa: ARG002 - the port's shape
        raise Refused([BY_HAND])
