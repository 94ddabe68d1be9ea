"""Fitting: one issue's association with a KPI by the model the KPI demands: ordinal logit, logit, Cox (all of statsmodels).

The same is held equal as in the linear difference (segment, source, role, quarter). Levels that fewer than ``MIN_LEVEL_ROWS`` rows have,
or whose rows all have the same outcome, are taken together. A model needs ``EVENTS_PER_PARAMETER`` events for each parameter; where
they do not suffice the controls are let go one by one, quarter first, and the answer names them. Standard errors are clustered by
account; interval and p use t with one degree of freedom less than the clusters on the issue's smaller side, as
``pipelines.explain.effects`` does.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.explain.clustered import orthonormal
from pipelines.explain.effects import CONFIDENCE, HELD_EQUAL, MIN_LEVEL_ROWS, Codes, Floats, codes_of
from pipelines.explain.wording import MIN_ACCOUNTS, MIN_WITH, MIN_WITHOUT
from voc.drivers import Issue, Voice
from voc.model_checks import FittedModel, ModelKind, ModelState
from voc.voices import issue_key

EVENTS_PER_PARAMETER = 10
"""Peduzzi and others (1996)."""
MOST_LOG_RATIO = 12.0
"""A coefficient beyond it is on its way to infinity."""


@dataclass(frozen=True)
class Spell:
    """A payer under observation from ``entry`` to ``end``, in days from its start; cut in two where it first names the issue."""

    payer: str
    entry: float
    end: float
    left: bool
    about: bool
    segment: str | None
    source: str
    role: str
    quarter: str


@dataclass(frozen=True)
class Table:
    """Rows of a fit: ``outcome`` codes, ``about`` the issue, ``clusters`` codes, and for Cox the times."""

    outcome: Codes
    about: Floats
    clusters: Codes
    levels: dict[str, Codes]
    entry: Floats | None = None
    end: Floats | None = None


Fit = Callable[[Table, Floats], tuple[float, float] | None]


def fit_answers(voices: Sequence[Voice], issue: Issue) -> FittedModel:
    """Fit the odds of a better answer; the voices' values are answers, higher is better."""
    return _fitted(ModelKind.ORDINAL, _table(voices, issue), fit=_ordinal)


def fit_leaving(voices: Sequence[Voice], issue: Issue) -> FittedModel:
    """Fit the odds of leaving; the voices' values are 0 (stayed) or 100 (left)."""
    return _fitted(ModelKind.LOGIT, _table(voices, issue), fit=_logit)


def fit_time(spells: Sequence[Spell]) -> FittedModel:
    """Fit the rate of leaving after the issue was named, beside the rate of those who have not named it."""
    table = Table(
        outcome=np.fromiter((spell.left for spell in spells), dtype=np.intp),
        about=np.fromiter((spell.about for spell in spells), dtype=float),
        clusters=codes_of(spell.payer for spell in spells),
        levels={name: codes_of(getattr(spell, name) for spell in spells) for name in HELD_EQUAL},
        entry=np.fromiter((spell.entry for spell in spells), dtype=float),
        end=np.fromiter((spell.end for spell in spells), dtype=float),
    )
    return _fitted(ModelKind.COX, table, fit=_cox)


def _table(voices: Sequence[Voice], issue: Issue) -> Table:
    key = issue_key(issue)
    ranks = {value: rank for rank, value in enumerate(sorted({voice.value for voice in voices}))}
    return Table(
        outcome=np.fromiter((ranks[voice.value] for voice in voices), dtype=np.intp),
        about=np.fromiter((key in voice.issue_keys for voice in voices), dtype=float),
        clusters=codes_of(voice.cluster for voice in voices),
        levels={name: codes_of(getattr(voice, name) for voice in voices) for name in HELD_EQUAL},
    )


def _fitted(model: ModelKind, table: Table, *, fit: Fit) -> FittedModel:
    """Count, choose what can be held equal, fit, and say what came out or why nothing did."""
    about = table.about > 0
    sides = [len(np.unique(table.clusters[side])) for side in (about, ~about)]
    cox = model is ModelKind.COX
    n, n_with = (len(np.unique(table.clusters)), sides[0]) if cox else (len(about), int(about.sum()))
    counts = np.bincount(table.outcome, minlength=2)
    events = int(counts[1] if cox else counts.sum() - counts.max())
    bare = FittedModel(model=model, n=n, n_with=n_with, events=events, state=ModelState.NO_VALUES)
    if not n:
        return bare
    if n_with < MIN_WITH or sides[0] < MIN_ACCOUNTS or (sides[1] if cox else n - n_with) < MIN_WITHOUT:
        return bare.model_copy(update={"state": ModelState.NOT_ENOUGH})
    design, said = _design(table, events=events)
    bare = bare.model_copy(update=said)
    if events < bare.events_needed:
        return bare.model_copy(update={"state": ModelState.FEW_EVENTS})
    if _separated(table) or design.shape[1] == 0:
        return bare.model_copy(update={"state": ModelState.SEPARATION})
    return bare.model_copy(update=_solved(fit, table, design, clusters=min(sides)))


def _solved(fit: Fit, table: Table, design: Floats, *, clusters: int) -> dict[str, object]:
    """Return the ratio with its interval, or why there is none."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = fit(table, design)
    if found is None or not np.isfinite(found).all() or found[1] <= 0:
        return {"state": ModelState.NOT_CONVERGED}
    if abs(found[0]) > MOST_LOG_RATIO:
        return {"state": ModelState.SEPARATION}
    return {"state": ModelState.OK, **_ratio(*found, clusters=clusters)}


def _ratio(estimate: float, error: float, *, clusters: int) -> dict[str, float]:
    from scipy.stats import t as student_t

    freedom = max(clusters - 1, 1)
    widened = error * np.sqrt((freedom + 1) / freedom)
    reach = float(student_t.ppf(0.5 + CONFIDENCE / 2, freedom)) * widened
    low, ratio, high = (float(np.exp(np.clip(estimate + side * reach, -700, 700))) for side in (-1, 0, 1))
    return {"ratio": ratio, "low": low, "high": high, "p": float(2 * student_t.sf(abs(estimate / widened), freedom))}


def _design(table: Table, *, events: int) -> tuple[Floats, dict[str, object]]:
    """Return the columns of the regression, the issue first, and what is held equal; no column where nothing of the issue is left."""
    merged = {name: _merged(codes, table.outcome) for name, codes in table.levels.items()}
    held = [name for name in HELD_EQUAL if merged[name][0].max(initial=0) > 0]
    let_go: list[str] = []
    basis = _basis([merged[name][0] for name in held], len(table.about))
    while held and events < EVENTS_PER_PARAMETER * (1 + basis.shape[1]):
        let_go.append(held.pop())
        basis = _basis([merged[name][0] for name in held], len(table.about))
    said: dict[str, object] = {
        "events_needed": EVENTS_PER_PARAMETER * (1 + basis.shape[1]),
        "held_equal": tuple(held),
        "not_held_equal": tuple(reversed(let_go)),
        "pooled": {name: merged[name][1] for name in held if merged[name][1]},
    }
    centred = table.about - table.about.mean()
    rest = centred - basis @ (basis.T @ centred) / len(centred)
    if rest @ rest <= 1e-9 * max(float(centred @ centred), 1.0):
        return np.empty((len(centred), 0)), said
    return np.column_stack([table.about, basis]), said


def _merged(codes: Codes, outcome: Codes) -> tuple[Codes, int]:
    """Return the levels, those that tell nothing alone taken together (or to the most frequent), and how many were."""
    sizes = Counter(codes.tolist())
    varied = {level for level in sizes if np.ptp(outcome[codes == level]) > 0}
    kept = [level for level, size in sizes.most_common() if size >= MIN_LEVEL_ROWS and level in varied]
    place = {level: at for at, level in enumerate(kept)}
    rest = ~np.isin(codes, kept)
    alone = rest.sum() >= MIN_LEVEL_ROWS and np.ptp(outcome[rest]) > 0
    other = len(kept) if alone else 0
    return np.fromiter((place.get(level, other) for level in codes.tolist()), dtype=np.intp), len(sizes) - len(kept)


def _basis(levels: Sequence[Codes], n: int) -> Floats:
    """Return independent columns (mean 0, variance 1) that span the levels' dummies beside a constant."""
    columns = [codes == level for codes in levels for level in range(1, int(codes.max()) + 1)]
    if not columns:
        return np.empty((n, 0))
    dummies = np.column_stack(columns).astype(float)
    dummies -= dummies.mean(axis=0)
    return np.asarray(orthonormal(dummies) * np.sqrt(n))


def _separated(table: Table) -> bool:
    """Whether the issue alone orders the outcomes completely, or those who name it (or do not) never leave or always do."""
    mine, others = table.outcome[table.about > 0], table.outcome[table.about == 0]
    if table.outcome.max() == 1:
        flat = mine.max() == 0 or others.max() == 0
        return bool(flat or (table.end is None and (mine.min() == 1 or others.min() == 1)))
    return bool(mine.max() <= others.min() or others.max() <= mine.min())


def _ordinal(table: Table, design: Floats) -> tuple[float, float] | None:
    from pipelines.explain.ordinal import OrdinalLogit

    clustered = {"cov_type": "cluster", "cov_kwds": {"groups": table.clusters}}
    found = OrdinalLogit(table.outcome, design, distr="logit").fit(method="bfgs", maxiter=200, disp=False, **clustered)
    return _first(found) if found.mle_retvals["converged"] else None


def _logit(table: Table, design: Floats) -> tuple[float, float] | None:
    from statsmodels.api import Logit
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    columns = np.column_stack([design, np.ones(len(design))])
    clustered = {"cov_type": "cluster", "cov_kwds": {"groups": table.clusters}}
    try:
        found = Logit(table.outcome, columns).fit(disp=False, maxiter=100, **clustered)
    except (np.linalg.LinAlgError, PerfectSeparationError):
        return None
    return _first(found) if found.mle_retvals["converged"] else None


def _cox(table: Table, design: Floats) -> tuple[float, float] | None:
    from statsmodels.api import PHReg

    model = PHReg(table.end, design, status=table.outcome, entry=table.entry, ties="breslow")
    try:
        found = model.fit(groups=table.clusters, disp=False)
    except np.linalg.LinAlgError:
        return None
    return _first(found)


def _first(found: object) -> tuple[float, float]:
    return float(found.params[0]), float(found.bse[0])  # type: ignore[attr-defined]  # statsmodels has no types
