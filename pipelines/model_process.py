"""The models' own process, seen from outside: typed calls, and what runs inside.

The process has no database access: batches go in, results come out. It is started at the first call and again after it died.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from pipelines.discover import discover
from pipelines.enrich import Understanding, enrich
from voc.enrichment import CommentText, Enrichment
from voc.errors import ModelError, ModelUnavailableError
from voc.feedback import Language
from voc.ports import TopicModel, Vectors
from voc.topics import TopicRun, TopicSentence

ENCODE_BATCH = 2_000


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


@dataclass(frozen=True)
class Inside:
    """What lives in the models' process."""

    understanding: Understanding
    topics: TopicModel

    def enrich(self, comments: list[CommentText]) -> list[Enrichment]:
        """Run the stage ``enrich``."""
        return enrich(comments, self.understanding)

    def encode(self, payload: tuple[list[str], list[Language]]) -> Vectors:
        """Return one unit vector per text, shape [n, 384], float32."""
        texts, languages = payload
        return self.understanding.encoder.encode(texts, languages)

    def discover(self, sentences: list[TopicSentence]) -> TopicRun:
        """Run the stage ``discover``."""
        return discover(sentences, self.topics)


class ModelProcess:
    """Calls into the models' process."""

    def __init__(self, child: Child, *, batch_timeout_s: float, fit_timeout_s: float = 3600.0) -> None:
        self._child = child
        self._batch_timeout_s, self._fit_timeout_s = batch_timeout_s, fit_timeout_s

    def ensure_loaded(self) -> None:
        """Start the process and load the weights, unless it stands ready.

        Raises
        ------
        ModelUnavailableError
            If the weights are refused or the process dies while it loads.
        """
        if self._child.state() == "ready":
            return
        try:
            self._child.start()
        except ModelUnavailableError:
            raise
        except ModelError as error:
            raise ModelUnavailableError(error.message, reason=error.code) from error

    def enrich(self, comments: Sequence[CommentText]) -> list[Enrichment]:
        """Return what each comment says, in order.

        Raises
        ------
        ModelError
            If the process dies, hangs or raises.
        """
        self.ensure_loaded()
        results: list[Enrichment] = self._child.call("enrich", list(comments), timeout_s=self._batch_timeout_s)
        return results

    def encode(self, texts: Sequence[str], languages: Sequence[Language]) -> Vectors:
        """Return one unit vector per text, shape [n, 384], float32."""
        self.ensure_loaded()
        parts = [
            self._child.call(
                "encode",
                (list(texts[start : start + ENCODE_BATCH]), list(languages[start : start + ENCODE_BATCH])),
                timeout_s=max(self._batch_timeout_s, 600.0),
            )
            for start in range(0, len(texts), ENCODE_BATCH)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, 384), dtype=np.float32)

    def discover(self, sentences: Sequence[TopicSentence]) -> TopicRun:
        """Return topics for the sentences."""
        result: TopicRun = self._child.call("discover", list(sentences), timeout_s=self._fit_timeout_s)
        return result

    def state(self) -> str:
        """Return not_started, loading, ready or crashed."""
        return self._child.state()

    def close(self) -> None:
        """End the process."""
        self._child.close()
