"""SMSC's emulator behind the face of the gateways' suite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from b24app.logistics.problem import Field
from tests.contract.messages.gateway import Gateway
from tests.contract.systems.parts import Shape, Where


def refusal(code: int, words: str, **more: Any) -> dict[str, Any]:
    return {"error": words, "error_code": code, **more}


class SmscGateway(Gateway):
    code = "smsc"
    credentials: Mapping[str, str] = {"token": "token", "sender": "sender"}
    wrong_keys = (("token", "smsc-key-of-nobody", "sign_in"), ("sender", "Nobody", "sender_name"))
    sending: ClassVar[Where] = Where("/sys/send.php")
    asking: ClassVar[Where] = Where("/sys/status.php")
    moves: Mapping[str, Mapping[str, Any]] = {
        "sent": {"code": 0},
        "delivered": {"code": 1},
        "undelivered": {"code": 20, "err": 6},
        "refused": {"code": 25, "err": 1},
    }
    strange: Mapping[str, Any] = {"code": 77}
    poor: Mapping[str, str] = {"token": "smsc-key-of-dolgi-00000000000003", "sender": "Dolgi"}
    stranger: Mapping[str, str] = {"sender": "Nobody"}
    shapes = (
        Shape("parameters", refusal(1, "parameters error"), code="1"),
        Shape("login or password", refusal(2, "authorise error"), "account", code="2"),
        Shape("no money", refusal(3, "no money", id=41), "account", code="3"),
        Shape("the address is blocked", refusal(4, "ip blocked"), "unavailable"),
        Shape("a date", refusal(5, "invalid date format"), code="5"),
        Shape("text or sender", refusal(6, "message is denied", id=41), code="6"),
        Shape("the phone", refusal(7, "invalid number", id=41), code="7", names=Field.PHONE),
        Shape("nobody delivers there", refusal(8, "can't to deliver", id=41), code="8", names=Field.PHONE),
        Shape("the same again", refusal(9, "duplicate request, wait a minute"), "unavailable"),
        Shape("a number as text", refusal(7, "invalid number") | {"error_code": "7"}, code="7", names=Field.PHONE),
        Shape("a number that nobody knows", refusal(42, "the moon"), code="42"),
        Shape("no number at all", {"error": "the moon"}),
        Shape("another message's number", {"id": 40, "cnt": 1}, "uncertain"),
        Shape("neither", {}, "uncertain"),
        Shape("a list", [], "uncertain"),
        Shape("broken JSON", '{"id": 41', "uncertain"),
    )

    def prepare(self) -> None:
        """Messages stay where they are put; a minute is no rule here."""
        self.switch(auto_route=False, twice_seconds=0.0, status_a_minute=1000, balance_a_minute=1000)

    def callback(self, number: int) -> bytes:
        return f"id={number}&phone=79000001462&status=1&ts=1772442000&md5=0123".encode()
