"""Encryption at rest: column types over a list of Fernet keys. The first key encrypts, all of them decrypt.

The key ring travels with the engine (on its dialect), so nothing here is global.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect, Engine, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

_ATTRIBUTE = "waybill_key_ring"


class NoKeyError(RuntimeError):
    """A secret was to be stored or read, and no key (or not the right one) is configured."""


def use_keys(engine: Engine, keys: Sequence[str]) -> None:
    """Give `engine` its key ring; without keys, touching an encrypted column raises `NoKeyError`."""
    setattr(engine.dialect, _ATTRIBUTE, MultiFernet([Fernet(key) for key in keys]) if keys else None)


def _ring(dialect: Dialect) -> MultiFernet:
    ring: MultiFernet | None = getattr(dialect, _ATTRIBUTE, None)
    if ring is None:
        raise NoKeyError("WAYBILL_ENCRYPTION_KEYS is empty: secrets can neither be stored nor read")
    return ring


def seal(engine: Engine, text: str) -> str:
    """Encrypt text that goes into a column which is not encrypted as a whole."""
    return _ring(engine.dialect).encrypt(text.encode()).decode()


def unseal(engine: Engine, sealed: str) -> str:
    """Read what `seal` made. Raises `NoKeyError`."""
    return _opened(_ring(engine.dialect), sealed)


def _opened(ring: MultiFernet, sealed: str) -> str:
    try:
        return ring.decrypt(sealed).decode()
    except InvalidToken as error:
        raise NoKeyError("a stored secret belongs to a key that is not in WAYBILL_ENCRYPTION_KEYS") from error


class EncryptedText(TypeDecorator[str]):
    """Text that only a holder of the keys can read. It cannot be searched: each encryption of a value differs."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _ring(dialect).encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _opened(_ring(dialect), value)


class EncryptedJson(TypeDecorator[Any]):
    """A JSON value inside `EncryptedText`. Assign a new object to change it: changes in place are not seen."""

    impl = EncryptedText
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class EncryptedBytes(TypeDecorator[bytes]):
    """A file that only a holder of the keys can read; a third larger at rest."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _ring(dialect).encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        try:
            return _ring(dialect).decrypt(bytes(value))
        except InvalidToken as error:
            raise NoKeyError("a stored file belongs to a key that is not in WAYBILL_ENCRYPTION_KEYS") from error
