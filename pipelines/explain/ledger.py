"""Ledger: why a KPI differs between two sides, as terms that add up exactly, each with an interval clustered by account.

What the terms mean and how overlapping issues are shared out is said in ``pipelines.explain.accounting``. Intervals: whole accounts are
drawn again and again with replacement (cluster bootstrap); with more than ``MOST_PORTIONS`` accounts whole portions of accounts, put
together by chance, are drawn, which is the same with coarser units and lets every resampling be solved anew. The spread of a term over
the resamplings is its standard error; the interval uses t with one degree of freedom less than the accounts that name the issue, as
the drivers do. ``q`` after Benjamini and Hochberg (1995) over all terms of issues.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines.explain.accounting import Floats, Sums, Terms, terms
from pipelines.explain.effects import CONFIDENCE, MAX_LEVELS, MIN_LEVEL_ROWS, Codes, codes_of, false_discovery_rates
from pipelines.explain.wording import MIN_ACCOUNTS, MIN_WITH
from voc.drivers import Issue, Voice
from voc.kpis import Kpi
from voc.ledger import MOST_EVIDENCE, GroupFigures, IssueFigures, Ledger, LedgerState, LedgerTerm, Side, TermKind
from voc.voices import issue_key

MIN_SIDE = 10
"""Fewer comments with a value on a side: the change is stated, but not taken apart."""
RESAMPLINGS = 400
MOST_PORTIONS = 200
BATCH = 50
"""Resamplings solved together: bounds the memory."""


@dataclass(frozen=True)
class Table:
    """The comments of both sides; n rows, sorted by portion."""

    values: Floats
    after: NDArray[np.bool_]
    groups: Codes
    group_names: tuple[str | None, ...]
    pooled: bool
    """Whether the last group is the rare ones together."""
    clusters: Codes
    portions: Codes
    indicators: NDArray[np.bool_]
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Spread:
    """Standard error of every term and of the change; NaN where the resamplings give none."""

    mix: float
    prevalence: Floats
    score: Floats
    level: float
    change: float


def ledger(kpi: Kpi, *, before: Sequence[Voice], after: Sequence[Voice], issues: Sequence[Issue], seed: int = 0) -> Ledger:
    """Take the change of a KPI apart.

    Parameters
    ----------
    kpi
        What the values of the voices are contributions to.
    before, after
        One row per comment with a value; ``segment`` is the group whose mix counts. Values that are not finite are left out.
    issues
        What comments may be about; one that fewer than ``MIN_WITH`` comments of both sides name is left aside.
    seed
        Of the resampling; equal input gives an equal answer.

    Returns
    -------
    Ledger
        ``not_enough`` with a note where a side has fewer than ``MIN_SIDE`` values.
    """
    sides = [[voice for voice in some if isfinite(voice.value)] for some in (before, after)]
    levels = [_level(side) for side in sides]
    change = None if None in (levels[0].value, levels[1].value) else (levels[1].value or 0.0) - (levels[0].value or 0.0)
    if min(level.n for level in levels) < MIN_SIDE:
        note = f"{levels[0].n} values before and {levels[1].n} after, {MIN_SIDE} needed on each side"
        return Ledger(kpi=kpi, before=levels[0], after=levels[1], change=change, state=LedgerState.NOT_ENOUGH, note=note)
    looked_at, left_aside = _frequent([*sides[0], *sides[1]], issues)
    table = _table(*sides, issues=looked_at, seed=seed)
    by_portion = [_sums(table, side=side) for side in (False, True)]
    every_portion_once = np.ones((1, len(by_portion[0].n)))
    found = terms(*(_drawn(sums, every_portion_once) for sums in by_portion))
    spread = _spread(by_portion, seed=seed)
    whole = _interval(float(found.change[0]), spread.change, clusters=len(set(table.clusters.tolist())))
    return Ledger(
        kpi=kpi,
        before=levels[0],
        after=levels[1],
        change=float(found.change[0]),
        low=whole[0],
        high=whole[1],
        terms=_terms(table, looked_at, found, spread),
        groups=_groups(table, found),
        left_aside=left_aside,
        state=LedgerState.OK,
        note="" if whole[0] is not None else f"fewer than {MIN_ACCOUNTS} accounts; no interval can be given",
    )


def _level(side: Sequence[Voice]) -> Side:
    value = sum(voice.value for voice in side) / len(side) if side else None
    return Side(value=value, n=len(side), clusters=len({voice.cluster for voice in side}))


def _frequent(voices: Sequence[Voice], issues: Sequence[Issue]) -> tuple[list[Issue], int]:
    """Return the issues that enough comments name, and how many do not qualify though somebody names them."""
    counts: dict[str, int] = {}
    for voice in voices:
        for key in voice.issue_keys:
            counts[key] = counts.get(key, 0) + 1
    enough = [issue for issue in issues if counts.get(issue_key(issue), 0) >= MIN_WITH]
    return enough, sum(0 < counts.get(issue_key(issue), 0) < MIN_WITH for issue in issues)


def _table(before: Sequence[Voice], after: Sequence[Voice], *, issues: Sequence[Issue], seed: int) -> Table:
    voices = [*before, *after]
    column = {issue_key(issue): at for at, issue in enumerate(issues)}
    indicators = np.zeros((len(voices), len(issues)), dtype=bool)
    for at, voice in enumerate(voices):
        for key in voice.issue_keys:
            if key in column:
                indicators[at, column[key]] = True
    clusters = codes_of(voice.cluster for voice in voices)
    portions = _portions(clusters, seed=seed)
    order = np.argsort(portions, kind="stable")
    groups, names, pooled = _group_codes([voice.segment for voice in voices])
    return Table(
        values=np.fromiter((voice.value for voice in voices), dtype=float)[order],
        after=(np.arange(len(voices)) >= len(before))[order],
        groups=groups[order],
        group_names=names,
        pooled=pooled,
        clusters=clusters[order],
        portions=portions[order],
        indicators=indicators[order],
        ids=tuple(voices[at].feedback_id for at in order),
    )


def _portions(clusters: Codes, *, seed: int) -> Codes:
    """Return what is drawn together for each row: its account, or one of ``MOST_PORTIONS`` portions of accounts of nearly equal number."""
    count = int(clusters.max()) + 1
    if count <= MOST_PORTIONS:
        return clusters
    place = np.random.default_rng(seed).permutation(count) % MOST_PORTIONS
    return np.asarray(place[clusters], dtype=np.intp)


def _group_codes(names: Sequence[str | None]) -> tuple[Codes, tuple[str | None, ...], bool]:
    """Return each row's group, numbered by size, and the groups' names; rare groups are one together, the last."""
    codes = codes_of(names)
    sizes = np.bincount(codes)
    kept = [int(level) for level in np.argsort(-sizes, kind="stable")[:MAX_LEVELS] if sizes[level] >= MIN_LEVEL_ROWS]
    first = {int(code): name for code, name in zip(codes, names, strict=True)}
    number = np.full(len(sizes), len(kept), dtype=np.intp)
    number[kept] = np.arange(len(kept))
    shown = tuple(first[level] for level in kept)
    pooled = len(kept) < len(sizes)
    return number[codes], (*shown, None) if pooled else shown, pooled


def _sums(table: Table, *, side: bool) -> Sums:
    """Return the sums of one side's comments by portion; the portions stand where resamplings stand."""
    from scipy.sparse import csr_array

    mine = table.after == side
    portions, groups, values = table.portions[mine], table.groups[mine], table.values[mine]
    named = csr_array(table.indicators[mine].astype(float))
    count, levels, issues = int(table.portions.max()) + 1, len(table.group_names), named.shape[1]

    def added_up(cells: Codes, size: int, what: Any) -> Any:
        """Add up the rows of the same cell."""
        where = csr_array((np.ones(len(cells)), (cells, np.arange(len(cells)))), shape=(size, len(cells)))
        return where @ what

    cell = portions * levels + groups
    rows, columns = named.nonzero()
    pairs = added_up(np.asarray(portions[rows] * issues + columns), count * issues, named[rows])
    return Sums(
        n=added_up(cell, count * levels, np.ones(len(values))).reshape(count, levels),
        values=added_up(cell, count * levels, values).reshape(count, levels),
        named=added_up(cell, count * levels, named).toarray().reshape(count, levels, issues),
        both=pairs.toarray().reshape(count, issues, issues),
        product=added_up(portions, count, named.multiply(values[:, None]).tocsr()).toarray(),
    )


def _drawn(sums: Sums, times: Floats) -> Sums:
    """Return the sums over resamplings; ``times`` [R, portions] says how often each portion was drawn."""

    def drawn(part: Floats) -> Floats:
        flat = part.reshape(len(part), -1)
        return np.asarray(times @ flat).reshape(len(times), *part.shape[1:])

    return Sums(
        n=drawn(sums.n), values=drawn(sums.values), named=drawn(sums.named), both=drawn(sums.both), product=drawn(sums.product)
    )


def _spread(by_portion: Sequence[Sums], *, seed: int) -> Spread:
    """Return the standard errors over the resamplings in which both sides have comments; NaN where there are none."""
    count = len(by_portion[0].n)
    times = np.random.default_rng([seed, 1]).multinomial(count, np.full(count, 1.0 / count), size=RESAMPLINGS).astype(float)
    filled = np.all([times @ sums.n.sum(axis=1) > 0 for sums in by_portion], axis=0)
    times = times[filled]
    found = [
        terms(*(_drawn(sums, times[at : at + BATCH]) for sums in by_portion)) for at in range(0, len(times), BATCH)
    ]
    if len(times) < RESAMPLINGS // 2:
        nothing = np.full(by_portion[0].product.shape[1], np.nan)
        return Spread(mix=np.nan, prevalence=nothing, score=nothing, level=np.nan, change=np.nan)
    return Spread(
        mix=float(np.concatenate([part.mix.sum(axis=1) for part in found]).std(ddof=1)),
        prevalence=np.concatenate([part.prevalence for part in found]).std(axis=0, ddof=1),
        score=np.concatenate([part.score for part in found]).std(axis=0, ddof=1),
        level=float(np.concatenate([part.level for part in found]).std(ddof=1)),
        change=float(np.concatenate([part.change for part in found]).std(ddof=1)),
    )


def _interval(amount: float, error: float, *, clusters: int) -> tuple[float | None, float | None, float | None]:
    """Return low, high and p; None where too few accounts or no spread allow none."""
    from scipy.stats import t as student_t

    if clusters < MIN_ACCOUNTS or not isfinite(error) or error <= 0:
        return None, None, None
    widened = error * np.sqrt(clusters / (clusters - 1))
    reach = float(student_t.ppf(0.5 + CONFIDENCE / 2, clusters - 1)) * widened
    return amount - reach, amount + reach, float(2 * student_t.sf(abs(amount) / widened, clusters - 1))


def _terms(table: Table, issues: Sequence[Issue], found: Terms, spread: Spread) -> tuple[LedgerTerm, ...]:
    """Return the terms, largest first, what is unexplained last."""
    clusters = len(set(table.clusters.tolist()))
    low, high, _ = _interval(float(found.mix[0].sum()), spread.mix, clusters=clusters)
    mixed = LedgerTerm(kind=TermKind.MIX, amount=float(found.mix[0].sum()), low=low, high=high)
    low, high, _ = _interval(float(found.level[0]), spread.level, clusters=clusters)
    rest = LedgerTerm(kind=TermKind.UNEXPLAINED, amount=float(found.level[0]), low=low, high=high)
    about: list[tuple[LedgerTerm, float | None]] = []
    telling = {lowest: _most_telling(table, lowest_first=lowest) for lowest in (True, False)}
    for at, issue in enumerate(issues):
        figures = _figures(table, found, at)
        for kind, amounts, errors in (
            (TermKind.PREVALENCE, found.prevalence[0], spread.prevalence),
            (TermKind.SCORE, found.score[0], spread.score),
        ):
            amount = float(amounts[at])
            low, high, p = _interval(amount, float(errors[at]), clusters=figures.clusters)
            rows = telling[amount < 0]
            shown = tuple(table.ids[row] for row in rows[table.indicators[rows, at]][:MOST_EVIDENCE])
            about.append((LedgerTerm(kind=kind, issue=issue, amount=amount, low=low, high=high, figures=figures, evidence=shown), p))
    ranked = sorted([mixed, *_with_q(about)], key=lambda term: (-abs(term.amount), term.kind.value, term.issue.id if term.issue else ""))
    return (*ranked, rest)


def _most_telling(table: Table, *, lowest_first: bool) -> Codes:
    """Return all rows: those after first, then by value, then by id."""
    sign = 1.0 if lowest_first else -1.0
    return np.lexsort((np.array(table.ids), sign * table.values, ~table.after))


def _with_q(about: Sequence[tuple[LedgerTerm, float | None]]) -> list[LedgerTerm]:
    rates = false_discovery_rates([p for _, p in about])
    return [term if q is None else term.model_copy(update={"q": q}) for (term, _), q in zip(about, rates, strict=True)]


def _figures(table: Table, found: Terms, at: int) -> IssueFigures:
    mine = table.indicators[:, at]
    after = table.after
    return IssueFigures(
        n_before=int((mine & ~after).sum()),
        n_after=int((mine & after).sum()),
        clusters=len(np.unique(table.clusters[mine])),
        share_before=float(mine[~after].mean()),
        share_after=float(mine[after].mean()),
        within_before=float(found.shares[0][0, at]),
        within_after=float(found.shares[1][0, at]),
        effect_before=float(found.effects[0][0, at]),
        effect_after=float(found.effects[1][0, at]),
    )


def _groups(table: Table, found: Terms) -> tuple[GroupFigures, ...]:
    """Return the groups of the mix, largest amount first."""
    shown = []
    for code, name in enumerate(table.group_names):
        sides = [(table.groups == code) & (table.after == side) for side in (False, True)]
        sizes, totals = [int(side.sum()) for side in sides], [int((table.after == side).sum()) for side in (False, True)]
        means = [float(table.values[side].mean()) if size else None for side, size in zip(sides, sizes, strict=True)]
        shown.append(
            GroupFigures(
                name=name,
                pooled=table.pooled and code == len(table.group_names) - 1,
                n_before=sizes[0],
                n_after=sizes[1],
                share_before=sizes[0] / totals[0],
                share_after=sizes[1] / totals[1],
                value_before=means[0],
                value_after=means[1],
                amount=float(found.mix[0, code]),
            )
        )
    return tuple(sorted(shown, key=lambda group: -abs(group.amount)))
