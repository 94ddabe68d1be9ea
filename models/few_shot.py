"""Few-shot heads: tags learnt in seconds from a few examples each, on vectors that stay as they are.

Kernel ridge regression, one target per tag (Rifkin et al. 2003, "Regularized least-squares classification"), with the kernel
exp(width · (x·y − 1)) on unit vectors: far from all examples every score goes to 0, so a sentence unlike them abstains. Where a
sentence has one tag at most, examples without a tag are a class of their own, and examples of a rare tag have a smaller ridge (weighted
least squares), so that few are heard beside many. Width and ridge are chosen, scores turned into probabilities (Platt 1999) and the
threshold set by leaving each example out once, which for this method has a closed form: y − α / diag((K + ridge·I)⁻¹) (Rasmussen &
Williams 2006, section 5.4.2).

Invariants: deterministic, whatever the order of the examples; only NumPy at inference; a tag's probability is that of the tag being
right for a sentence like the examples. An example without a tag stands for "none of these".
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.enrichment import TagScore
from voc.errors import InputError
from voc.tag_learning import FEW_EXAMPLES, WEAK_F1, TagQuality

WIDTHS = (1.0, 2.0, 4.0)
RIDGES = (0.1, 0.3, 1.0, 3.0)
CHOOSING_EXAMPLES = 1_000
"""Width and ridge are chosen on so many examples at most; the best values do not depend on their number."""
CALIBRATING_EXAMPLES = 3_000
MAX_EXAMPLES = 16_000
"""Above it, examples are taken evenly from the tags: time grows with the cube, memory with the square (2 GB here)."""
LOST_SHARE = 0.003
"""Share of right answers given up to abstaining; more only where examples say what "none of these" looks like."""
HALF = 0.5
RARITY = 0.25
"""Where a sentence has one tag at most, the ridge of an example grows with this power of how many its tag has; 0 would treat all alike."""
UNKNOWN_TAG_WEIGHT = 0.05
FIRST_GUESS = (10.0, -3.0)
MOST_STEPS = 100
LARGEST_LOGIT = 30.0
FAR_SCORE = -10.0
TINY = 1e-12
ROUND_DIGITS = 4

Scores = NDArray[np.float64]
Matrix = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FewShotHeads:
    """What was learnt: the examples' vectors [m, d], what each says for each tag, and how scores become probabilities.

    ``alpha`` has a column for each label, and one more where examples say what "none of these" looks like and ``multi`` is off.
    """

    labels: tuple[str, ...]
    multi: bool
    examples: Matrix
    alpha: Matrix
    width: float
    slope: float
    offset: float
    abstain_below: float

    def probabilities(self, vectors: NDArray[np.float32]) -> Scores:
        """Return how likely each tag is for each sentence, shape [n, L], in the order of ``labels``."""
        scores = (_kernel(_unit(vectors), self.examples, self.width) @ self.alpha).astype(np.float64)
        return _probabilities(scores, self.slope, self.offset, tags=len(self.labels), multi=self.multi)

    def predict(self, vectors: NDArray[np.float32]) -> list[tuple[TagScore, ...]]:
        """Return the tags of each sentence, best first; at most one unless ``multi``; empty where none fits."""
        if not self.labels:
            return [() for _ in range(len(vectors))]
        return [self._tags(row) for row in np.round(self.probabilities(vectors), ROUND_DIGITS)]

    def weights(self) -> dict[str, NDArray[np.float32]]:
        """Return the arrays to keep; ``config`` says the rest."""
        return {"examples": self.examples, "alpha": self.alpha}

    def config(self) -> dict[str, Any]:
        """Return what is to be kept beside the arrays, fit for JSON."""
        names = ("multi", "width", "slope", "offset", "abstain_below")
        return {"labels": list(self.labels)} | {name: getattr(self, name) for name in names}

    @classmethod
    def from_weights(cls, weights: Mapping[str, NDArray[np.float32]], config: Mapping[str, Any]) -> "FewShotHeads":
        """Return the heads that ``weights`` and ``config`` came from."""
        return cls(
            labels=tuple(map(str, config["labels"])),
            multi=bool(config["multi"]),
            examples=np.asarray(weights["examples"], np.float32),
            alpha=np.asarray(weights["alpha"], np.float32),
            **{name: float(config[name]) for name in ("width", "slope", "offset", "abstain_below")},
        )

    def _tags(self, probabilities: Scores) -> tuple[TagScore, ...]:
        fitting = np.flatnonzero(probabilities >= self.abstain_below)
        best = sorted(fitting.tolist(), key=lambda place: (-probabilities[place], self.labels[place]))
        return tuple(TagScore(tag=self.labels[at], score=float(probabilities[at])) for at in (best if self.multi else best[:1]))


@dataclass(frozen=True, eq=False)
class Learned:
    """Heads, how well each tag is told (those that need more examples first), and what learning more on top of it needs.

    ``targets``: what each of the heads' examples has, 0 or 1, shape [m, L].
    """

    heads: FewShotHeads
    quality: tuple[TagQuality, ...]
    targets: Scores
    ridge: float


def fit(vectors: NDArray[np.float32], labels: Sequence[frozenset[str]], *, multi: bool) -> FewShotHeads:
    """Return heads learnt from the examples; see ``learn``."""
    return learn(vectors, labels, multi=multi).heads


def loss_left_out(vectors: NDArray[np.float32], labels: Sequence[frozenset[str]], *, unjudged: int = 0) -> float:
    """Return the mean log loss over examples left out, under the best settings; to choose between descriptions of the examples.

    ``unjudged``: as ``learn``.
    """
    examples, targets, judged = _distinct(_unit(vectors), labels, tuple(sorted(set().union(*labels))), unjudged=unjudged)
    with _one_thread():
        return _chosen(examples, targets, judged)[0]


def learn(
    vectors: NDArray[np.float32], labels: Sequence[frozenset[str]], *, multi: bool, most: int = MAX_EXAMPLES, unjudged: int = 0
) -> Learned:
    """Learn tags from examples.

    Parameters
    ----------
    vectors
        Shape [n, d]; rows are brought to unit length.
    labels
        The tags of each example; an empty set stands for none of these.
    multi
        Whether a sentence can have several tags.
    most
        So many examples are taken, evenly from the tags; what is given takes time for each of them.
    unjudged
        So many at the end teach, but are no sentences to be told: settings, probabilities, threshold and quality are of the others.

    Raises
    ------
    InputError
        If no example has a tag, one has several although ``multi`` is off, or a vector holds what is not a number.
    """
    names = tuple(sorted(set().union(*labels)))
    if not names:
        raise InputError("There is no example with a tag to learn from.", field="label")
    if not multi and any(len(some) > 1 for some in labels):
        raise InputError("An example has several tags; say that a sentence may have several.", field="label")
    if not np.isfinite(vectors).all():
        raise InputError("The examples' vectors hold values that are not numbers.", field="vectors")
    examples, targets, judged = _distinct(_unit(vectors), labels, names, unjudged=unjudged)
    kept = _evenly(targets, limit=most)
    examples, targets, judged = examples[kept], targets[kept], judged[kept]
    with _one_thread():
        _, width, ridge = _chosen(examples, _answers(targets, multi=multi), judged)
    alpha, left_out = _solve(_kernel(examples, examples, width), _answers(targets, multi=multi), _ridges(targets, ridge, multi=multi))
    left_out, wanted = left_out[judged], targets[judged]
    some = _evenly(wanted, limit=CALIBRATING_EXAMPLES)
    slope, offset, _ = _calibrate(left_out[some], wanted[some], multi=multi)
    chances = np.round(_probabilities(left_out, slope, offset, tags=len(names), multi=multi), ROUND_DIGITS)
    below = _threshold(chances, wanted, multi=multi)
    heads = FewShotHeads(names, multi, examples, alpha.astype(np.float32), width, slope, offset, below)
    return Learned(heads, _quality(names, _given(chances, below, multi=multi), wanted), targets, ridge)


def learn_more(known: Learned, vectors: NDArray[np.float32], labels: Sequence[frozenset[str]]) -> Learned:
    """Learn further examples on top of those known; settings, probabilities and threshold stay as they are.

    ``vectors``: shape [n, d]. Labels the heads do not know say nothing. Beyond ``MAX_EXAMPLES`` in all, new ones are taken evenly from
    the tags.
    """
    heads = known.heads
    told = [some.intersection(heads.labels) for some in labels]
    examples, targets, _ = _distinct(_unit(vectors), told, heads.labels)
    kept = _evenly(targets, limit=max(1, MAX_EXAMPLES - len(heads.examples)))
    every, wanted = np.concatenate([heads.examples, examples[kept]]), np.concatenate([known.targets, targets[kept]])
    answers = _answers(wanted, multi=heads.multi)
    with _one_thread():
        alpha, left_out = _solve(_kernel(every, every, heads.width), answers, _ridges(wanted, known.ridge, multi=heads.multi))
    chances = np.round(_probabilities(left_out, heads.slope, heads.offset, tags=len(heads.labels), multi=heads.multi), ROUND_DIGITS)
    quality = _quality(heads.labels, _given(chances, heads.abstain_below, multi=heads.multi), wanted)
    return Learned(replace(heads, examples=every, alpha=alpha.astype(np.float32)), quality, wanted, known.ridge)


def _one_thread() -> AbstractContextManager[object]:
    """Keep linear algebra to one thread: on small matrices a second one waits longer than it works, above all beside other work."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limits


def _unit(vectors: NDArray[np.float32]) -> Matrix:
    matrix = np.asarray(vectors, np.float32)
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.asarray(matrix / np.where(lengths > 0, lengths, 1.0), np.float32)


def _distinct(
    examples: Matrix, labels: Sequence[frozenset[str]], names: tuple[str, ...], *, unjudged: int = 0
) -> tuple[Matrix, Scores, NDArray[np.bool_]]:
    """Return every example once, in an order of its own, what each says, and which are judged; a repeat would tell the answer to the other.

    The order follows the numbers from their largest digits on, so that another processor's last digits take no other examples.
    """
    rows = examples.astype(">f4")
    first: dict[tuple[bytes, tuple[str, ...]], int] = {}
    for place, (row, some) in enumerate(zip(rows, labels, strict=True)):
        first.setdefault((row.tobytes(), tuple(sorted(some))), place)
    places = [first[key] for key in sorted(first)]
    at = {name: place for place, name in enumerate(names)}
    targets = np.zeros((len(places), len(names)))
    for row, place in enumerate(places):
        targets[row, [at[name] for name in labels[place]]] = 1.0
    return examples[places], targets, np.array(places) < len(labels) - unjudged


def _evenly(targets: Scores, *, limit: int) -> NDArray[np.int64]:
    """Return at most ``limit`` rows, taken from the tags in turn."""
    if len(targets) <= limit:
        return np.arange(len(targets))
    shuffled = np.random.default_rng(0).permutation(len(targets))
    key = np.where(targets.any(axis=1), targets.argmax(axis=1), targets.shape[1])
    turn = np.zeros(len(targets), np.int64)
    seen: dict[int, int] = {}
    for row in shuffled.tolist():
        turn[row] = seen.get(int(key[row]), 0)
        seen[int(key[row])] = int(turn[row]) + 1
    return np.sort(np.lexsort((key, turn))[:limit])


def _kernel(some: Matrix, others: Matrix, width: float) -> Matrix:
    kernel = some @ others.T
    kernel -= np.float32(1)
    kernel *= np.float32(width)
    return np.asarray(np.exp(kernel, out=kernel), np.float32)


def _answers(targets: Scores, *, multi: bool) -> Scores:
    """Return what is learnt of each example: its tags and, where one at most is right, behind them whether it has none."""
    none = ~targets.any(axis=1, keepdims=True)
    return targets if multi or not none.any() else np.hstack([targets, none])


def _ridges(targets: Scores, ridge: float, *, multi: bool) -> Scores:
    """Return the ridge of each example, shape [m]; their geometric mean is ``ridge``."""
    if multi:
        return np.full(len(targets), ridge)
    answers = _answers(targets, multi=False)
    logs = RARITY * np.log(answers.sum(axis=0)[answers.argmax(axis=1)])
    return np.asarray(ridge * np.exp(logs - logs.mean()))


def _solve(kernel: Matrix, targets: Scores, ridges: Scores) -> tuple[Scores, Scores]:
    """Return the solution [m, L] and the scores each example gets from the others [m, L]; 2/3 · m³ operations, in float32.

    The kernel is used up: all is done in its place.
    """
    from scipy.linalg.lapack import spotrf, strtri

    kernel[np.diag_indices_from(kernel)] += ridges.astype(np.float32)
    lower = spotrf(kernel.T, lower=1, clean=1, overwrite_a=1)[0]
    inverse = strtri(lower, lower=1, overwrite_c=1)[0]
    alpha = inverse.T @ (inverse @ targets.astype(np.float32))
    return alpha, targets - alpha / np.einsum("ij,ij->j", inverse, inverse)[:, None]


def _chosen(examples: Matrix, targets: Scores, judged: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return the least mean log loss, and the width and ridge that reach it, over judged examples left out and each tag on its own."""
    rows = _evenly(targets, limit=CHOOSING_EXAMPLES)
    some, wanted, seen = examples[rows], targets[rows], judged[rows]
    best = (np.inf, WIDTHS[0], RIDGES[0])
    for width in WIDTHS:
        values, axes = np.linalg.eigh(_kernel(some, some, width).astype(np.float64))
        for ridge in RIDGES:
            shrunk = 1 / (np.maximum(values, 0.0) + ridge)
            left_out = wanted - (axes @ ((axes.T @ wanted) * shrunk[:, None])) / (axes**2 @ shrunk)[:, None]
            best = min(best, (_calibrate(left_out[seen], wanted[seen], multi=True)[2], width, ridge))
    return best


def _probabilities(scores: Scores, slope: float, offset: float, *, tags: int, multi: bool) -> Scores:
    """Return the probability of each of so many tags: on its own where a sentence may have several, else against the others and "none"."""
    powers = np.exp(np.clip(slope * scores + offset, -LARGEST_LOGIT, LARGEST_LOGIT))
    return np.asarray(powers[:, :tags] / (1.0 + (powers if multi else powers.sum(axis=1, keepdims=True))))


def _calibrate(scores: Scores, targets: Scores, *, multi: bool) -> tuple[float, float, float]:
    """Return slope and offset of the likeliest probabilities, and their mean log loss.

    Where no example stands for "none of these", every example also counts, lightly, as a sentence whose own tag is not known.
    """
    from scipy.optimize import minimize

    weight = np.ones(len(scores))
    if not multi and targets.any(axis=1).all():
        scores = np.concatenate([scores, np.where(targets > 0, FAR_SCORE, scores)])
        targets = np.concatenate([targets, np.zeros_like(targets)])
        weight = np.concatenate([weight, np.full(len(weight), UNKNOWN_TAG_WEIGHT)])

    def loss(parameters: Scores) -> float:
        p = _probabilities(scores, parameters[0], parameters[1], tags=targets.shape[1], multi=multi)
        if multi:
            likely = p * targets + (1 - p) * (1 - targets)
        else:
            likely = (p * targets).sum(axis=1) + (1 - p.sum(axis=1)) * (1 - targets.sum(axis=1))
        losses = -np.log(np.maximum(likely, TINY))
        return float(np.average(losses.sum(axis=1) if multi else losses, weights=weight))

    found = minimize(loss, FIRST_GUESS, method="Nelder-Mead", options={"xatol": 0.01, "fatol": 1e-5, "maxiter": MOST_STEPS})
    return max(float(found.x[0]), 0.0), float(found.x[1]), float(found.fun)


def _threshold(judged: Scores, targets: Scores, *, multi: bool) -> float:
    """Return the probability below which a tag is not given."""
    if multi:
        return _best_f1(judged.ravel(), targets.ravel() > 0)
    top, best = judged.max(axis=1), judged.argmax(axis=1)
    right = targets[np.arange(len(targets)), best] > 0
    lost = float(np.quantile(top[right], LOST_SHARE)) if right.any() else HALF
    none = np.asarray(~targets.any(axis=1))
    return max(lost, float(np.nextafter(-_best_f1(-top, none), 1.0))) if none.any() else lost


def _best_f1(scores: Scores, right: NDArray[np.bool_]) -> float:
    """Return the threshold with the best F1 of giving what is right."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(right[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + max(int(right.sum()), 1))
    return float(scores[order][int(f1.argmax())])


def _given(judged: Scores, below: float, *, multi: bool) -> NDArray[np.bool_]:
    fits = judged >= below
    if multi:
        return fits
    best = np.zeros_like(fits)
    best[np.arange(len(judged)), judged.argmax(axis=1)] = True
    return fits & best


def _quality(names: tuple[str, ...], given: NDArray[np.bool_], targets: Scores) -> tuple[TagQuality, ...]:
    found = []
    for place, name in enumerate(names):
        said, true = given[:, place], targets[:, place] > 0
        hits, n = int((said & true).sum()), int(true.sum())
        quality = TagQuality(
            tag=name,
            n=n,
            precision=round(hits / int(said.sum()), ROUND_DIGITS) if said.any() else None,
            recall=round(hits / n, ROUND_DIGITS) if n else None,
            needs_more=False,
        )
        found.append(quality.model_copy(update={"needs_more": n < FEW_EXAMPLES or quality.f1 < WEAK_F1}))
    return tuple(sorted(found, key=lambda tag: (not tag.needs_more, tag.f1, tag.n, tag.tag)))
