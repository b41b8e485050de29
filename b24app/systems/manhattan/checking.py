"""Whether a mapping profile makes sense (manhattan.md §6): every place in it that does not, and why. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from b24app.systems.kit.json_lines import Path
from b24app.systems.manhattan import vocabulary as words
from b24app.systems.manhattan.answers import check_field, steps_of
from b24app.systems.manhattan.checks import Check, Checks, Fault
from b24app.systems.manhattan.filters import Around, CannotError, tables_in
from b24app.systems.manhattan.values import EACH, INDEX, Ref, check_filters, is_path, ref_of, refs_in

_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_NAME = re.compile(r"[A-Za-z_]\w*")


def faults_in(data: Any) -> list[Fault]:
    """Everything that is wrong with a document; empty = it can be used."""
    checker = _Checker(Around(maps=tables_in(data)))
    checker.whole(data)
    return checker.faults


class _Checker(Checks):
    def __init__(self, around: Around) -> None:
        super().__init__()
        self.around = around

    # --- the document -------------------------------------------------------------------------------------------------

    def whole(self, data: Any) -> None:
        parts: dict[str, Check] = {
            "profile": self.text,
            "version": self.typed("one", lambda value: value == 1 and not isinstance(value, bool)),
            "auth": self.auth,
            "headers": self.headers,
            "paths": self.paths,
            "success": self.success,
            "in_quotes": self.typed("bool", lambda value: isinstance(value, bool)),
            "units": lambda value, path: self.table(
                value,
                path,
                {"weight": self.among(*words.GRAMS), "length": self.among(*words.MILLIMETRES)},
                ("weight", "length"),
            ),
            "operations": self.operations,
            "status_map": self.status_map,
            "packed": self.pair,
            "picking_started": self.text,
            "conditions": self.conditions,
            "maps": self.maps,
        }
        self.table(data, (), parts, [name for name in parts if name != "maps"])

    def auth(self, data: Any, path: Path) -> None:
        in_time = self.typed("seconds", lambda each: type(each) is int and 60 <= each <= 86_400)
        parts: dict[str, Check] = {
            "grant": self.among("password"),
            "client_auth": self.among("basic"),
            "token_paths": self.token_paths,
            "reuse_seconds": in_time,
        }
        self.table(data, path, parts, tuple(parts))

    def token_paths(self, value: Any, path: Path) -> None:
        if not isinstance(value, list) or not value:
            self.kind(path, "texts")
            return
        for at, each in enumerate(value):
            if not isinstance(each, str) or not is_path(each) or "$" in each:
                self.say((*path, at), "path_start")

    def headers(self, data: Any, path: Path) -> None:
        if not isinstance(data, Mapping):
            self.kind(path, "object")
            return
        for name, value in data.items():
            if name.lower() in words.OWN_HEADERS:
                self.say((*path, name), "header_own", name=name)
            elif not _HEADER.fullmatch(name):
                self.say((*path, name), "header_name", name=name[:40])
            self.mapped_text(value, (*path, name), words.OPERATIONS["warehouses"].sources)

    def paths(self, data: Any, path: Path) -> None:
        parts: dict[str, Check] = {
            "data": self.answer_path,
            "total": self.answer_path,
            "error_text": self.answer_paths,
            "error_code": self.answer_paths,
        }
        self.table(data, path, parts, ("error_text",))

    def answer_path(self, value: Any, path: Path) -> None:
        if not isinstance(value, str):
            self.kind(path, "text")
            return
        try:
            steps_of(value)
        except CannotError as wrong:
            self.say(path, wrong.code, **wrong.params)

    def answer_paths(self, value: Any, path: Path) -> None:
        if not isinstance(value, list) or not value:
            self.kind(path, "texts")
            return
        self.few(value, path)
        for at, each in enumerate(value):
            self.answer_path(each, (*path, at))

    def success(self, data: Any, path: Path) -> None:
        def good(value: Any) -> bool:
            return isinstance(value, list) and all(type(each) is int and 200 <= each < 300 for each in value)

        parts = {"http": self.typed("http", good), "not_false": self.answer_path, "empty": self.answer_path}
        self.table(data, path, parts, ("http",))

    # --- operations ---------------------------------------------------------------------------------------------------

    def operations(self, data: Any, path: Path) -> None:
        known: dict[str, Check] = {
            name: lambda value, at, spec=spec: self.operation(value, at, spec)  # type: ignore[misc]
            for name, spec in words.OPERATIONS.items()
        }
        self.table(data, path, known, [name for name, spec in words.OPERATIONS.items() if spec.required])

    def operation(self, data: Any, path: Path, spec: words.Operation) -> None:
        parts: dict[str, Check] = {
            "method": self.among(*spec.verbs),
            "path": lambda value, at: self.address(value, at, spec.sources),
            "query": lambda value, at: self.query(value, at, spec.sources),
            "wrap": self.among(*words.WRAPS),
            "body": lambda value, at: self.body(value, at, spec.sources),
            "success": self.success,
        }
        if spec.writes:
            parts["result"] = lambda value, at: self.result(value, at, spec.sources)
            self.table(data, path, parts, ("method", "path"))
            return
        parts["rows"] = self.answer_path
        parts["fields"] = lambda value, at: self.fields(value, at, spec.fields, spec.nested, spec.needs)
        self.table(data, path, parts, ("method", "path", "rows", "fields"))

    def address(self, value: Any, path: Path, sources: tuple[str, ...]) -> None:
        if not isinstance(value, str) or not is_path(value):
            self.say(path, "path_start")
            return
        self.mapped(f"={value}", path, sources)

    def query(self, data: Any, path: Path, sources: tuple[str, ...]) -> None:
        if not isinstance(data, Mapping):
            self.kind(path, "object")
            return
        for name, value in data.items():
            self.mapped_text(value, (*path, name), sources)

    def body(self, data: Any, path: Path, sources: tuple[str, ...]) -> None:
        if isinstance(data, Mapping):
            self.template(data, path, sources, inside=False)
        else:
            self.kind(path, "object")

    def template(self, node: Any, path: Path, sources: tuple[str, ...], inside: bool) -> None:
        if self.too_deep(path):
            return
        if isinstance(node, str):
            self.mapped(node, path, sources, inside)
        elif isinstance(node, list):
            for at, each in enumerate(node):
                self.template(each, (*path, at), sources, inside)
        elif isinstance(node, Mapping):
            each = EACH in node
            if each:
                self.each(node[EACH], (*path, EACH), sources)
            for name, below in node.items():
                if name != EACH:
                    self.template(below, (*path, name), sources, inside or each)

    def each(self, value: Any, path: Path, sources: tuple[str, ...]) -> None:
        lists = [f"${name}" for name in words.LISTS if name in sources]
        try:
            ref = ref_of(value[1:]) if isinstance(value, str) and value.startswith("$") else None
        except CannotError:
            ref = None
        if ref is None or ref.dotted not in words.LISTS or ref.dotted not in sources or ref.filters:
            self.say(path, "each_shape", among=", ".join(lists) or "—")

    def mapped_text(self, value: Any, path: Path, sources: tuple[str, ...]) -> None:
        if isinstance(value, str):
            self.mapped(value, path, sources)
        else:
            self.kind(path, "text")

    def mapped(self, text: str, path: Path, sources: tuple[str, ...], inside: bool = False) -> None:
        if text == INDEX and not inside:
            self.say(path, "index_place")
            return
        try:
            for ref in refs_in(text):
                self.ref(ref, path, sources, inside)
        except CannotError as wrong:
            self.say(path, wrong.code, **wrong.params)

    def ref(self, ref: Ref, path: Path, sources: tuple[str, ...], inside: bool) -> None:
        name = ref.dotted
        if name not in sources:
            among = [each for each in sources if inside or not each.startswith("item.")]
            meant = get_close_matches(name, among, 1)
            shown = f"${meant[0]}" if meant else ", ".join(f"${each}" for each in among)
            self.say(path, "source_unknown", name=f"${name}", among=shown)
        elif ref.path[0] == "item" and not inside:
            self.say(path, "item_place")
        check_filters(ref.filters, self.around)

    def result(self, data: Any, path: Path, sources: tuple[str, ...]) -> None:
        parts: dict[str, Check] = {
            "id": self.answer_path,
            "fallback_id": lambda value, at: self.mapped_text(value, at, sources),
        }
        self.table(data, path, parts)

    def fields(
        self, data: Any, path: Path, known: tuple[str, ...], nested: tuple[str, ...], needs: tuple[str, ...]
    ) -> None:
        below: dict[str, Check] = {
            "rows": self.answer_path,
            "fields": lambda value, at: self.fields(value, at, nested, (), nested[:1]),
        }

        def one(value: Any, at: Path) -> None:
            if nested and at[-1] == "lines":
                self.table(value, at, below, tuple(below))
                return
            if not isinstance(value, str) and not (isinstance(value, list) and all(isinstance(e, str) for e in value)):
                self.kind(at, "text")
                return
            self.few(value, at)
            for wrong in check_field(value, self.around):
                self.say(at, wrong.code, **wrong.params)

        self.table(data, path, dict.fromkeys(known, one), needs)

    # --- meanings -----------------------------------------------------------------------------------------------------

    def status_map(self, data: Any, path: Path) -> None:
        def nothing_or_status(value: Any, at: Path) -> None:
            if value is not None:
                self.among(*words.ORDER_STATUSES)(value, at)

        parts: dict[str, Check] = {
            "order": lambda value, at: self.rules(value, at, words.ORDER_WHEN, words.ORDER_STATUSES),
            "receipt": lambda value, at: self.rules(value, at, words.RECEIPT_WHEN, words.RECEIPT_STAGES),
            "default": nothing_or_status,
        }
        self.table(data, path, parts, ("order", "receipt"))

    def rules(self, data: Any, path: Path, when: tuple[str, ...], statuses: tuple[str, ...]) -> None:
        checks: dict[str, Check] = dict.fromkeys(when, self.typed("bool", lambda value: isinstance(value, bool)))
        checks |= {name: self.text for name in ("raw", "rawMax") if name in when}
        checks["raw_between"] = self.pair
        if not isinstance(data, list):
            self.kind(path, "list")
            return
        for at, rule in enumerate(data):
            parts = {"when": lambda value, here: self.table(value, here, checks), "status": self.among(*statuses)}
            self.table(rule, (*path, at), parts, tuple(parts))

    def pair(self, value: Any, path: Path) -> None:
        if not isinstance(value, list) or len(value) != 2 or not all(isinstance(each, str) and each for each in value):
            self.kind(path, "pair")
        elif not words.between(value[0], value[0], value[1]):
            self.say(path, "order")

    def conditions(self, data: Any, path: Path) -> None:
        parts: dict[str, Check] = {"accepted": self.texts, "damaged": self.texts}
        self.table(data, path, parts, tuple(parts))
        if isinstance(data, Mapping) and all(isinstance(data.get(name), list) for name in parts):
            for at, name in enumerate(data["damaged"]):
                if name in data["accepted"]:
                    self.say((*path, "damaged", at), "condition_twice", name=name)

    def maps(self, data: Any, path: Path) -> None:
        if not isinstance(data, Mapping):
            self.kind(path, "object")
            return
        for name, table in data.items():
            if not _NAME.fullmatch(name):
                self.say((*path, name), "path_shape", given=name)
            if not isinstance(table, Mapping):
                self.kind((*path, name), "object")
                continue
            for key, value in table.items():
                if isinstance(value, list | dict):
                    self.kind((*path, name, key), "plain")
