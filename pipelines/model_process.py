"""The models' own process, seen from outside: typed calls, and what runs inside.

The process has no database access: batches go in, results come out. It is started at the first call and again after it died.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from pipelines.discover import Discovery, discover
from pipelines.enrich import Understanding, enrich
from pipelines.topic_proposals import Standing
from voc.enrichment import CommentText, Enrichment
from voc.errors import ModelError, ModelRejectedError, ModelUnavailableError
from voc.ports import TopicModel, TopicNamer, Vectors
from voc.tag_learning import LearntTags, TagTeacher
from voc.topics import TopicSentence

ENCODE_BATCH = 2_000
REFUSED_S = 30.0
"""So long a refusal holds before the files are looked at again: each look starts a process."""


class Child(Protocol):
    """A child process that runs the methods of an object it built itself."""

    def start(self) -> None:
        """Start the process and wait until it has loaded; nothing happens where it is ready."""
        ...

    def call(self, method: str, payload: Any, *, timeout_s: float) -> Any:
        """Run a method of the object in the child and return what it returned."""
        ...

    def state(self) -> str:
        """Return not_started, loading, ready or crashed."""
        ...

    def close(self) -> None:
        """End the process."""
        ...


@dataclass
class Inside:
    """What lives in the models' process; it may hold what was learnt for the shipped tags, and a user's own beside them."""

    understanding: Understanding
    topics: TopicModel
    teacher: TagTeacher | None = None
    namer: TopicNamer | None = None
    with_own_tags: tuple[tuple[str, ...], Understanding] | None = None
    """The stamps of the tags held, and the models with them."""

    def enrich(self, comments: list[CommentText]) -> list[Enrichment]:
        """Run the stage ``enrich``."""
        return enrich(comments, self.understanding)

    def use_own_tags(self, learnt: tuple[LearntTags, ...]) -> None:
        """Hold what was learnt, in the place of what was held before."""
        if self.teacher is not None:
            tagger = self.teacher.beside(self.understanding.tagger, learnt)
            self.with_own_tags = (tuple(one.stamp for one in learnt), replace(self.understanding, tagger=tagger))

    def enrich_with_own_tags(self, payload: tuple[list[CommentText], tuple[str, ...]]) -> list[Enrichment] | None:
        """Run the stage ``enrich`` with the tags of those stamps; None where they are not held (the process is new)."""
        comments, stamps = payload
        if self.with_own_tags is None or self.with_own_tags[0] != stamps:
            return None
        return enrich(comments, self.with_own_tags[1])

    def encode_for_tags(self, texts: list[str]) -> Vectors:
        """Return the vectors a tagger reads, one per text, shape [n, d], float32."""
        reading = self.understanding.heads_encoder or self.understanding.encoder
        return reading.encode(texts).vectors

    def encode(self, texts: list[str]) -> Vectors:
        """Return one unit vector per text, shape [n, d], float32."""
        return self.understanding.encoder.encode(texts).vectors

    def discover(self, payload: tuple[list[TopicSentence], Standing]) -> Discovery:
        """Run the stage ``discover``."""
        sentences, standing = payload
        return discover(sentences, self.topics, standing=standing, namer=self.namer)


class ModelProcess:
    """Calls into the models' process.

    ``last_error`` says why they could not be loaded; ``refusal`` is the error where a file did not pass its check.
    """

    def __init__(
        self, child: Child, *, batch_timeout_s: float, fit_timeout_s: float = 3600.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take what is needed; ``clock``: seconds that only grow."""
        self.last_error: str | None = None
        self.refusal: ModelRejectedError | None = None
        self._child, self._clock, self._look_again_s = child, clock, 0.0
        self._batch_timeout_s, self._fit_timeout_s = batch_timeout_s, fit_timeout_s
        self._own_tags: tuple[LearntTags, ...] = ()

    def use_own_tags(self, learnt: Sequence[LearntTags]) -> None:
        """Give these tags from the next batch on; empty: those as shipped."""
        self._own_tags = tuple(learnt)

    def ensure_loaded(self) -> None:
        """Start the process and load the weights, unless it stands ready.

        Raises
        ------
        ModelRejectedError
            If a file was refused, now or a moment ago; nothing was loaded.
        ModelUnavailableError
            If the process dies while it loads.
        """
        if self._child.state() == "ready":
            self.last_error, self.refusal = None, None
            return
        if self.refusal is not None and self._clock() < self._look_again_s:
            raise self.refusal.with_traceback(None)
        try:
            self._child.start()
            self.last_error, self.refusal = None, None
        except ModelRejectedError as error:
            self.refuse(error)
            raise
        except ModelUnavailableError as error:
            self.last_error = error.message
            raise
        except ModelError as error:
            self.last_error = error.message
            raise ModelUnavailableError(error.message, reason=error.code) from error

    def refuse(self, error: ModelRejectedError) -> None:
        """Note that a file did not pass its check; it is looked at again after a while."""
        self.last_error, self.refusal = error.message, error
        self._look_again_s = self._clock() + REFUSED_S

    def enrich(self, comments: Sequence[CommentText]) -> list[Enrichment]:
        """Return what each comment says, in order.

        Raises
        ------
        ModelError
            If the process dies, hangs or raises.
        """
        self.ensure_loaded()
        own = self._own_tags
        if not own:
            results: list[Enrichment] = self._child.call("enrich", list(comments), timeout_s=self._batch_timeout_s)
            return results
        payload = (list(comments), tuple(one.stamp for one in own))
        found = self._child.call("enrich_with_own_tags", payload, timeout_s=self._batch_timeout_s)
        if found is None:
            self._child.call("use_own_tags", own, timeout_s=self._batch_timeout_s)
            found = self._child.call("enrich_with_own_tags", payload, timeout_s=self._batch_timeout_s)
        return list(found)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector per text, shape [n, d], float32; d is the encoder's, also where there is no text."""
        return self._encoded("encode", texts)

    def encode_for_tags(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors a tagger reads, one per text, shape [n, d], float32."""
        return self._encoded("encode_for_tags", texts)

    def _encoded(self, method: str, texts: Sequence[str]) -> Vectors:
        self.ensure_loaded()
        parts = [
            self._child.call(
                method,
                list(texts[start : start + ENCODE_BATCH]),
                timeout_s=max(self._batch_timeout_s, 600.0),
            )
            for start in range(0, max(1, len(texts)), ENCODE_BATCH)
        ]
        return np.concatenate(parts)

    def discover(self, sentences: Sequence[TopicSentence], standing: Standing | None = None) -> Discovery:
        """Return topics for the sentences, or, where topics stand, what a fit proposes."""
        self.ensure_loaded()
        payload = (list(sentences), standing or Standing(topics=(), assignments={}))
        result: Discovery = self._child.call("discover", payload, timeout_s=self._fit_timeout_s)
        return result

    def state(self) -> str:
        """Return not_started, loading, ready, crashed or refused."""
        state = self._child.state()
        return "refused" if self.refusal is not None and state != "ready" else state

    def close(self) -> None:
        """End the process."""
        self._child.close()
