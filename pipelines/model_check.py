"""Model check: asks the models that fit a KPI about one issue, among the comments a filter leaves. Read-only, computed when asked for."""

from pipelines.explain.fitting import fit_answers, fit_leaving, fit_time
from pipelines.explain.spells import spells
from pipelines.explaining import issues_of, linked, measure
from pipelines.issue_list import find_issue
from pipelines.link import voices
from voc.drivers import IssueKind
from voc.errors import NotFoundError
from voc.filters import FeedbackFilter
from voc.kpis import SURVEY_KPIS, Kpi
from voc.model_checks import ModelCheck
from voc.store.unit import Unit
from voc.taxonomy import Taxonomy
from voc.voices import issue_key


def model_check(
    unit: Unit, *, taxonomy: Taxonomy, kpi: Kpi, kind: IssueKind, issue_id: str, wanted: FeedbackFilter, language: str
) -> ModelCheck:
    """Return the linear difference, with q over all issues as in the list, beside the models that fit.

    NPS is asked in the classes it counts (0–6, 7–8, 9–10), CSAT and CES in the answers given.

    Raises
    ------
    NotFoundError
        If there is no such issue.
    """
    issue = find_issue(unit, kind=kind, issue_id=issue_id, taxonomy=taxonomy, language=language)
    if issue is None:
        raise NotFoundError(issue_id=issue_id)
    rows = unit.voices.find(wanted)
    links = linked(rows, unit=unit)
    all_issues = issues_of(rows, unit=unit, taxonomy=taxonomy, language=language, kinds=frozenset(IssueKind))
    everything = {issue_key(one): one for one in all_issues}
    measured = measure(kpi, rows, issues=[*(everything | {issue_key(issue): issue}).values()], links=links)
    linear = next(one for one in measured if one.issue == issue)
    asked = voices(rows, kpi=kpi, links=links)
    if kpi in SURVEY_KPIS:
        answers = asked
        if kpi is not Kpi.NPS:
            answers = tuple(voice.model_copy(update={"value": links[voice.feedback_id, kpi]}) for voice in asked)
        return ModelCheck(kpi=kpi, issue=issue, linear=linear, models=(fit_answers(answers, issue),))
    if kpi is not Kpi.CHURN:
        return ModelCheck(kpi=kpi, issue=issue, linear=linear, models=())
    last = [moment for moment in (unit.feedback.period()[1], unit.kpis.latest()) if moment is not None]
    followed = [] if not last else spells(
        rows,
        issue=issue,
        customers={one.id: one for one in unit.customers.all_customers()},
        accounts={one.id: one for one in unit.customers.present_accounts()},
        until=max(last).date(),
    )
    return ModelCheck(kpi=kpi, issue=issue, linear=linear, models=(fit_leaving(asked, issue), fit_time(followed)))
