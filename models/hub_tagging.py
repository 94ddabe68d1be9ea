"""Hub tagger: tags without training, by a model of textual entailment (NLI) over the taxonomy's leaf definitions (Yin et al. 2019).

Each sentence is the premise and each leaf's definition, in the sentence's language, a hypothesis; score = p(entailment) against
p(contradiction). That is one pass per leaf: sixty times the work of the shipped tagger. Invariants: at most ``MOST_TAGS`` a sentence,
best first; empty where no leaf reaches ``LEAST_SCORE``; a formula or an empty answer has no tag.
"""

from collections.abc import Sequence
from functools import cached_property

from models.cues import is_no_signal
from models.foreign_code import rejected
from models.hub import SequenceClassifier, pin_of
from models.japanese import has_japanese
from voc.enrichment import TagScore
from voc.model_source import ModelSource
from voc.ports import Encoded, Tagger
from voc.taxonomy import Tag, Taxonomy

MOST_TAGS = 3
LEAST_SCORE = 0.8
HYPOTHESES = {True: "これは次のことについて述べている: {}", False: "This is about the following: {}"}
"""Key: whether the sentence is Japanese."""


class HubTagger(Tagger):
    """A transformers NLI model (XLM-R, BGE-M3 and the like trained on NLI); the weights load at the first use."""

    def __init__(self, source: ModelSource, taxonomy: Taxonomy, *, allow_download: bool = False) -> None:
        self.name = source.name
        self.version = f"{pin_of(source)}+{taxonomy.name}-{taxonomy.version}"
        self._tags = taxonomy.tags
        self._classifier = SequenceClassifier(source, allow_download=allow_download)
        self._hypotheses = {
            japanese: [words.format(tag.definition.ja if japanese else tag.definition.en) for tag in taxonomy.tags]
            for japanese, words in HYPOTHESES.items()
        }

    def taxonomy_tags(self) -> tuple[Tag, ...]:
        """Return all tags that can be assigned."""
        return self._tags

    def tags(self, sentences: Sequence[str], encoded: Encoded) -> list[tuple[TagScore, ...]]:  # noqa: ARG002  # reads the words itself
        """Return the tags of each sentence, best first; equal sentences are read once."""
        entails, contradicts = self._places  # a model that cannot be understood is refused also where there is nothing to read
        unique = sorted({sentence for sentence in sentences if not is_no_signal(sentence)})
        premises = [sentence for sentence in unique for _ in self._tags]
        hypotheses = [hypothesis for sentence in unique for hypothesis in self._hypotheses[has_japanese(sentence)]]
        if not premises:
            return [()] * len(sentences)
        found = self._classifier.probabilities(premises, hypotheses)[:, (entails, contradicts)]
        scores = (found[:, 0] / found.sum(axis=1)).reshape(len(unique), len(self._tags))
        known = {sentence: self._best(row) for sentence, row in zip(unique, scores.tolist(), strict=True)}
        return [known.get(sentence, ()) for sentence in sentences]

    def _best(self, scores: Sequence[float]) -> tuple[TagScore, ...]:
        scored = [TagScore(tag=tag.id, score=round(score, 4)) for tag, score in zip(self._tags, scores, strict=True)]
        fitting = [tag for tag in scored if tag.score >= LEAST_SCORE]
        return tuple(sorted(fitting, key=lambda tag: (-tag.score, tag.tag))[:MOST_TAGS])

    @cached_property
    def _places(self) -> tuple[int, int]:
        found = entailment_places(self._classifier.labels())
        if found is None:
            raise rejected(self._classifier.source.name, "config.json", "id2label does not name entailment and its opposite")
        return found


def entailment_places(labels: Sequence[str]) -> tuple[int, int] | None:
    """Return the places of entailment and of contradiction (or not_entailment) by the labels' names; None where one is missing."""
    names = [label.strip().lower() for label in labels]
    opposite = [place for place, name in enumerate(names) if "contra" in name or name.startswith(("not_entail", "not entail", "non"))]
    entailed = [place for place, name in enumerate(names) if "entail" in name and place not in opposite]
    return (entailed[0], opposite[0]) if len(entailed) == 1 and len(opposite) == 1 else None
