"""Sources: the rows an encoder may be trained on, read from the data folder beside a checkout, and what is owed for them.

Invariant: a file stands here only if its manifest line says commercial use of derived models *yes* (share-alike included), or the
condition the line names was confirmed: the Tanaka corpus is public domain and CC BY 2.0 FR by its maintainers' page
(https://www.edrdg.org/wiki/index.php/Tanaka_Corpus). Only rows of the split ``train`` are read.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.labelled import Row, read_lines

TERMS = Path(__file__).parent / "terms.tsv"

ATTRIBUTIONS = {
    "parallel_tatoeba_enja": "Tatoeba (tatoeba.org), CC BY 2.0 FR",
    "parallel_tanaka_enja": "Tanaka Corpus, CC BY 2.0 FR / public domain",
    "jsts_ja": "JGLUE JSTS, Yahoo Japan, CC BY-SA 4.0",
    "jsick_sts_enja": "JSICK, Hitomi Yanaka and Koji Mineshima, CC BY-SA 4.0",
    "hotel_requests_ja": "ASDC, Megagon Labs, CC BY 4.0",
    "hotel_customer_utterances_ja": "ASDC, Megagon Labs, CC BY 4.0",
    "quasi_reviews_ja": "Quasi Japanese Reviews, Megagon Labs, CC BY 4.0",
    "chabsa_ja": "chABSA-dataset, TIS Inc., CC BY 4.0",
    "nhs_patient_feedback_en": "NHS England, CDU-data-science-team/pxtextmining, MIT",
    "nhs_feedback_categories_en": "NHS England, CDU-data-science-team/pxtextmining, MIT",
    "tsa_reviews_en": "IBM/yaso-tsa, Apache-2.0",
    "app_review_features_en": "jsdabrowski/IS-22, MIT",
    "mams_absa_en": "siat-nlp/MAMS-for-ABSA, Apache-2.0",
    "clinc150_en": "clinc/oos-eval, CC BY 3.0",
    "nlupp_en": "PolyAI NLU++, CC BY 4.0",
}
"""Every file that training reads, and whom the artefact's LICENCES names for it."""

JAPANESE_TEXT_FILES = (
    "parallel_tatoeba_enja", "parallel_tanaka_enja", "jsts_ja", "jsick_sts_enja", "hotel_requests_ja", "hotel_customer_utterances_ja",
    "quasi_reviews_ja", "chabsa_ja",
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A Japanese and an English text of the same meaning."""

    ja: str
    en: str


def train_rows(data: Path, name: str) -> Iterator[Row]:
    """Give the training rows of a file that may be trained on."""
    if name not in ATTRIBUTIONS:
        raise ValueError(f"{name} may not be trained on")
    return (row for row in read_lines(data / f"{name}.jsonl.gz") if row["split"] == "train")


def parallel_pairs(data: Path) -> list[Pair]:
    """Return the everyday pairs, each once."""
    everyday = (row for name in ("parallel_tatoeba_enja", "parallel_tanaka_enja") for row in train_rows(data, name))
    pairs = [Pair(ja=row["text2"], en=row["text"]) for row in everyday]
    for row in train_rows(data, "jsick_sts_enja"):
        pairs += [Pair(ja=row["text"], en=row["text_en"]), Pair(ja=row["text2"], en=row["text2_en"])]
    return list(dict.fromkeys(pairs))


def term_pairs() -> list[Pair]:
    """Return the project's own list of customer-service words and phrases."""
    with TERMS.open(encoding="utf-8", newline="") as file:
        return [Pair(ja=row["ja"], en=row["en"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def japanese_texts(data: Path) -> Iterator[str]:
    """Give every Japanese text that may be trained on, for the vocabulary."""
    for name in JAPANESE_TEXT_FILES:
        for row in train_rows(data, name):
            if name.startswith("parallel"):
                yield row["text2"]
            elif name == "jsick_sts_enja":
                yield row["text"]
            else:
                yield from (row[key] for key in ("text", "text2", "question") if isinstance(row.get(key), str))
