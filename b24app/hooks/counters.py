"""What hook processes count. One registry a process; PROMETHEUS_MULTIPROC_DIR makes /metrics add all up."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter


class HookCounters:
    """Requests by what became of them: `taken`, or why they were dropped."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "waybill_hook_requests", "Requests of machines by hook and outcome", ["hook", "outcome"], registry=registry
        )
        self._known: dict[tuple[str, str], Counter] = {}

    def count(self, hook: str, outcome: str) -> None:
        """Count one request."""
        known = self._known.get((hook, outcome))
        if known is None:
            known = self._known[hook, outcome] = self._requests.labels(hook, outcome)
        known.inc()
