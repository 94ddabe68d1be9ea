"""Actions on a store: record them before their result, keep every change, and check them against the values of their measure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time

from pipelines.explain.action_check import evaluate
from pipelines.explaining import known_issues
from pipelines.intake import Writer
from pipelines.issue_list import find_issue
from pipelines.measures import data_until, measured, segments
from pipelines.remembered import Remembered
from voc.actions import Action, ActionEdit, Assignment, Evaluation, Measured, Plan, usable_day
from voc.clock import Clock
from voc.errors import InputError, NotFoundError, UnknownNameError
from voc.filters import FeedbackFilter
from voc.ids import account_id, random_id
from voc.store import Store, Unit
from voc.taxonomy import Taxonomy
from voc.voices import VoiceRow, issue_key

FREE = frozenset({"owner", "due", "note"})
"""What may change after the start."""
MOST_LISTED = 50
ACCOUNT_PREFIX = account_id("").partition("_")[0]
"""Of the ids of accounts. A customer's own assignment goes before that of the account."""


class Acting:
    """What people do with actions."""

    def __init__(self, store: Store, writer: Writer, *, clock: Clock, taxonomy: Taxonomy, remembered: Remembered | None = None) -> None:
        self._store, self._writer, self._clock, self._taxonomy = store, writer, clock, taxonomy
        self._remembered = remembered or Remembered()

    def add(
        self, plan: Plan, *, by: str, owner: str | None = None, due: date | None = None, note: str = "", retrospective: bool = False
    ) -> Action:
        """Record an action.

        Raises
        ------
        InputError
            If its start lies before data already seen and it is not marked as retrospective, lies on a day no comment can lie around,
            or it names no issue.
        UnknownNameError
            If issue, segment or experiment does not exist; with what there is.
        """
        now = self._clock()

        def keep(unit: Unit) -> Action:
            _check(unit, plan, taxonomy=self._taxonomy)
            seen = data_until(unit)
            starts = datetime.combine(plan.starts_on, time(), tzinfo=UTC)
            late = seen is not None and starts <= seen
            if late and not retrospective:
                message = "The start lies before data already seen: mark the action as retrospective, or start it later."
                raise InputError(message, field="starts_on", data_until=seen.date().isoformat() if seen else None)
            action = Action(
                id=random_id("act"), plan=plan, retrospective=late, owner=owner, due=due, note=note, created_by=by, created_at=now
            )
            unit.actions.add(action)
            return action

        return self._writer.do(keep)

    def change(self, action_id: str, changes: Mapping[str, object], *, by: str) -> Action:
        """Change an action: owner, due day and note at any time, what it expects only before its start.

        Parameters
        ----------
        action_id
            Whose.
        changes
            New values by field of ``Action`` (owner, due, note) or of its plan.
        by
            Who.

        Raises
        ------
        NotFoundError
            If there is no such action.
        InputError
            If it has started and something it expects would change.
        """
        now = self._clock()

        def keep(unit: Unit) -> Action:
            action = existing(unit, action_id)
            free = {name: value for name, value in changes.items() if name in FREE}
            planned = {name: value for name, value in changes.items() if name not in FREE}
            plan = Plan.model_validate(action.plan.model_dump() | planned)
            after = Action.model_validate(action.model_dump() | free | {"plan": plan})
            differences = _differences(action, after)
            fixed = sorted(set(differences) - FREE)
            if fixed and _started(unit, action, now=now):
                raise InputError("The action has started: only owner, due day and note can change.", field=fixed[0])
            if fixed:
                _check(unit, plan, taxonomy=self._taxonomy)
                seen = data_until(unit)
                if seen is not None and datetime.combine(plan.starts_on, time(), tzinfo=UTC) <= seen:
                    raise InputError("The start lies before data already seen.", field="starts_on")
            if differences:
                unit.actions.replace(after, by=by, now=now, changes=differences)
            return after

        return self._writer.do(keep)

    def assign(self, assignments: Sequence[Assignment]) -> int:
        """Keep who was put on which side of an experiment; return how many (``keep_assignments`` says what is refused)."""
        now = self._clock()
        return len(self._writer.do(lambda unit: keep_assignments(unit, assignments, now=now)))

    def find(self) -> list[Action]:
        """Return all actions, latest start first."""
        with self._store.read() as unit:
            return unit.actions.find()

    def get(self, action_id: str) -> tuple[Action, list[ActionEdit]]:
        """Return an action and what was changed on it, latest first.

        Raises
        ------
        NotFoundError
            If there is no such action.
        """
        with self._store.read() as unit:
            return existing(unit, action_id), unit.actions.edits(action_id)

    def check(self, action_id: str) -> Evaluation:
        """Check an action against the data as they stand.

        Raises
        ------
        NotFoundError
            If there is no such action.
        """
        with self._store.read() as unit:
            action = existing(unit, action_id)
            remembered = self._remembered

            def compute() -> Evaluation:
                return check_of(unit, action, rows=remembered.ground(unit, FeedbackFilter()).rows)[0]

            return remembered.of(unit, "check", action, compute)


def keep_assignments(unit: Unit, assignments: Sequence[Assignment], *, now: datetime) -> list[Assignment]:
    """Keep who was put on which side of an experiment, those left out who were erased; return what was kept.

    Raises
    ------
    OutOfRangeError
        If an exposure lies on a day no comment can lie around.
    InputError
        If an action that uses the experiment has started and somebody would be put elsewhere than they are, or exposed on another day.
    """
    for one in assignments:
        usable_day(one.exposed_on, field="exposed_on")
    refused = unit.erasures.refusals([one.subject_id for one in assignments])
    kept = [one for one in assignments if one.subject_id not in refused]
    moved = _moved(unit, kept, now=now)
    if moved:
        message = "An action of this experiment has started: who was put where, and from when on, stays as it is; only others can be added."
        raise InputError(message, field="assignments", changed=moved)
    unit.actions.assign(kept)
    return kept


def _moved(unit: Unit, assignments: Sequence[Assignment], *, now: datetime) -> int:
    """Return how many would change what a started action compares: an assignment that stands, or that of somebody's account."""
    started = {action.plan.experiment for action in unit.actions.find() if _started(unit, action, now=now)}
    running = [one for one in assignments if one.experiment in started]
    kept = unit.merges.standing_for([one.subject_id for one in running])
    moved = 0
    for experiment in {one.experiment for one in running}:
        stand = {one.subject_id: one for one in (*unit.actions.assignments(experiment), *_assigned(unit, experiment))}
        by_account = any(name.startswith(ACCOUNT_PREFIX) for name in stand)
        for one in running:
            if one.experiment != experiment:
                continue
            before = stand.get(one.subject_id) or stand.get(kept.get(one.subject_id, ""))
            if before is None:
                moved += by_account and not one.subject_id.startswith(ACCOUNT_PREFIX)
            else:
                moved += (before.arm, before.exposed_on) != (one.arm, one.exposed_on)
    return moved


def check_of(unit: Unit, action: Action, *, rows: Sequence[VoiceRow] | None = None) -> tuple[Evaluation, list[Measured]]:
    """Return the check of an action and the values it rests on; ``rows``: all voices, where they were read already."""
    experiment = action.plan.experiment
    assignments = _assigned(unit, experiment) if experiment is not None else []
    values = measured(unit, action.plan, rows=unit.voices.find(FeedbackFilter()) if rows is None else rows)
    return evaluate(_of_kept_accounts(unit, action), values, assignments=assignments, data_until=data_until(unit)), values


def _assigned(unit: Unit, experiment: str) -> list[Assignment]:
    """Return an experiment's assignments; one of a merged profile is read for the kept one, unless that has its own."""
    found = {one.subject_id: one for one in unit.actions.assignments(experiment)}
    kept = unit.merges.standing_for(sorted(found))
    moved = {name: found[gone].model_copy(update={"subject_id": name}) for gone, name in kept.items()}
    return [one for _, one in sorted((moved | found).items())]


def _of_kept_accounts(unit: Unit, action: Action) -> Action:
    """Return an action whose population names the accounts that stand for those it was planned for."""
    population = action.plan.population
    kept = unit.merges.standing_for(population.account_ids)
    if not kept:
        return action
    names = tuple(dict.fromkeys(kept.get(one, one) for one in population.account_ids))
    plan = action.plan.model_copy(update={"population": population.model_copy(update={"account_ids": names})})
    return action.model_copy(update={"plan": plan})


def existing(unit: Unit, action_id: str) -> Action:
    """Return the action; raises NotFoundError where there is none."""
    found = unit.actions.get(action_id)
    if found is None:
        raise NotFoundError(action_id=action_id)
    return found


def _check(unit: Unit, plan: Plan, *, taxonomy: Taxonomy) -> None:
    """Refuse a plan that names what does not exist, or a day no comment can lie around."""
    usable_day(plan.starts_on, field="starts_on")
    if plan.issue_kind is None or plan.issue_id is None:
        raise InputError("An action names the issue it is about.", field="issue_id")
    if find_issue(unit, kind=plan.issue_kind, issue_id=plan.issue_id, taxonomy=taxonomy, language="en") is None:
        known = (issue_key(one) for one in known_issues(unit, taxonomy=taxonomy, language="en"))
        raise UnknownNameError("There is no such issue.", field="issue_id", known=_listed(known))
    experiments = unit.actions.experiments()
    if plan.experiment is not None and plan.experiment not in experiments:
        message = "There are no assignments of that experiment; import them first."
        raise UnknownNameError(message, field="experiment", known=_listed(experiments))
    segment, there = plan.population.segment, segments(unit)
    if segment is not None and segment not in there and not unit.feedback.find(FeedbackFilter(segment=segment), limit=1):
        raise UnknownNameError("Nobody is in that segment or on that plan.", field="segment", known=_listed(there))
    missing = [one for one in plan.population.account_ids if unit.customers.account(one) is None]
    if missing:
        raise InputError("An account of the population is not known.", field="accounts", unknown=len(missing))


def _listed(names: Iterable[str]) -> str:
    """Return names in one line, cut where they are many."""
    some = list(names)
    return ", ".join(some[:MOST_LISTED]) + (", …" if len(some) > MOST_LISTED else "") or "–"


def _started(unit: Unit, action: Action, *, now: datetime) -> bool:
    seen = data_until(unit)
    return action.plan.starts_on <= max(now, seen or now).date()


def _differences(before: Action, after: Action) -> dict[str, tuple[str, str]]:
    """Return what changed, each field before and after as text."""
    flat = [{**one.model_dump(mode="json", exclude={"plan"}), **one.plan.model_dump(mode="json")} for one in (before, after)]
    return {name: (_text(flat[0][name]), _text(flat[1][name])) for name in flat[0] if flat[0][name] != flat[1][name]}


def _text(value: object) -> str:
    return "" if value is None else str(value)
