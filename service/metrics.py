"""What the service counts, for Prometheus. Never the text of a report."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from zhibiao import Extraction

CONFIDENCE_BUCKETS = tuple(step / 10 for step in range(1, 11))
SECONDS_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
TOKEN_BUCKETS = (16, 32, 64, 128, 192, 256, 320, 384, 512)


class Metrics:
    """The service's own registry: one for each app, so that two in a process do not collide."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("zhibiao_requests", "Requests by route and status", ("route", "status"), registry=self.registry)
        self.seconds = Histogram("zhibiao_request_seconds", "Time to answer, by route", ("route",), buckets=SECONDS_BUCKETS, registry=self.registry)
        self.waiting = Gauge("zhibiao_queue", "Texts waiting for a worker", registry=self.registry)
        self.tokens = Histogram("zhibiao_run_tokens", "Tokens in a run of the network", buckets=TOKEN_BUCKETS, registry=self.registry)
        self.network = Counter("zhibiao_network_seconds", "Time in the network, over all its threads", registry=self.registry)
        self.figures = Counter("zhibiao_figures", "Figures found by indicator", ("indicator",), registry=self.registry)
        self.confidence = Histogram("zhibiao_confidence", "Confidences of figures; a shift shows drift", buckets=CONFIDENCE_BUCKETS,
                                    registry=self.registry)

    def observe(self, extraction: Extraction) -> None:
        """Count the figures of one text."""
        for figure, confidences in zip(extraction.figures, extraction.confidences, strict=True):
            self.figures.labels(figure.indicator).inc()
            self.confidence.observe(confidences["figure"])

    def observe_run(self, tokens: int, seconds: float) -> None:
        """Count one run of the network."""
        self.tokens.observe(tokens)
        self.network.inc(seconds)
