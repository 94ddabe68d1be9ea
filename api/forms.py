"""Forms: reading a JSON object into one of our forms, forgiving where nothing can go wrong, exact where something could.

Invariants: an empty string and null mean "not given"; a number may come as text, in full-width digits too; every refusal names the
field, its limit and a stable code, never what was sent.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError, ValidationInfo, WithJsonSchema

from api.errors import FieldProblem
from api.problems import BadValueError
from api.strict_json import LARGEST_WHOLE, parse, shown_path, usable
from pipelines.sources.cells import parse_number
from voc.errors import EmptyTextError, InputError, NotANumberError, OutOfRangeError, TextTooLongError
from voc.kpis import SCALES, Kpi, check_range

LONGEST_NAME = 500
NUMBER_CHARS = 40


class Form(BaseModel):
    """What every form shares."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


F = TypeVar("F", bound=Form)


def read_number(value: Any, info: ValidationInfo) -> Any:
    """Return the number a sender means: a number, or text such as "9", "８" or "1,200".

    Raises
    ------
    NotANumberError
        If it is neither.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    number = None
    if isinstance(value, str) and len(value) <= NUMBER_CHARS:
        with suppress(NotANumberError):
            number = parse_number(value, money=True)
    if number is None or not abs(number) <= LARGEST_WHOLE:
        raise NotANumberError(field=info.field_name)
    return number


def in_range(kpi: Kpi, value: float, *, field: str) -> float:
    """Return the value if the KPI allows it.

    Raises
    ------
    OutOfRangeError
        If not; with the field, the range and the value.
    """
    try:
        return check_range(kpi, value)
    except OutOfRangeError as error:
        low, high = SCALES[kpi].low, SCALES[kpi].high
        raise OutOfRangeError(field=field, low=f"{low:g}", high="∞" if high is None else f"{high:g}", actual=value) from error


Number = Annotated[
    float, BeforeValidator(read_number), WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "examples": ["9"]}]})
]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME),
    WithJsonSchema({"anyOf": [{"type": "string", "maxLength": LONGEST_NAME}, {"type": "integer"}]}),
]
"""An id or a name somebody else gave; a whole number is taken as its digits."""


def given(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that say something: not null, and not an empty string unless it is the text itself.

    >>> given({"score": "", "text": " ", "lang": None, "segment": "smb"})
    {'text': ' ', 'segment': 'smb'}
    """
    return {
        name: value
        for name, value in members.items()
        if value is not None and (name == "text" or not isinstance(value, str) or value.strip())
    }


def read_form(form: type[F], value: Any, *, names: AbstractSet[str]) -> F:
    """Read a usable JSON value into a form.

    Parameters
    ----------
    form
        The form.
    value
        A parsed body or one item of a batch.
    names
        Member names that may be shown in an error.

    Raises
    ------
    InputError
        If the value does not fit; with the fields that do not.
    """
    if not isinstance(value, dict):
        raise BadValueError(problem="not_an_object")
    try:
        return form.model_validate(value)
    except ValidationError as error:
        raise _input_error(error, value=value, names=names) from None


def form_of(form: type[F], raw: bytes, *, names: AbstractSet[str] = frozenset(), exact: bool = False) -> F:
    """Read a body into a form.

    Parameters
    ----------
    form
        The form.
    raw
        The body.
    names
        Further member names, beside the form's, that may be shown in an error.
    exact
        Null and an empty string are values here; else they say that nothing was given.

    Raises
    ------
    InputError
        If the body cannot be used or does not fit.
    """
    body, known = parse(raw), names | form.model_fields.keys()
    value = usable(body.value, doubtful=body.doubtful, names=known)
    return read_form(form, given(value) if isinstance(value, dict) and not exact else value, names=known)


def _input_error(error: ValidationError, *, value: Mapping[str, Any], names: AbstractSet[str]) -> InputError:
    problems = [_field_problem(item, names=names) for item in error.errors(include_url=False, include_input=False)]
    first = problems[0]
    if first.path == "text" and first.problem == "missing":
        return EmptyTextError(field="text")
    if first.path == "text" and first.problem == "too_long":
        return TextTooLongError(field="text", limit=first.limit, actual=len(value["text"]))
    return BadValueError(field=first.path, fields=problems[:20])


_PROBLEMS = {
    "missing": "missing",
    "extra_forbidden": "not_known",
    "string_too_long": "too_long",
    "string_too_short": "empty",
    "enum": "not_one_of",
    "literal_error": "not_one_of",
    "too_long": "too_many",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
}


def _field_problem(item: Any, *, names: AbstractSet[str]) -> FieldProblem:
    context = item.get("ctx", {})
    limit = next((context[name] for name in ("max_length", "min_length", "ge", "le", "expected") if name in context), None)
    return FieldProblem(
        path=shown_path([str(part) for part in item["loc"]], names),
        problem=_PROBLEMS.get(item["type"], item["type"]),
        limit=limit if isinstance(limit, int | float | str) else None,
        actual=context.get("actual_length"),
    )
