"""Users of emulated 1C infobases and how they sign in: HTTP Basic with UTF-8 (1c.md §2.1, §6.1)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """``base`` is the publication (one infobase). ``token``: the extension wants it as X-Api-Token beside the password.
    ``may_exchange``: has the role that the service wants. ``service`` False: the base does without our extension."""

    base: str
    login: str
    password: str
    token: str = ""
    may_exchange: bool = True
    service: bool = True


def signed_in(users: Sequence[User], base: str, header: str) -> User | None:
    """Whose header it is in this infobase; None when nobody's. The name of a user knows no case, a password does."""
    scheme, _, given = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        login, colon, password = base64.b64decode(given.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if not colon:
        return None
    return next(
        (
            found
            for found in users
            if found.base == base and found.login.casefold() == login.casefold() and found.password == password
        ),
        None,
    )
