"""Reader: comments read through the stage ``enrich`` as the service reads them, for whoever judges the models."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.enrich import Understanding, enrich
from voc.enrichment import CommentText, Enrichment, ModelStamp
from voc.feedback import Language, Span
from voc.no_signal import is_no_signal


@dataclass(frozen=True)
class CommentReader:
    """The models of an understanding, asked about whole comments; nothing is redacted and nothing stored."""

    understanding: Understanding

    def stamp(self) -> ModelStamp:
        """Return which model gives which output."""
        return self.understanding.stamp()

    def read(self, texts: Sequence[str], language: Language) -> list[Enrichment]:
        """Return what each comment says, in order."""
        return enrich([_comment(place, text, language) for place, text in enumerate(texts)], self.understanding)


def _comment(place: int, text: str, language: Language) -> CommentText:
    spans = (Span(start=0, end=len(text)),)
    return CommentText(id=f"row-{place}", verbatim=text, spans=spans, language=language, no_signal=is_no_signal(text))
