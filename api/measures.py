"""Measures: what Prometheus reads. Labels come from fixed sets; never a customer, a topic or a key."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from pipelines.service import Service
from voc.feedback import Language

REQUEST_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Measures:
    """The counters of one application, and what the store says at the moment of asking."""

    def __init__(self, service: Service) -> None:
        self._registry = CollectorRegistry()
        self.taken_in = Counter(
            "voc_ingest_comments", "Comments by what became of them.", ("source", "outcome"), registry=self._registry
        )
        self.request_s = Histogram(
            "voc_ingest_request_seconds", "Time to answer an intake request.", buckets=REQUEST_BUCKETS_S, registry=self._registry
        )
        self._registry.register(_FromStore(service))

    def text(self) -> bytes:
        """Return all measures in Prometheus' text form."""
        return generate_latest(self._registry)


class _FromStore(Collector):
    """Measures that are true of the database, whichever process changed it."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def describe(self) -> list[Metric]:
        """Nothing is asked of the store before somebody reads."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Read the store once."""
        service = self._service
        version = service.runner.stamp.version
        with service.store.read() as unit:
            waiting, oldest = unit.pending.count(version), unit.pending.oldest(version)
            outcomes = {"enriched": unit.enrichments.count(version), "dead": unit.pending.dead_count()}
            totals = unit.feedback.totals()
        age_s = 0.0 if oldest is None else max(0.0, (service.clock() - oldest).total_seconds())
        yield GaugeMetricFamily("voc_queue_depth", "Comments that wait for analysis.", value=waiting)
        yield GaugeMetricFamily("voc_queue_oldest_age_seconds", "How long the oldest waits.", value=age_s)
        done = CounterMetricFamily("voc_pipeline_outcomes", "Comments by what a stage made of them.", labels=("stage", "outcome"))
        for outcome, count in outcomes.items():
            done.add_metric(("enrich", outcome), count)
        yield done
        spent = CounterMetricFamily("voc_pipeline_stage_seconds", "Time the background work spent in a stage.", labels=("stage",))
        for stage, seconds in sorted(service.loop.spent_s.items()):
            spent.add_metric((stage,), seconds)
        yield spent
        languages = CounterMetricFamily("voc_language", "Comments by language.", labels=("lang",))
        for language in Language:
            languages.add_metric((language.value,), totals.get(f"language_{language.value}", 0))
        yield languages
        models = InfoMetricFamily("voc_model", "Which model gives which output.", labels=("name",))
        for name, model in sorted(service.runner.stamp.outputs.items()):
            models.add_metric((name,), {"sha": model})
        yield models
