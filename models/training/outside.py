"""Outside sentences: what customers of other trades, or nobody's customers, say; they teach the shipped tags to keep quiet.

Patients' comments carry labels of their own, which say what a comment cannot be about: of the tags the own corpus teaches for a sentence,
only those stay that a label of its comment leaves room for (``ROOM``); where none is left it stands for "none of these". Everyday Japanese
sentences and requests to a machine that it cannot serve always do. Only rows of the split ``train`` of files that may be trained on.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.labelled import Row
from models.sentences import PysbdSentences
from models.training.sources import train_rows
from voc.feedback import Language

PATIENTS, EVERYDAY, REQUESTS = 1_200, 500, 200
"""Sentences taken of each source."""
LIKELY = 0.4
"""A tag the own corpus teaches for a sentence with at least this probability stays, where there is room for it."""
SEED = 0

ROOM: Final[Mapping[str, tuple[str, ...]]] = {
    "Positive experience & gratitude": ("overall.satisfaction",),
    "Negative experience & dissatisfaction": ("overall.dissatisfaction",),
    "Staff manner & personal attributes": ("staff.attitude",),
    "Staff listening, understanding & involving patients": ("staff.attitude", "staff.explanation"),
    "Interaction with family/ carers": ("staff.attitude", "staff.explanation"),
    "Staff responsiveness": ("support.speed", "staff.attitude", "support.quality"),
    "Staff continuity": ("support.handover",),
    "Competence & training": ("support.quality", "care.treatment"),
    "Timeliness of care": ("visit.waiting", "support.speed"),
    "Transport to/ from services": ("visit.waiting",),
    "Contacting services": ("support.reach", "visit.reservation"),
    "Appointment arrangements": ("visit.reservation", "visit.waiting"),
    "Appointment method": ("visit.reservation", "support.reach"),
    "Information directly from staff during care": ("staff.explanation",),
    "Being kept informed, clarity & consistency of information": ("staff.explanation", "staff.coordination", "feature.notification"),
    "Information provision & guidance": ("staff.explanation", "learning.documentation"),
    "Unspecified communication": ("staff.coordination", "staff.explanation"),
    "Impact of treatment/ care": ("care.treatment",),
    "Diagnosis & triage": ("care.treatment",),
    "Supplying & understanding medication": ("care.treatment",),
    "Pain management": ("care.treatment",),
    "Care plans": ("care.treatment",),
    "Referals & continuity of care": ("support.handover", "staff.coordination", "care.treatment"),
    "Admission": ("care.treatment", "procedure.forms"),
    "Discharge": ("care.treatment", "procedure.forms"),
    "Provision of medical equipment": ("care.treatment", "visit.facilities"),
    "Patient records": ("security.privacy", "staff.coordination", "procedure.forms"),
    "Organisation & efficiency": ("support.speed", "procedure.forms"),
    "Food & drink provision & facilities": ("visit.food",),
    "Cleanliness, tidiness & infection control": ("visit.facilities",),
    "Environment & Facilities": ("visit.facilities", "visit.room", "visit.noise"),
    "Sensory experience": ("visit.noise", "visit.facilities"),
    "Electronic entertainment": ("telecom.coverage", "visit.facilities"),
    "Feeling safe": ("visit.facilities",),
    "Service location": ("visit.location",),
    "Equality, Diversity & Inclusion": ("usability.accessibility", "usability.language", "staff.attitude"),
    "Funding & use of financial resources": ("billing.price",),
}
"""Shipped tags that a label of the patients' comments leaves room for; a label that is not here leaves none."""


@dataclass(frozen=True)
class OutsideSentence:
    """A sentence, and the shipped tags it may have."""

    text: str
    room: frozenset[str]


def outside_sentences(data: Path) -> list[OutsideSentence]:
    """Return the sentences, always the same."""
    splitter = PysbdSentences()

    def sentences(text: str) -> list[str]:
        return [text[found.start : found.end] for found in splitter.split(text, Language.EN)]

    patients = [
        OutsideSentence(text, frozenset(tag for label in row["label"] for tag in ROOM.get(label, ())))
        for row in _some(list(train_rows(data, "nhs_patient_feedback_en")), PATIENTS)
        for text in sentences(row["text"])
    ]
    everyday = [row["text2"] for row in _some(list(train_rows(data, "parallel_tatoeba_enja")), EVERYDAY)]
    requests = [row["text"] for row in _some([row for row in train_rows(data, "clinc150_en") if row["label"] == "oos"], REQUESTS)]
    return patients[:PATIENTS] + [OutsideSentence(text, frozenset()) for text in everyday + requests]


def labelled_outside(
    sentences: Sequence[OutsideSentence], chances: NDArray[np.float64], tags: Sequence[str]
) -> list[frozenset[str]]:
    """Return the tags of each sentence: those likely by ``chances``, shape [n, len(tags)], that there is room for."""
    return [
        frozenset(tag for tag, chance in zip(tags, row, strict=True) if chance >= LIKELY and tag in sentence.room)
        for sentence, row in zip(sentences, chances.tolist(), strict=True)
    ]


def _some(rows: list[Row], n: int) -> list[Row]:
    random.Random(SEED).shuffle(rows)  # noqa: S311  # a sample, no secret
    return rows[:n]
