"""Assembly: the only place that builds concrete models, stores and services. Constructors assign; weights load at the first use."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from models.artifacts import find_encoder
from models.encoder import BilingualEncoder
from models.heads import HeadCues, HeadSentiment
from models.hub_encoder import HubEncoder
from models.hub_sentiment import HubSentiment
from models.hub_tagging import HubTagger
from models.language import LinguaLanguage
from models.near_duplicates import MinHashNearDuplicates
from models.own_tags import FewShotTeacher
from models.redaction import PatternRedactor
from models.scorecards import shipped_scorecard, stack_cost
from models.search_words import SearchWordReader
from models.sentences import PysbdSentences
from models.service import ChildService
from models.tag_folder import TagFolder
from models.tagging import HeadTagger
from models.topic_names import PhraseTopicNamer
from models.topics import BertopicTopics
from pipelines.enrich import Understanding
from pipelines.erasing.work import Erasing
from pipelines.intake import DirectWriter, Intake
from pipelines.lessons import Lessons, Work
from pipelines.model_process import Inside, ModelProcess
from pipelines.progress import Progress, SilentProgress
from pipelines.reader import CommentReader
from pipelines.run import Runner
from pipelines.service import Parts, Service
from voc.alerts import AlertRule
from voc.clock import Clock, utc_now
from voc.enrichment import ModelStamp
from voc.errors import ModelRejectedError
from voc.model_source import EMBEDDED, parse_model_source
from voc.ports import Encoder, LanguageDetector, NearDuplicates, Redactor, SentimentModel, Tagger, TopicNamer
from voc.quality import Quality, QualityTask, Scorecard
from voc.search import WordReader
from voc.settings import ModelSettings, Settings
from voc.store import Store, open_store
from voc.store.group_commit import GroupCommit
from voc.tag_learning import TagKeeper, TagTeacher
from voc.taxonomy import Taxonomy, shipped_taxonomy

if TYPE_CHECKING:
    from models.evaluation import Bench


def build_taxonomy() -> Taxonomy:
    """Return the shipped taxonomy."""
    return shipped_taxonomy()


def build_understanding(settings: ModelSettings | None = None) -> Understanding:
    """Return the models that read a sentence; weights are loaded at the first use, names and versions are known at once.

    Where a setting names a hub model it takes the shipped one's place; the shipped heads keep the encoder they were trained on.
    """
    settings = settings or ModelSettings()
    shipped = BilingualEncoder(threads=settings.threads)
    encoder = _hub_encoder(settings) or shipped
    return Understanding(
        splitter=PysbdSentences(),
        encoder=encoder,
        sentiment=_hub_sentiment(settings) or HeadSentiment(),
        cues=HeadCues(),
        tagger=_hub_tagger(settings) or HeadTagger(build_taxonomy()),
        heads_encoder=None if encoder is shipped else shipped,
        words=build_word_reader(),
    )


def _hub_encoder(settings: ModelSettings) -> Encoder | None:
    source = parse_model_source(settings.encoder)
    return HubEncoder(source, prefix=settings.encoder_prefix, allow_download=settings.allow_download) if source else None


def _hub_sentiment(settings: ModelSettings) -> SentimentModel | None:
    source = parse_model_source(settings.sentiment)
    return HubSentiment(source, allow_download=settings.allow_download) if source else None


def _hub_tagger(settings: ModelSettings) -> Tagger | None:
    source = parse_model_source(settings.tagger)
    return HubTagger(source, build_taxonomy(), allow_download=settings.allow_download) if source else None


def build_stamp(settings: ModelSettings | None = None) -> ModelStamp:
    """Return which models give which outputs, without loading any weights."""
    return build_understanding(settings).stamp()


def build_inside(settings: ModelSettings | None = None) -> Inside:
    """Load what lives in the models' process; called inside it."""
    understanding = build_understanding(settings)
    sentences = ["warm up", "準備"]
    heads = understanding.read_for_heads(sentences, understanding.encoder.encode(sentences))
    understanding.sentiment.sentiments(sentences, heads)
    understanding.tagger.tags(sentences, heads)
    namer = build_namer(understanding.encoder, settings or ModelSettings())
    return Inside(understanding=understanding, topics=BertopicTopics(), teacher=FewShotTeacher(), namer=namer)


def build_namer(encoder: Encoder, settings: ModelSettings) -> TopicNamer:
    """Return what names topics: the shipped rules, and beside them a language model where one is set."""
    phrases = PhraseTopicNamer(encoder)
    if settings.namer == EMBEDDED:
        return phrases
    from models.llm_names import LlmTopicNamer, llm_client

    key = settings.namer_key
    client = llm_client(settings.namer, key=key.get_secret_value() if key else None)
    return LlmTopicNamer(phrases, client, model=settings.namer_model)


def build_models(settings: ModelSettings) -> ModelProcess:
    """Return the models' process, not yet started."""
    service = ChildService(partial(build_inside, settings), threads=settings.threads)
    return ModelProcess(service, batch_timeout_s=settings.batch_timeout_s)


def refused_files() -> ModelRejectedError | None:
    """Look at the shipped model's files without loading them, in a fifth of a second; return why they are refused, or None."""
    try:
        find_encoder()
    except ModelRejectedError as error:
        return error
    return None


def build_runner(store: Store, models: ModelProcess, settings: Settings, *, clock: Clock = utc_now) -> Runner:
    """Return what carries pending work through the stages."""
    return Runner(
        store,
        models,
        stamp=build_stamp(settings.models),
        near=build_near_duplicates(),
        settings=settings.models,
        topics=settings.topics,
        rule=AlertRule(min_accounts=settings.alerts.min_accounts, window_days=settings.alerts.window_days),
        taxonomy=build_taxonomy(),
        clock=clock,
    )


def build_intake(store: Store, settings: Settings, *, clock: Clock = utc_now) -> Intake:
    """Return the door for a process that has the store to itself: one transaction a call."""
    writer, folder = DirectWriter(store), settings.data_dir
    return Intake(detector=build_language_detector(), redactor=build_redactor(), writer=writer, clock=clock, folder=folder)


def build_store(settings: Settings, *, read_only: bool = False) -> Store:
    """Open the database; erasures that were begun, or that an older backup has undone, are finished before anybody gets it."""
    store = open_store(settings.data_dir, settings.database, read_only=read_only)
    if read_only:
        return store
    try:
        build_erasing(store, settings).catch_up()
    except BaseException:
        store.close()
        raise
    return store


def build_erasing(store: Store, settings: Settings, *, clock: Clock = utc_now) -> Erasing:
    """Return what erases customers, for a process that has the store to itself."""
    return Erasing(store, DirectWriter(store), folder=settings.data_dir, clock=clock)


def build_service(settings: Settings, *, clock: Clock = utc_now) -> Service:
    """Return the running whole, not yet started."""
    store = build_store(settings)
    commits = GroupCommit(store)
    models = build_models(settings.models)
    refusal = refused_files()
    if refusal is not None:
        models.refuse(refusal)
    detector, redactor = build_language_detector(), build_redactor()
    return Service(
        Parts(
            settings=settings,
            store=store,
            commits=commits,
            intake=Intake(detector=detector, redactor=redactor, writer=commits, clock=clock, folder=settings.data_dir),
            models=models,
            runner=build_runner(store, models, settings, clock=clock),
            taxonomy=build_taxonomy(),
            detector=detector,
            redactor=redactor,
            clock=clock,
            quality=build_quality(),
            teacher=build_tag_teacher(),
            words=build_word_reader(),
        )
    )


def build_tag_teacher() -> TagTeacher:
    """Return what learns tags from examples."""
    return FewShotTeacher()


@contextmanager
def open_lessons(settings: Settings, *, clock: Clock = utc_now) -> Iterator[Lessons]:
    """Give what learns the taxonomies of the database, for a process that has it to itself."""
    store, models = build_store(settings), build_models(settings.models)

    def write(work: Work) -> object:
        with store.write() as unit:
            return work(unit)

    try:
        yield Lessons(
            store=store,
            models=models,
            teacher=build_tag_teacher(),
            stamp=build_stamp(settings.models),
            settings=settings.models,
            shipped=build_taxonomy(),
            write=write,
            clock=clock,
        )
    finally:
        models.close()
        store.close()


def build_tag_folder(path: Path) -> TagKeeper:
    """Return the folder that keeps what was learnt, present or not."""
    return TagFolder(path)


def build_language_detector() -> LanguageDetector:
    """Return what tells Japanese from English."""
    return LinguaLanguage()


def build_redactor() -> Redactor:
    """Return what finds personal facts."""
    return PatternRedactor()


def build_word_reader() -> WordReader:
    """Return what reads words for the full-text index and for what is looked for."""
    return SearchWordReader()


def build_near_duplicates() -> NearDuplicates:
    """Return what tells texts that are nearly the same."""
    return MinHashNearDuplicates()


def build_bench(
    data: Path | None,
    *,
    own_split: Literal["dev", "test"] = "test",
    progress: Progress | None = None,
    settings: ModelSettings | None = None,
) -> "Bench":
    """Return what an evaluation works with: the models in use, the weightless ones beside them, and the data."""
    from models import baselines
    from models.evaluation import Bench, Encoders, OwnRows, corpus_files
    from models.minilm import MiniLmEncoder

    judged = build_understanding(settings)
    weightless = Understanding(
        splitter=PysbdSentences(),
        encoder=baselines.HashedJapaneseEncoder(),
        sentiment=baselines.LexiconSentiment(),
        cues=baselines.LexiconCues(),
        tagger=baselines.LexiconTagger(build_taxonomy()),
    )
    return Bench(
        encoders=Encoders(judged=judged.encoder, weightless=weightless.encoder, plain=MiniLmEncoder()),
        reader=CommentReader(judged),
        weightless=CommentReader(weightless),
        data=data,
        own=OwnRows(tuple(corpus_files())),
        own_split=own_split,
        progress=progress or SilentProgress(),
    )


def build_scorecard(
    data: Path | None,
    *,
    tasks: Collection[QualityTask] = (),
    own_split: Literal["dev", "test"] = "test",
    progress: Progress | None = None,
    settings: ModelSettings | None = None,
) -> Scorecard:
    """Measure the models in use on labelled data; empty ``tasks``: all of them."""
    from models.evaluation import evaluate

    return evaluate(build_bench(data, own_split=own_split, progress=progress, settings=settings), tasks=tasks)


def build_quality() -> Quality:
    """Return the figures that came with the shipped weights, and what the usual stack of models costs beside them."""
    return Quality(scorecard=shipped_scorecard(), cost=stack_cost())
