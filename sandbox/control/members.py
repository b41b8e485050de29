"""The parts a control server steers: systems in this process, or other sandbox processes over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from wsgiref.types import WSGIApplication, WSGIEnvironment

import requests
from werkzeug.wrappers import Response

from sandbox.kernel.faults import Faults
from sandbox.kernel.journal import Journal
from sandbox.kernel.system import Running, System


class Member(Protocol):
    """One or more systems behind one door."""

    def codes(self) -> list[str]: ...

    def addresses(self) -> dict[str, Any]: ...

    def reset(self) -> None: ...

    def seed(self, spec: Mapping[str, Any]) -> dict[str, Any]: ...

    def faults(self) -> list[dict[str, Any]]: ...

    def add_fault(self, spec: Mapping[str, Any]) -> dict[str, Any]: ...

    def clear_faults(self, rule_id: int | None) -> None: ...

    def journal(self, query: Mapping[str, str]) -> list[dict[str, Any]]: ...

    def counts(self) -> dict[str, dict[str, int]]: ...

    def coverage(self) -> dict[str, list[dict[str, str]]]: ...

    def app_of(self, code: str) -> WSGIApplication | None: ...


class LocalMember:
    """Systems of this process."""

    def __init__(self, systems: Mapping[str, tuple[System, Running]], faults: Faults, journal: Journal) -> None:
        self._systems = systems
        self._faults = faults
        self._journal = journal

    def codes(self) -> list[str]:
        return list(self._systems)

    def addresses(self) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for _, running in self._systems.values():
            out |= running.addresses()
        return out

    def reset(self) -> None:
        self._faults.clear()
        for _, running in self._systems.values():
            running.reset()
        self._journal.clear()

    def seed(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        return {
            code: dict(running.seed(dict(spec.get(code) or {})))
            for code, (_, running) in self._systems.items()
            if not spec or code in spec
        }

    def faults(self) -> list[dict[str, Any]]:
        return [rule.as_json() for rule in self._faults.rules()]

    def add_fault(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        return self._faults.add(spec).as_json()

    def clear_faults(self, rule_id: int | None) -> None:
        if rule_id is None:
            self._faults.clear()
        else:
            self._faults.remove(rule_id)

    def journal(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        limit = query.get("limit")
        rows = self._journal.find(
            system=query.get("system"),
            kind=query.get("kind"),
            key=query.get("key"),
            portal=query.get("portal"),
            since=int(query.get("since", 0)),
            limit=int(limit) if limit else None,
        )
        return [row.as_json() for row in rows]

    def counts(self) -> dict[str, dict[str, int]]:
        return self._journal.counts()

    def coverage(self) -> dict[str, list[dict[str, str]]]:
        return {
            code: [{"name": row.name, "state": row.state, "note": row.note} for row in running.coverage()]
            for code, (_, running) in self._systems.items()
        }

    def app_of(self, code: str) -> WSGIApplication | None:
        pair = self._systems.get(code)
        return pair[1].control() if pair else None


class RemoteMember:
    """Another sandbox process, steered through its own control server."""

    def __init__(self, base_url: str, codes: list[str]) -> None:
        self._base = base_url
        self._codes = codes
        self._http = requests.Session()
        self._http.trust_env = False

    def codes(self) -> list[str]:
        return self._codes

    def addresses(self) -> dict[str, Any]:
        found: dict[str, Any] = self._call("GET", "/addresses")
        found.pop("control", None)
        return found

    def reset(self) -> None:
        self._call("POST", "/reset")

    def seed(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        mine = {code: spec[code] for code in self._codes if code in spec}
        if spec and not mine:
            return {}
        seeded: dict[str, Any] = self._call("POST", "/seed", mine)
        return seeded

    def faults(self) -> list[dict[str, Any]]:
        rules: list[dict[str, Any]] = self._call("GET", "/faults")["faults"]
        return rules

    def add_fault(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        rule: dict[str, Any] = self._call("POST", "/faults", spec)
        return rule

    def clear_faults(self, rule_id: int | None) -> None:
        self._call("DELETE", "/faults" if rule_id is None else f"/faults/{rule_id}")

    def journal(self, query: Mapping[str, str]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._call("GET", "/journal", params=query)["entries"]
        return rows

    def counts(self) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = self._call("GET", "/journal/counts")
        return counts

    def coverage(self) -> dict[str, list[dict[str, str]]]:
        table: dict[str, list[dict[str, str]]] = self._call("GET", "/coverage", params={"format": "json"})
        return table

    def app_of(self, code: str) -> WSGIApplication | None:
        return self._proxy if code in self._codes else None

    def _proxy(self, environ: WSGIEnvironment, start_response: Any) -> Any:
        query = environ.get("QUERY_STRING", "")
        url = f"{self._base}{environ['SCRIPT_NAME']}{environ['PATH_INFO']}" + (f"?{query}" if query else "")
        answer = self._http.request(
            environ["REQUEST_METHOD"],
            url,
            data=environ["wsgi.input"].read(),
            headers={"Content-Type": environ.get("CONTENT_TYPE", "")},
            timeout=60,
        )
        kind = answer.headers.get("Content-Type", "application/json")
        return Response(answer.content, answer.status_code, content_type=kind)(environ, start_response)

    def _call(self, method: str, path: str, body: Any = None, params: Mapping[str, str] | None = None) -> Any:
        answer = self._http.request(method, self._base + path, json=body, params=params, timeout=60)
        if answer.status_code >= 400:
            raise ValueError(answer.json().get("error", answer.text))
        return answer.json()
