"""What the service counts, for Prometheus. Never the text of a report."""

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

CONFIDENCE_BUCKETS = tuple(step / 10 for step in range(1, 11))


class Metrics:
    """The service's own registry: one for each app, so that two in a process do not collide."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("zhibiao_requests", "Requests by route and status", ("route", "status"), registry=self.registry)
        self.seconds = Histogram("zhibiao_request_seconds", "Time to answer, by route", ("route",), registry=self.registry)
        self.waiting = Gauge("zhibiao_queue", "Texts waiting for a worker", registry=self.registry)
        self.figures = Counter("zhibiao_figures", "Figures found by indicator", ("indicator",), registry=self.registry)
        self.confidence = Histogram("zhibiao_confidence", "Confidences of figures; a shift shows drift", buckets=CONFIDENCE_BUCKETS,
                                    registry=self.registry)

    def observe(self, figures: list[dict[str, Any]]) -> None:
        """Count the figures of one response."""
        for figure in figures:
            self.figures.labels(figure["indicator"]).inc()
            self.confidence.observe(figure["confidence"])
