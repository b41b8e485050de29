"""Names of objects and attributes in the customer's base: the contract's (§4), unless the admin says otherwise."""

from __future__ import annotations

import re
from typing import Any

from b24app.systems.kit.one_c_odata import is_key
from b24app.systems.one_c_wms.vocabulary import NAMES

_LINE = re.compile(r"(?P<ours>[a-z_]+(?:\.[a-z_]+)?)(?:\+(?P<more>\w+))?\s*=\s*(?P<theirs>.*)")
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,3})?")


class Names:
    """Lines of the setting `names`: `order.number = НомерКИС` replaces a name, `order+Склад_Key = <value>` gives each
    order (or `receipt`, `row`) one more attribute. What cannot be read is in `strange`."""

    def __init__(self, lines: str = "") -> None:
        self._own: dict[str, str] = {}
        self._more: dict[str, dict[str, Any]] = {}
        self.strange: list[str] = []
        for line in lines.splitlines():
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            found = _LINE.fullmatch(text)
            if found is None or (found["more"] is None and found["ours"] not in NAMES):
                self.strange.append(text)
            elif found["more"]:
                self._more.setdefault(found["ours"], {})[found["more"]] = _value(found["theirs"].strip())
            else:
                self._own[found["ours"]] = found["theirs"].strip()

    def __getitem__(self, ours: str) -> str:
        return self._own.get(ours, NAMES[ours])

    def more(self, of: str) -> dict[str, Any]:
        """Attributes that are the same in every such object."""
        return self._more.get(of, {})


def way(attribute: str) -> str:
    """By which name a reference is expanded: without `_Key`."""
    return attribute.removesuffix("_Key")


def _value(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if is_key(text) or not _NUMBER.fullmatch(text):
        return text.strip("'\"")
    return float(text) if "." in text else int(text)
