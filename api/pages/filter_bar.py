"""Filter bar: the conditions a visitor can set on a page, their choices, and the chips of those that are set."""

from dataclasses import dataclass

from api.pages.reading import value_names
from api.pages.selection import NAMES
from api.pages.visit import Visit
from api.pages.words import words
from pipelines.explain.wording import kpi_name
from pipelines.issue_list import find_issue
from voc.customers import Role
from voc.drivers import IssueKind
from voc.enrichment import Intent, Urgency
from voc.feedback import JourneyStage, Language, Source
from voc.kpis import Kpi
from voc.sentiment import SentimentLabel
from voc.store.unit import Unit

FIXED = {
    "source": Source,
    "language": Language,
    "sentiment": SentimentLabel,
    "intent": Intent,
    "urgency": Urgency,
    "role": Role,
    "journey_stage": JourneyStage,
}
MAIN = ("source", "language", "sentiment", "intent", "segment")
MORE = ("role", "journey_stage", "plan", "product", "source_name", "urgency", "band", "tag", "topic", "text")


@dataclass(frozen=True)
class Choice:
    """One value a condition can take."""

    value: str
    label: str


@dataclass(frozen=True)
class Control:
    """One condition on the bar; without choices it is a field for words."""

    name: str
    value: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Chip:
    """A condition that is set, and the address without it."""

    name: str
    label: str
    without: str


@dataclass(frozen=True)
class FilterBar:
    """Everything the bar shows."""

    main: tuple[Control, ...]
    more: tuple[Control, ...]
    chips: tuple[Chip, ...]
    hidden: tuple[tuple[str, str], ...]
    """Values of the address that the bar has no control for; they stay."""
    clear: str
    """The address without any condition."""


def filter_bar(unit: Unit, visit: Visit) -> FilterBar:
    """Return the bar for the page of a visit."""
    values = visit.selection.values
    facets = unit.feedback.facets()
    controls = {
        name: Control(name=name, value=values.get(name, ""), choices=_choices(unit, visit, name, facets)) for name in (*MAIN, *MORE)
    }
    shown = {name for name, control in controls.items() if control.choices or name == "text"}
    on_bar = {*shown, "since", "until", "cursor", "selected", "lang"}
    return FilterBar(
        main=tuple(controls[name] for name in MAIN if name in shown),
        more=tuple(controls[name] for name in MORE if name in shown),
        chips=tuple(
            Chip(
                name=name,
                label=_label(unit, visit, name, value),
                without=visit.same_page(**{name: None, "cursor": None, "selected": None}),
            )
            for name, value in values.items()
        ),
        hidden=tuple((name, value) for name, value in visit.request.query_params.items() if name not in on_bar),
        clear=visit.same_page(**dict.fromkeys((*NAMES, "cursor", "selected"))),
    )


def _choices(unit: Unit, visit: Visit, name: str, facets: dict[str, list[str]]) -> tuple[Choice, ...]:
    names = value_names(visit.language)
    if name in FIXED:
        return tuple(Choice(value=value.value, label=names[f"{name}.{value.value}"]) for value in FIXED[name])
    if name == "band":
        return tuple(Choice(value=band, label=names[f"band.{band}"]) for band in ("promoter", "passive", "detractor"))
    if name == "tag":
        known = unit.taxonomies.with_own(visit.service.taxonomy)
        return tuple(Choice(value=tag.id, label=tag.small.in_language(visit.language)) for tag in known.tags)
    if name == "topic":
        return tuple(Choice(value=topic.id, label=topic.name_in(visit.language)) for topic in unit.topics.find())
    return tuple(Choice(value=value, label=value) for value in facets.get(name, []))


def _label(unit: Unit, visit: Visit, name: str, value: str) -> str:  # noqa: PLR0911  # one plain answer per kind of condition
    """Return what a chip says of a value."""
    named = value_names(visit.language).get(f"{name}.{value}")
    if named is not None:
        return named
    if name in ("tag", "topic", "about"):
        return _issue_name(unit, visit, value if name == "about" else f"{name}:{value}")
    if name in ("kpi_of", "scored"):
        return kpi_name(Kpi(value), language=visit.language)
    if name == "customer" and visit.selection.wanted.customer_id is not None:
        customer = unit.customers.customer(visit.selection.wanted.customer_id)
        return (customer.name or customer.external_id) if customer is not None else value
    if name == "account" and visit.selection.wanted.account_id is not None:
        account = unit.customers.account(visit.selection.wanted.account_id)
        return (account.name or account.external_id) if account is not None else value
    if name in ("since", "until") and "T" in value:
        moment = visit.selection.wanted.since if name == "since" else visit.selection.wanted.until
        return visit.figures.day(moment) if moment is not None else value
    return _switch_label(visit, name, value)


def _issue_name(unit: Unit, visit: Visit, key: str) -> str:
    kind, _, identifier = key.partition(":")
    if kind not in tuple(IssueKind):
        return identifier
    issue = find_issue(unit, kind=IssueKind(kind), issue_id=identifier, taxonomy=visit.service.taxonomy, language=visit.language)
    return issue.name if issue is not None else identifier


def _switch_label(visit: Visit, name: str, value: str) -> str:
    _ = words(visit.language).one
    said = {
        ("duplicates", "0"): _("each voice once"),
        ("duplicates", "1"): _("shown"),
        ("duplicates", "only"): _("repeats only"),
        ("analysed", "1"): _("yes"),
        ("analysed", "0"): _("not yet"),
        ("no_signal", "1"): _("without a signal"),
        ("no_signal", "0"): _("with a signal"),
        ("issue", "none"): _("no issue"),
        ("no_group", "1"): _("yes"),
    }
    return said.get((name, value), value.replace("-", "/") if name in ("since", "until") else value)
