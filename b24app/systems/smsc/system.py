"""One connection to SMSC: the ports, thin. What is sent and read is built and parsed in the modules beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from b24app.logistics.errors import AccountProblem, Refused, Unavailable
from b24app.logistics.messages import SmsState, TextMessage
from b24app.logistics.model import Sender
from b24app.logistics.ports import CallbackHint, TestStep
from b24app.logistics.problem import Field, Problem, Who
from b24app.systems.kit.checks import Found, needs_token_or_login, run_checks
from b24app.systems.kit.rows import rows_of
from b24app.systems.plugin import Manifest, OpenContext
from b24app.systems.smsc.callbacks import parse_callback
from b24app.systems.smsc.client import Client
from b24app.systems.smsc.errors import Reply, no_money
from b24app.systems.smsc.texts import build_message, parse_message, parse_state
from b24app.systems.smsc.vocabulary import money


class Smsc:
    """All ports of one account."""

    def __init__(self, manifest: Manifest, context: OpenContext) -> None:
        self._manifest = manifest
        self._context = context
        self._client = Client(context)

    # --- Messages -----------------------------------------------------------------------------------------------------

    def send_text(self, message: TextMessage) -> SmsState:
        """Their `id` need not be unique (§3): a second request of one number is a second message. Whoever does not know
        what became of the first asks before."""
        fields = build_message(message, self._context.setting("sender"))
        return parse_message(self._client.ask("send", write=True, **fields), message)

    def text_state(self, number: int, phone: str) -> SmsState | None:
        # Without `all`: a full answer repeats text and phone, which are nobody's business on the way back.
        return parse_state(self._client.ask("status", id=str(number), phone=phone), number)

    # --- Callbacks ----------------------------------------------------------------------------------------------------

    def parse(self, headers: Mapping[str, str], body: bytes) -> list[CallbackHint]:  # noqa: ARG002 - the port's shape
        return parse_callback(body)

    def ensure_subscribed(self, url: str) -> None:  # noqa: ARG002 - the port's shape
        """Raises Refused: somebody types our address into the cabinet, which is no failure (`connection.hooking`)."""
        raise Refused([Problem("sms_callback_by_hand", Field.ACCOUNT, Who.ADMIN)])

    def unsubscribe(self, url: str) -> int:  # noqa: ARG002 - the port's shape
        return 0

    # --- ConnectionTest -----------------------------------------------------------------------------------------------

    def test(self, sender: Sender | None = None) -> Iterator[TestStep]:  # noqa: ARG002 - goods leave from nowhere
        told: list[Reply] = []
        return run_checks(
            [
                ("settings", lambda: needs_token_or_login(self._manifest, self._context)),
                ("sign_in", lambda: told.append(self._balance())),
                ("balance", lambda: _enough(told[0])),
                ("sender_name", self._test_sender),
            ]
        )

    def _balance(self) -> Reply:
        reply = self._client.ask("balance", cur="1")
        if reply.code is not None:
            raise reply.unread()
        if money(reply.row.get("balance")) is None:
            raise Unavailable("balance.php: an answer without a balance")
        return reply

    def _test_sender(self) -> Found | None:
        """Names that nobody approved are refused with the first message: told here instead."""
        wanted = self._context.setting("sender")
        if not wanted:
            return None
        reply = self._client.ask("senders", get="1")
        if reply.code is not None:
            raise reply.unread()
        names = [str(row.get("sender") or "").strip() for row in rows_of(reply.data)]
        if names and wanted not in names:
            problem = Problem("sms_sender_unknown", Field.SENDER, Who.ADMIN, params={"name": wanted})
            raise Refused([problem])
        return wanted, {}


def _enough(reply: Reply) -> Found:
    """What is there, or may be owed."""
    currency = str(reply.row.get("currency") or "")
    there = money(reply.row.get("balance"), currency)
    credit = money(reply.row.get("credit") or "0", currency)
    if there is None or there.minor + (credit.minor if credit is not None else 0) <= 0:
        raise AccountProblem(no_money())
    return "", {"minor": str(there.minor), "currency": there.currency}
