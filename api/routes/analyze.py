"""Analysis without storing: what up to 100 comments say."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StrictStr

from api.auth import require
from api.bodies import one_body
from api.dependencies import ReaderLanguage, ServiceOf
from api.errors import ItemProblem, item_problem
from api.forms import Form, Name, given, read_form
from api.model_calls import model_call
from api.openapi import example_body
from api.shapes import RedactionShape, Said
from api.strict_json import parse, usable
from pipelines.service import Analysis, Service
from voc.errors import InputError, TooManyItemsError
from voc.feedback import MAX_TEXT_CHARS, Language, NewFeedback
from voc.keys import Key, Scope

router = APIRouter(tags=["analysis"])
MAX_ITEMS = 100
NAMES = frozenset({"items", "id", "text"})


class TextForm(Form):
    """One text to analyse."""

    text: StrictStr = Field(max_length=MAX_TEXT_CHARS)
    id: Name | None = Field(default=None, description="Comes back with the answer.")


class AnalyzeForm(Form):
    """One text, or up to 100 as items."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": "The export fails."}, {"items": [{"id": "1", "text": "使いにくい"}]}]}
    )

    text: StrictStr | None = Field(default=None, max_length=MAX_TEXT_CHARS)
    id: Name | None = None
    items: list[TextForm] | None = Field(default=None, min_length=1, max_length=MAX_ITEMS)


class Analyzed(Said):
    """What one text says; ``text`` is the text with personal facts masked, which all offsets refer to."""

    id: str
    text: str
    language: Language
    redactions: list[RedactionShape]
    intent_confidence: float | None = Field(default=None, description="How likely the main intent is the right one.")
    urgency_confidence: float | None = Field(default=None, description="How likely the urgency is the right one.")


class Refused(BaseModel):
    """A text that cannot be analysed."""

    id: str
    error: ItemProblem


class AnalyzedMany(BaseModel):
    """One answer a text, in the order sent."""

    data: list[Analyzed | Refused]


@router.post("/v1/analyze", openapi_extra=example_body(AnalyzeForm))
async def analyze(
    request: Request, service: ServiceOf, language: ReaderLanguage, _key: Annotated[Key, Depends(require(Scope.READ))]
) -> Analyzed | AnalyzedMany:
    """Say what texts mean; nothing is stored. One text gives one object, items give {"data": […]}."""
    return await model_call(request, partial(_analyze, service, await one_body(request), language=language))


def _analyze(service: Service, raw: bytes, *, language: str) -> Analyzed | AnalyzedMany:
    body = parse(raw)
    value: Any = usable(body.value, doubtful=body.doubtful, names=NAMES)
    if not isinstance(value, dict) or "items" not in value:
        form = read_form(TextForm, given(value) if isinstance(value, dict) else value, names=NAMES)
        found = service.analyze([NewFeedback(text=form.text)])[0]
        if isinstance(found, InputError):
            raise found
        return _analyzed(form.id or "1", found)
    if isinstance(value["items"], list) and len(value["items"]) > MAX_ITEMS:
        raise TooManyItemsError(limit=MAX_ITEMS, actual=len(value["items"]))
    items = read_form(AnalyzeForm, value, names=NAMES).items or []
    answers = service.analyze([NewFeedback(text=item.text, ordinal=at) for at, item in enumerate(items)])
    pairs = enumerate(zip(items, answers, strict=True), start=1)
    return AnalyzedMany(data=[_answer(item.id or str(at), answer, language) for at, (item, answer) in pairs])


def _answer(identifier: str, answer: Analysis | InputError, language: str) -> Analyzed | Refused:
    if isinstance(answer, InputError):
        return Refused(id=identifier, error=item_problem(answer, language=language))
    return _analyzed(identifier, answer)


def _analyzed(identifier: str, answer: Analysis) -> Analyzed:
    feedback = answer.feedback
    return Analyzed(
        **Said.of(answer.enrichment).model_dump(),
        id=identifier,
        text=feedback.verbatim,
        language=feedback.language,
        redactions=[RedactionShape.of(redaction) for redaction in feedback.redactions],
        intent_confidence=answer.enrichment.intent_confidence,
        urgency_confidence=answer.enrichment.urgency_confidence,
    )
