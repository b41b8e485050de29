"""Keys of a demo: made once, kept beside its database, so that a second run can read what the first one stored."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def demo_keys(var: Path) -> dict[str, str]:
    """`encryption` and `signing`, from `keys.json` in the demo's folder."""
    path = var / "keys.json"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        fresh = {"encryption": Fernet.generate_key().decode(), "signing": secrets.token_urlsafe(32)}
        path.touch(0o600)
        path.write_text(json.dumps(fresh), "utf-8")
    keys: dict[str, str] = json.loads(path.read_text("utf-8"))
    return keys
