"""Seed: a small serving whole in a temporary folder, filled with the demonstration's comments and read by weightless models."""

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from models.baselines import LexiconSentiment
from models.cues import LexiconCues
from models.hashed_encoder import HashedJapaneseEncoder
from models.near_duplicates import MinHashNearDuplicates
from models.own_tags import FewShotTeacher
from models.redaction import PatternRedactor
from models.search_words import SearchWordReader
from models.sentences import PysbdSentences
from models.tagging import LexiconTagger
from pipelines.enrich import Understanding
from pipelines.intake import DirectWriter, Intake
from pipelines.model_process import Inside, ModelProcess
from pipelines.progress import SilentProgress
from pipelines.run import Runner
from pipelines.service import Parts, Service
from tests.support.stores import new_store
from voc.alerts import AlertRule
from voc.customers import Account, Customer, Role
from voc.feedback import Language, NewFeedback, Source
from voc.ids import account_id, customer_id, derived_id
from voc.kpis import Kpi, KpiObservation, Score
from voc.ports import LanguageDetector, TopicModel
from voc.settings import ServerSettings, Settings
from voc.store.group_commit import GroupCommit
from voc.taxonomy import shipped_taxonomy
from voc.topics import Topic, TopicAssignment, TopicRun, TopicSentence

DEMO = Path(__file__).parents[2] / "pipelines" / "demo" / "data"
NOW = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
GROUPS = {
    "ログインできない・SSO": ("ログイン", "SSO", "log in", "sign in", "single sign"),
    "請求書の内訳が分かりにくい": ("請求", "invoice", "billing"),
    "エクスポートが終わらない": ("エクスポート", "CSV", "export", "Excel"),
    "サポートの返事が早い": ("サポート", "support", "返信"),
    "Setup guide is hard to follow": ("初期設定", "ガイド", "guide", "setup", "set-up"),
}


class KanaLanguage(LanguageDetector):
    """Japanese where a kana or kanji stands, else English."""

    name, version = "kana", "1"

    def detect(self, texts: Sequence[str]) -> list[Language]:
        return [Language.JA if any("ぁ" <= c <= "鿿" for c in text) else Language.EN for text in texts]


class WordTopics(TopicModel):
    """Topics by words."""

    name, version = "words", "1"

    def parameters(self) -> dict[str, str]:
        return {"groups": str(len(GROUPS)), "least_similarity": "0.9"}

    def describe(self, sentences: Sequence[TopicSentence], groups: Mapping[str, str]) -> dict[str, Topic]:
        return {}

    def fit(self, sentences: Sequence[TopicSentence], *, start: Mapping[str, str] | None = None) -> TopicRun:
        placed = {s.id: next((name for name, words in GROUPS.items() if any(w in s.text for w in words)), None) for s in sentences}
        topics = []
        for name, words in GROUPS.items():
            mine = [s for s in sentences if placed[s.id] == name]
            if mine:
                examples = tuple(s.id for s in mine[:3])
                topics.append(
                    Topic(id=topic_id(name), name=name, keywords=words, example_ids=examples, size=len(mine), centroid=mine[0].vector)
                )
        return TopicRun(
            id=derived_id("tr", *(s.id for s in sentences)),
            model_version="words/1",
            topics=tuple(topics),
            assignments=tuple(
                TopicAssignment(sentence_id=key, topic_id=None if name is None else topic_id(name), similarity=0.9 if name else 0.1)
                for key, name in placed.items()
            ),
            parameters=self.parameters(),
        )


class Here:
    """A child process that is none: runs the models inside this one."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside

    def call(self, method: str, payload: Any, *, timeout_s: float) -> Any:
        return getattr(self._inside, method)(payload)

    def state(self) -> str:
        return "ready"

    def close(self) -> None:
        return None


def topic_id(name: str) -> str:
    return derived_id("tp", name)


def build(folder: Path, *, host: str = "127.0.0.1", **server: Any) -> Service:
    """Return a service without data, not started."""
    settings = Settings(data_dir=folder, server=ServerSettings(host=host, **server))
    store = new_store(folder, settings.database)
    taxonomy = shipped_taxonomy()
    understanding = Understanding(
        splitter=PysbdSentences(),
        encoder=HashedJapaneseEncoder(),
        sentiment=LexiconSentiment(),
        cues=LexiconCues(),
        tagger=LexiconTagger(taxonomy),
        words=SearchWordReader(),
    )
    models = ModelProcess(Here(Inside(understanding=understanding, topics=WordTopics())), batch_timeout_s=60)
    commits, detector, redactor = GroupCommit(store), KanaLanguage(), PatternRedactor()

    def clock() -> datetime:
        return NOW

    runner = Runner(
        store,
        models,
        stamp=understanding.stamp(),
        near=MinHashNearDuplicates(),
        settings=settings.models,
        topics=settings.topics,
        rule=AlertRule(),
        taxonomy=taxonomy,
        clock=clock,
    )
    intake = Intake(detector=detector, redactor=redactor, writer=commits, clock=clock, folder=folder)
    return Service(
        Parts(
            settings=settings,
            store=store,
            commits=commits,
            intake=intake,
            models=models,
            runner=runner,
            taxonomy=taxonomy,
            detector=detector,
            redactor=redactor,
            clock=clock,
            teacher=FewShotTeacher(),
            words=SearchWordReader(),
        )
    )


def fill(service: Service, *, every: int = 1, extra: Sequence[NewFeedback] = ()) -> None:
    """Load the demonstration's customers, answers and every n-th comment, and run all stages; the service is not started yet."""
    comments = [_comment(row) for row in _rows("comments")[::every]]
    intake = Intake(detector=KanaLanguage(), redactor=PatternRedactor(), writer=DirectWriter(service.store), clock=service.clock, folder=service.settings.data_dir)
    intake.accept([*comments, *extra])
    with service.store.write() as unit:
        unit.customers.put_accounts([_account(row) for row in _rows("accounts")])
        unit.customers.put_customers([_customer(row) for row in _rows("customers")])
        unit.kpis.add([_observation(row) for row in _rows("kpis")])
    service.runner.run(SilentProgress())


def _rows(name: str) -> list[dict[str, str]]:
    with (DEMO / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _comment(row: dict[str, str]) -> NewFeedback:
    return NewFeedback(
        text=row["text"],
        source=Source(row["source"]),
        source_name="demo",
        external_id=row["id"],
        submitted_at=datetime.fromisoformat(row["date"]),
        customer=row["customer_id"] or None,
        account=row["account_id"] or None,
        segment=row["segment"] or None,
        product=row["product"] or None,
        scores=tuple(Score(kpi=kpi, value=float(row[kpi.value])) for kpi in (Kpi.NPS, Kpi.CSAT, Kpi.CES) if row[kpi.value]),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _account(row: dict[str, str]) -> Account:
    external = row["account_id"]
    return Account(
        id=account_id(external),
        external_id=external,
        name=row["name"],
        plan=row["plan"],
        region=row["region"],
        revenue_per_year=float(row["revenue"]),
        started_on=_day(row["start"]),
        renewal_on=_day(row["renewal"]),
        churned_on=_day(row["churned"]),
    )


def _customer(row: dict[str, str]) -> Customer:
    external = row["customer_id"]
    return Customer(
        id=customer_id(external),
        external_id=external,
        account_id=account_id(row["account_id"]) if row["account_id"] else None,
        name=row["name"],
        role=Role(row["role"] or "unknown"),
        segment=row["segment"] or None,
        started_on=_day(row["start"]),
        churned_on=_day(row["churned"]),
    )


def _observation(row: dict[str, str]) -> KpiObservation:
    moment = datetime.fromisoformat(row["date"])
    owner = row["customer_id"] or row["account_id"]
    return KpiObservation(
        id=derived_id("ko", owner, row["kpi"], row["date"]),
        kpi=Kpi(row["kpi"]),
        value=float(row["value"]),
        observed_at=moment.astimezone(UTC),
        customer_id=customer_id(row["customer_id"]) if row["customer_id"] else None,
        account_id=account_id(row["account_id"]) if row["account_id"] else None,
    )
