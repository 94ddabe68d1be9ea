"""Looks: the templates' environment, one per language, and the answer a page becomes.

Invariants: everything is escaped unless a template's own markup; a name a template does not get is an error, never an empty place.
"""

import json
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.pages.reading import field_names, value_names
from api.pages.visit import Visit, reader_language
from api.pages.words import words
from pipelines.explain.ledger_wording import grouping_name, headline, is_clear, quotes_of, shortage, term_name
from pipelines.explain.trends import sparkline
from pipelines.explain.wording import kpi_name, kpi_unit, note, wording
from pipelines.report.charts import spark, split
from voc.customers import Account, Customer
from voc.drivers import Issue
from voc.feedback import Language
from voc.kpis import Kpi

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment(language: str) -> Environment:
    """Return the templates' environment for readers of a language."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    catalogue = words(language)
    found.install_gettext_callables(catalogue.one, catalogue.many, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    found.globals |= {
        "language": language,
        "names": value_names(language),
        "fields": field_names(language),
        "kpi_name": partial(kpi_name, language=language),
        "kpi_unit": partial(kpi_unit, language=language),
        "sentence": partial(wording, language=language),
        "note": partial(note, language=language),
        "headline": partial(headline, language=language),
        "quotes_of": partial(quotes_of, language=language),
        "shortage": partial(shortage, language=language),
        "term_name": partial(term_name, language=language),
        "grouping_name": partial(grouping_name, language=language),
        "is_clear": is_clear,
        "spark": lambda months: spark(sparkline([count for _, count in months])),
        "split": split,
        "person": person,
        "speech": speech,
        "path_of": path_of,
        "issue_path": issue_path,
        "kpi_of": lambda name: kpi_name(Kpi(name), language=language),
    }
    found.filters["json"] = partial(json.dumps, ensure_ascii=False)
    return found


def render(visit: Visit, template: str, /, *, page: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a page.

    Parameters
    ----------
    visit
        The request.
    template
        File name of the template.
    page
        Name of the entry in the navigation that is lit.
    status
        HTTP status.
    context
        What the template shows.
    """
    shared = {
        "visit": visit,
        "f": visit.figures,
        "page": page,
        "here": visit.selection.address if status == 200 else None,  # noqa: PLR2004  # the HTTP status
        "freshness": visit.freshness(),
        "refusal": visit.service.models.refusal,
        "condition_of": visit.selection.about,
        "tag_name": visit.tag_name,
        "bare": False,
    }
    return HTMLResponse(environment(visit.language).get_template(template).render(shared | context), status_code=status)


def render_bare(request: Request, template: str, /, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a page for somebody who is not known yet, or after something went wrong: no data, no navigation."""
    language = reader_language(request)
    shared = {"request": request, "bare": True, "page": "", "status": status}
    return HTMLResponse(environment(language).get_template(template).render(shared | context), status_code=status)


def person(who: Customer | Account) -> str:
    """Return the name to show for a customer or an account: its name, else the sender's id."""
    return who.name or who.external_id


def speech(spoken: Language) -> str:
    """Return the ``lang`` value for a customer's words; empty where it is not one language."""
    return spoken.value if spoken in (Language.JA, Language.EN) else ""


def path_of(noun: str, external_id: str) -> str:
    """Return the path of a customer's or account's page; a sender's id may hold anything."""
    return f"/{noun}/{quote(external_id, safe='')}"


def issue_path(issue: Issue) -> str:
    """Return the path of an issue's page."""
    return f"/issues/{issue.kind.value}/{quote(issue.id, safe='')}"
