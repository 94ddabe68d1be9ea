"""Word counts: the classifier people had before encoders, as the yardstick of learned tags: TF-IDF and a linear support vector machine.

Words and pairs of words in English; one to three characters in Japanese, which needs no word boundaries. Several labels a row: one
machine per label. Learned from the same examples as the judged model.
"""

from collections.abc import Sequence
from typing import Any

from voc.feedback import Language

NAME = "tfidf-svm/1"


def word_count_labels(
    texts: Sequence[str], labels: Sequence[str], unseen: Sequence[str], *, language: Language = Language.EN
) -> list[str]:
    """Learn one label a row, and return the labels of unseen texts."""
    counts, machine = _counts(language), _machine()
    machine.fit(counts.fit_transform(texts), list(labels))
    return [str(label) for label in machine.predict(counts.transform(unseen))]


def word_count_tags(
    texts: Sequence[str], labels: Sequence[Sequence[str]], unseen: Sequence[str], *, language: Language = Language.EN
) -> list[tuple[str, ...]]:
    """Learn several labels a row, and return the labels of unseen texts."""
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.preprocessing import MultiLabelBinarizer

    counts, names = _counts(language), MultiLabelBinarizer()
    machine = OneVsRestClassifier(_machine()).fit(counts.fit_transform(texts), names.fit_transform([tuple(row) for row in labels]))
    return [tuple(row) for row in names.inverse_transform(machine.predict(counts.transform(unseen)))]


def _counts(language: Language) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    if language is Language.JA:
        return TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)


def _machine() -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(class_weight="balanced", random_state=0)
