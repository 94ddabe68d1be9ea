"""Audited figures: shares and KPI differences corrected for the tagger's mistakes, as far as an audit lets one know them.

The comments nobody read carry a tag truly with a probability that depends on whether the model gave it: the share of the audited ones
(Rogan and Gladen 1978, written with predictive values, which the draw measures directly). For each language apart, with Jeffreys'
Beta(1/2, 1/2) before the first answer. An interval holds three sources of doubt, drawn together 4,000 times with a fixed seed: how often
the model errs (few were read), which of the unread comments it errs on, and which comments happened to be written.

A KPI difference is divided by precision less the share missed among the others: mixing groups up pulls their means together by just that
factor, if the mistakes do not depend on the score.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voc.audits import AuditAnswer, AuditedTag, AuditState, Estimate, StillToRead
from voc.drivers import Driver, DriverState
from voc.feedback import Language
from voc.voices import VoiceRow

Floats = NDArray[np.float64]
DRAWS = 4_000
SEED = 20_261
JEFFREYS = 0.5
LEAST_WITH = 5
LEAST_WITHOUT = 10
LEAST_CONTRAST = 0.1
"""Of precision less the share missed: below it the tag says next to nothing, and no difference is corrected."""
Z = 1.959964
JAPANESE = (Language.JA, Language.MIXED)


@dataclass(frozen=True)
class Population:
    """The readable comments of a filter: how many by language, by language and tag of the model, and what people know of single ones.

    ``known``: by tag and comment, whether it truly carries the tag, from audits and people's corrections.
    """

    sizes: Counter[Language]
    given: Counter[tuple[Language, str]]
    counted: Counter[str]
    languages: Mapping[str, Language]
    predicted: Mapping[str, frozenset[str]]
    known: Mapping[str, Mapping[str, bool]]


@dataclass
class _Stratum:
    """Comments of one language that have the tag, or have it not: how many nobody read, and what was found in those drawn by chance."""

    language: Language
    with_tag: bool
    unread: int
    read: int = 0
    true: int = 0
    draws: Floats = field(default_factory=lambda: np.empty(0))

    @property
    def needed(self) -> int:
        """Return how many must be read before anything is said."""
        return LEAST_WITH if self.with_tag else LEAST_WITHOUT


def language_group(language: Language) -> Language:
    """Return Japanese for what holds Japanese, else English: the two in which the tagger is measured apart."""
    return Language.JA if language in JAPANESE else Language.EN


def population(
    rows: Sequence[VoiceRow],
    *,
    predicted: Mapping[str, frozenset[str]],
    answers: Sequence[AuditAnswer],
    corrections: Mapping[str, Mapping[str, bool]],
) -> Population:
    """Count what corrected shares are shares of.

    Parameters
    ----------
    rows
        Readable comments, each voice once.
    predicted
        The model's own tags by comment; a row without an entry has none.
    answers, corrections
        What people said of comments, by audit and by correcting single tags.
    """
    none: frozenset[str] = frozenset()
    languages = {row.feedback_id: language_group(row.language) for row in rows}
    tags = {name: predicted.get(name, none) for name in languages}
    said = {answer.feedback_id: answer.tags for answer in answers if answer.tags is not None and answer.feedback_id in languages}
    known: dict[str, dict[str, bool]] = {}
    for tag in {tag for found in tags.values() for tag in found} | {tag for found in said.values() for tag in found}:
        known[tag] = {name: stand[tag] for name, stand in corrections.items() if tag in stand and name in languages}
        known[tag] |= {name: tag in found for name, found in said.items()}
    return Population(
        sizes=Counter(languages.values()),
        given=Counter((languages[name], tag) for name, found in tags.items() for tag in found),
        counted=Counter(key.removeprefix("tag:") for row in rows for key in row.issue_keys if key.startswith("tag:")),
        languages=languages,
        predicted=tags,
        known=known,
    )


def audited(tag: str, *, among: Population, answers: Sequence[AuditAnswer], drivers: Iterable[Driver] = ()) -> AuditedTag:
    """Return how well a tag is given and its figures corrected for that.

    Parameters
    ----------
    tag
        A tag id.
    among
        The comments the share is taken of.
    answers
        All answers on comments of the model in use, those outside ``among`` too: how often it errs is learnt from all of them.
    drivers
        The tag's measured associations; those with figures are corrected.

    Returns
    -------
    AuditedTag
        The same answers give the same figures. ``not_enough`` where, in a language with unread comments, fewer than ``LEAST_WITH``
        comments with the tag or ``LEAST_WITHOUT`` without it were read.
    """
    strata = _strata(tag, among, answers)
    read_with, read_without = (sum(s.read for s in strata if s.with_tag is wanted) for wanted in (True, False))
    plain = AuditedTag(
        tag=tag,
        n=among.sizes.total(),
        counted=among.counted[tag],
        read_with=read_with,
        read_without=read_without,
        state=AuditState.NOT_ENOUGH,
        missing=_missing(strata),
    )
    if plain.missing or not plain.n:
        return plain
    known_true = sum(among.known.get(tag, {}).values())
    given_true = sum(true for name, true in among.known.get(tag, {}).items() if tag in among.predicted[name])
    _draw(strata)
    with_tag, without = ([s for s in strata if s.with_tag is wanted] for wanted in (True, False))
    found = _Totals(with_tag, base=given_true), _Totals(without, base=known_true - given_true)
    n_with = sum(count for (_, name), count in among.given.items() if name == tag)
    return plain.model_copy(update={"state": AuditState.OK} | _figures(*found, n=plain.n, n_with=n_with, drivers=drivers))


class _Totals:
    """Comments that truly carry the tag, of a side: as estimated, and in each draw."""

    def __init__(self, strata: Sequence[_Stratum], *, base: int) -> None:
        self.value = base + sum(s.unread * s.true / s.read for s in strata if s.read)
        self.draws = base + np.sum([s.draws for s in strata], axis=0) if strata else np.full(DRAWS, float(base))


def _figures(have: _Totals, missed: _Totals, *, n: int, n_with: int, drivers: Iterable[Driver]) -> dict[str, object]:
    """Return precision, recall, share and corrected differences."""
    random = np.random.default_rng(SEED + 1)
    total, totals = have.value + missed.value, have.draws + missed.draws
    shares = random.beta(totals + JEFFREYS, n - totals + JEFFREYS)
    figures: dict[str, object] = {"share": _estimate(total / n, shares)}
    if n_with:
        figures["precision"] = _estimate(have.value / n_with, have.draws / n_with)
    if total > 0:
        figures["recall"] = _estimate(have.value / total, np.divide(have.draws, totals, out=np.zeros(DRAWS), where=totals > 0))
    if 0 < n_with < n:
        contrast = have.value / n_with - missed.value / (n - n_with)
        contrasts = have.draws / n_with - missed.draws / (n - n_with)
        if np.quantile(contrasts, 0.025) >= LEAST_CONTRAST:
            readable = (driver for driver in drivers if driver.state is DriverState.OK)
            figures["differences"] = {driver.kpi: _difference(driver, contrast, contrasts, random) for driver in readable}
    return figures


def _difference(driver: Driver, contrast: float, contrasts: Floats, random: np.random.Generator) -> Estimate:
    """Return a driver's difference as it would be had nobody been tagged wrongly."""
    plain = (driver.difference, driver.difference_low, driver.difference_high)
    value, low, high = plain if driver.adjusted is None else (driver.adjusted, driver.adjusted_low, driver.adjusted_high)
    spread = ((high or 0.0) - (low or 0.0)) / (2 * Z)
    return _estimate((value or 0.0) / contrast, random.normal(value or 0.0, spread, DRAWS) / contrasts)


def _strata(tag: str, among: Population, answers: Sequence[AuditAnswer]) -> list[_Stratum]:
    """Split the unread comments, and count what was found in those drawn by chance."""
    known = among.known.get(tag, {})
    strata = []
    for language in sorted(among.sizes):
        mine = [name for name in known if among.languages[name] == language]
        given = among.given[language, tag]
        known_given = sum(tag in among.predicted[name] for name in mine)
        strata.append(_Stratum(language, with_tag=True, unread=given - known_given))
        strata.append(_Stratum(language, with_tag=False, unread=among.sizes[language] - given - (len(mine) - known_given)))
    place = {(stratum.language, stratum.with_tag): stratum for stratum in strata}
    of_all = max((answer.rank for answer in answers if answer.drawn_for is None), default=-1.0)
    of_tag = max([answer.rank for answer in answers if answer.drawn_for == tag] + [of_all])
    for answer in answers:
        with_tag = tag in answer.predicted
        stratum = place.get((language_group(answer.language), with_tag))
        if stratum is not None and answer.tags is not None and answer.rank <= (of_tag if with_tag else of_all):
            stratum.read += 1
            stratum.true += tag in answer.tags
    return [stratum for stratum in strata if stratum.unread or stratum.read]


def _missing(strata: Sequence[_Stratum]) -> tuple[StillToRead, ...]:
    """Return what must still be read before the tag's figures can be corrected."""
    return tuple(
        StillToRead(language=stratum.language, with_tag=stratum.with_tag, read=stratum.read, needed=stratum.needed)
        for stratum in strata
        if stratum.unread and stratum.read < stratum.needed
    )


def _draw(strata: Sequence[_Stratum]) -> None:
    """Draw, for each stratum, how many of its unread comments truly carry the tag."""
    random = np.random.default_rng(SEED)
    for stratum in strata:
        errors = random.beta(stratum.true + JEFFREYS, stratum.read - stratum.true + JEFFREYS, DRAWS)
        stratum.draws = random.binomial(stratum.unread, errors).astype(float)


def _estimate(value: float, draws: Floats) -> Estimate:
    low, high = np.quantile(draws, [0.025, 0.975])
    return Estimate(value=value, low=min(float(low), value), high=max(float(high), value))
