"""Assembly: the only place that builds concrete models, stores and services. Constructors assign; weights load at the first use."""

from pathlib import Path

from models.cues import LexiconCues
from models.encoder import RoutedEncoder
from models.evaluation import evaluate
from models.heads import RoutedSentiment
from models.language import LinguaLanguage
from models.near_duplicates import MinHashNearDuplicates
from models.redaction import PatternRedactor
from models.sentences import PysbdSentences
from models.service import ChildService
from models.tagging import LexiconTagger
from models.topics import BertopicTopics
from pipelines.enrich import Understanding
from pipelines.intake import DirectWriter, Intake
from pipelines.model_process import Inside, ModelProcess
from pipelines.run import Runner
from pipelines.service import Parts, Service
from voc.alerts import AlertRule
from voc.clock import Clock, utc_now
from voc.enrichment import ModelStamp
from voc.feedback import Language
from voc.ports import LanguageDetector, NearDuplicates, Redactor
from voc.quality import QualityScore
from voc.settings import ModelSettings, Settings
from voc.store import Store, open_store
from voc.store.group_commit import GroupCommit
from voc.taxonomy import Taxonomy, load_taxonomy


def build_taxonomy() -> Taxonomy:
    """Return the shipped taxonomy."""
    return load_taxonomy()


def build_understanding() -> Understanding:
    """Return the models that read a sentence; weights are loaded at the first use, names and versions are known at once."""
    return Understanding(
        splitter=PysbdSentences(),
        encoder=RoutedEncoder(),
        sentiment=RoutedSentiment(),
        cues=LexiconCues(),
        tagger=LexiconTagger(build_taxonomy()),
    )


def build_stamp() -> ModelStamp:
    """Return which models give which outputs, without loading any weights."""
    return build_understanding().stamp()


def build_inside() -> Inside:
    """Load what lives in the models' process; called inside it."""
    understanding = build_understanding()
    sentences, languages = ["warm up", "準備"], [Language.EN, Language.JA]
    understanding.sentiment.sentiments(sentences, languages, understanding.encoder.encode(sentences, languages))
    return Inside(understanding=understanding, topics=BertopicTopics())


def build_models(settings: ModelSettings) -> ModelProcess:
    """Return the models' process, not yet started."""
    return ModelProcess(ChildService(build_inside, threads=settings.threads), batch_timeout_s=settings.batch_timeout_s)


def build_runner(store: Store, models: ModelProcess, settings: Settings, *, clock: Clock = utc_now) -> Runner:
    """Return what carries pending work through the stages."""
    return Runner(
        store,
        models,
        stamp=build_stamp(),
        near=build_near_duplicates(),
        settings=settings.models,
        rule=AlertRule(min_accounts=settings.alerts.min_accounts, window_days=settings.alerts.window_days),
        taxonomy=build_taxonomy(),
        clock=clock,
    )


def build_intake(store: Store, *, clock: Clock = utc_now) -> Intake:
    """Return the door for a process that has the store to itself: one transaction a call."""
    return Intake(detector=build_language_detector(), redactor=build_redactor(), writer=DirectWriter(store), clock=clock)


def build_store(settings: Settings, *, read_only: bool = False) -> Store:
    """Open the database."""
    return open_store(settings.data_dir, settings.database, read_only=read_only)


def build_service(settings: Settings, *, clock: Clock = utc_now) -> Service:
    """Return the running whole, not yet started."""
    store = build_store(settings)
    commits = GroupCommit(store)
    models = build_models(settings.models)
    detector, redactor = build_language_detector(), build_redactor()
    return Service(
        Parts(
            settings=settings,
            store=store,
            commits=commits,
            intake=Intake(detector=detector, redactor=redactor, writer=commits, clock=clock),
            models=models,
            runner=build_runner(store, models, settings, clock=clock),
            taxonomy=build_taxonomy(),
            detector=detector,
            redactor=redactor,
            clock=clock,
        )
    )




def build_language_detector() -> LanguageDetector:
    """Return what tells Japanese from English."""
    return LinguaLanguage()


def build_redactor() -> Redactor:
    """Return what finds personal facts."""
    return PatternRedactor()


def build_near_duplicates() -> NearDuplicates:
    """Return what tells texts that are nearly the same."""
    return MinHashNearDuplicates()


def build_scorecard(data: Path) -> list[QualityScore]:
    """Measure the shipped models on a folder of labelled data."""
    understanding = build_understanding()
    return evaluate(data, encoder=understanding.encoder, sentiment=understanding.sentiment)
