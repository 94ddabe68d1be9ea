"""A database of many comments with everything pages show: people, accounts, answers, tags, topics, actions; seeded, without models."""

from datetime import timedelta

import numpy as np

from pipelines.service import Service
from tests.support.builders import NOON, STAMP, feedback
from voc.actions import Action, Direction, Measure, Plan
from voc.customers import Account, Customer, Role
from voc.drivers import IssueKind
from voc.enrichment import Enrichment, Intent, SentenceAnalysis, TagScore, Urgency
from voc.feedback import Language, Source
from voc.ids import account_id, customer_id, derived_id, feedback_id
from voc.kpis import Kpi, KpiObservation, Score
from voc.sentiment import Sentiment, label_of
from voc.topics import Topic, TopicAssignment, TopicRun

BATCH = 5_000
DAYS = 540
TOPICS, TAGS = 60, 50
INTENTS = {-1: Intent.COMPLAINT, 0: Intent.COMMENT, 1: Intent.PRAISE}
ROLES = (Role.USER, Role.USER, Role.USER, Role.ADMIN, Role.BUYER, Role.DECIDER, Role.UNKNOWN)
WORDS_JA = ("管理画面が遅いです。", "請求書が分かりにくい。", "サポートの対応が丁寧でした。", "エクスポートにエラーが出ます。", "検索がとても便利です。")
WORDS_EN = ("The export is far too slow. ", "The invoice is hard to understand. ", "Support was very polite. ", "Search keeps failing. ", "The report is handy. ")


def fill(service: Service, *, comments: int, seed: int = 1) -> None:
    """Add so many comments of a fifth as many customers, in accounts of ten people, over 18 months."""
    rng = np.random.default_rng(seed)
    people, accounts = comments // 5, comments // 50
    with service.store.write() as unit:
        unit.customers.put_accounts([_account(at, rng) for at in range(accounts)])
        unit.customers.put_customers([_customer(at, accounts, rng) for at in range(people)])
        unit.kpis.add([_answer(at, people, accounts, rng) for at in range(comments // 5)])
    tags = [tag.id for tag in service.taxonomy.tags][:TAGS]
    centroids = _unit(rng, TOPICS)
    for start in range(0, comments, BATCH):
        _some(service, range(start, min(comments, start + BATCH)), people, accounts, tags, centroids, rng)
    with service.store.write() as unit:
        topics = [
            Topic(id=f"tp_{at}", name=f"topic {at}", keywords=(f"word{at}",), example_ids=(), size=0, centroid=centroids[at].tobytes())
            for at in range(TOPICS)
        ]
        unit.topics.put(topics)
        run = TopicRun(id="tr_1", model_version="m/1", topics=tuple(topics), assignments=(), parameters={"least_similarity": "0.5"})
        unit.topics.add_run(run, encoder=STAMP.outputs["encoder"], now=NOON)
        for at, measure in enumerate((Measure.NPS, Measure.ISSUE_SHARE, Measure.CSAT)):
            direction = Direction.DOWN if measure is Measure.ISSUE_SHARE else Direction.UP
            plan = Plan(
                title=f"action {at}", measure=measure, direction=direction, starts_on=(NOON - timedelta(days=200)).date(),
                issue_kind=IssueKind.TAG, issue_id=tags[at],
            )  # fmt: skip
            unit.actions.add(Action(id=f"act_{at}", plan=plan, retrospective=True, created_by="test", created_at=NOON))


def _account(at: int, rng: np.random.Generator) -> Account:
    return Account(
        id=account_id(f"a{at}"), external_id=f"a{at}", name=f"Company {at}", plan=("basic", "pro", "enterprise")[at % 3],
        revenue_per_year=float(rng.integers(1, 500) * 1000), started_on=(NOON - timedelta(days=int(rng.integers(100, 2000)))).date(),
        renewal_on=(NOON + timedelta(days=int(rng.integers(1, 365)))).date(),
        churned_on=(NOON - timedelta(days=int(rng.integers(1, 90)))).date() if rng.random() < 0.05 else None,
    )  # fmt: skip


def _customer(at: int, accounts: int, rng: np.random.Generator) -> Customer:
    return Customer(
        id=customer_id(f"c{at}"), external_id=f"c{at}", account_id=account_id(f"a{at % accounts}"), name=f"Person {at}",
        role=ROLES[int(rng.integers(len(ROLES)))], segment=("smb", "middle", "large")[at % 3],
    )  # fmt: skip


def _answer(at: int, people: int, accounts: int, rng: np.random.Generator) -> KpiObservation:
    who = int(rng.integers(people))
    return KpiObservation(
        id=derived_id("ko", str(at)), kpi=(Kpi.NPS, Kpi.CSAT, Kpi.RESPONSE_HOURS)[at % 3], value=float(rng.integers(1, 6)),
        observed_at=NOON - timedelta(days=float(rng.uniform(0, DAYS))), customer_id=customer_id(f"c{who}"),
        account_id=account_id(f"a{who % accounts}"),
    )  # fmt: skip


def _some(  # type: ignore[no-untyped-def]  # a batch of everything drawn above
    service: Service, numbers: range, people: int, accounts: int, tags, centroids, rng: np.random.Generator
) -> None:
    said, results, assigned = [], [], []
    vectors = _unit(rng, 2 * len(numbers)).reshape(len(numbers), 2, -1)
    for n, number in enumerate(numbers):
        who, japanese = int(rng.integers(people)), number % 2
        words = WORDS_JA if japanese else WORDS_EN
        parts = [words[int(rng.integers(5))], f"{number}: " + words[int(rng.integers(5))]]
        moods = [float(np.clip(rng.normal(0, 0.6), -1, 1)) for _ in parts]
        known = rng.random() < 0.8
        comment = feedback(
            "".join(parts), external_id=str(number), language=Language.JA if japanese else Language.EN,
            source=(Source.SURVEY, Source.TICKET, Source.REVIEW)[number % 3], submitted_at=NOON - timedelta(days=float(rng.uniform(0, DAYS))),
            customer_id=customer_id(f"c{who}") if known else None, account_id=account_id(f"a{who % accounts}") if known else None,
            segment=("smb", "middle", "large")[who % 3], product=f"product {number % 4}", id=feedback_id("test", str(number)),
            scores=(Score(kpi=Kpi.NPS, value=float(np.clip(round(7 + 3 * moods[0] + rng.normal()), 0, 10))),) if number % 2 else (),
        )  # fmt: skip
        said.append(comment)
        results.append(_result(comment, parts, moods, tags, vectors[n], rng))
        for position in (0, 1):
            near = rng.random() < 0.9
            topic = f"tp_{int(min(rng.zipf(1.3), TOPICS)) - 1}" if near else None
            assigned.append(TopicAssignment(sentence_id=f"{comment.id}.{position}", topic_id=topic, similarity=0.8 if near else 0.3))
    with service.store.write() as unit:
        unit.feedback.add(said)
        unit.enrichments.add(results, now=NOON)
        unit.topics.assign(assigned)


def _result(comment, parts, moods, tags, vectors, rng):  # type: ignore[no-untyped-def]
    feelings = [Sentiment(label=label_of(mood), score=mood, confidence=0.9) for mood in moods]
    intents = [INTENTS[round(mood)] for mood in moods]
    given = [TagScore(tag=tags[int(min(rng.zipf(1.3), len(tags))) - 1], score=0.9) for _ in parts]
    first = len(parts[0])
    bounds = [(0, first), (first, first + len(parts[1]))]
    return Enrichment(
        feedback_id=comment.id, sentiment=feelings[0], intent=intents[0], intents=tuple(dict.fromkeys(intents)),
        urgency=Urgency.NONE, churn=float(rng.random() < 0.03), abusive=0.0, tags=tuple({tag.tag: tag for tag in given}.values()),
        truncated=False, model=STAMP,
        sentences=tuple(
            SentenceAnalysis(
                position=p, start=bounds[p][0], end=bounds[p][1], sentiment=feelings[p], intent=intents[p], tags=(given[p],),
                vector=vectors[p].tobytes(),
            )
            for p in (0, 1)
        ),
    )  # fmt: skip


def _unit(rng: np.random.Generator, count: int) -> np.ndarray:
    values = rng.normal(size=(count, 384)).astype(np.float32)
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype("<f2")
