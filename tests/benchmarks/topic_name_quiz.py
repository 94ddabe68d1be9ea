"""Quiz: does the name alone lead a reader to the right sentences? Made for a person, outside the repository; the key lies apart.

For every topic of a data folder: its name, and five groups of three sentences, one of them of the topic. Two of the others are of the
topics nearest to it, two of any. Sentences that stand for the name or are among the topic's examples are held out.

    python -m tests.benchmarks.topic_name_quiz make DATA_DIR OUT_DIR --language en --seed 1
    python -m tests.benchmarks.topic_name_quiz score OUT_DIR/key.json ANSWERS.json

Answers: one letter per question, in order. Names are those the namer gives the standing topics now.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from models.topic_names import PhraseTopicNamer
from pipelines.assembly import build_stamp, build_understanding
from voc.settings import DatabaseSettings
from voc.store import open_store
from voc.topics import Topic, TopicName, TopicSentence, name_for

LETTERS = "ABCDE"
EACH = 3
NEAREST = 2


def make(data: Path, out: Path, *, language: str, seed: int, names: Mapping[str, str] | None = None) -> None:
    """Write the questions and, apart, the key; ``names`` by topic id take the place of the namer's."""
    topics, members = _standing(data)
    found = {} if names else _names(members, language)
    called = names or {topic: name.text for topic, name in found.items()}
    shown = {name.example_id for name in found.values()}
    chance = random.Random(seed)  # a quiz, no secret
    questions, key = [], []
    for topic in topics:
        groups = [(one.id, _held_out(one, members, shown, chance)) for one in (topic, *_distractors(topic, topics, chance))]
        chance.shuffle(groups)
        key.append({"topic": topic.id, "name": called.get(topic.id, topic.name), "right": LETTERS[[name for name, _ in groups].index(topic.id)]})
        told = [f"  {letter} " + " | ".join(said) for letter, (_, said) in zip(LETTERS, groups, strict=True)]
        questions.append("\n".join([f"{len(key)}. {key[-1]['name']}", *told]))
    out.mkdir(parents=True, exist_ok=True)
    (out / "quiz.txt").write_text("\n\n".join(questions) + "\n", encoding="utf-8")
    (out / "key.json").write_text(json.dumps(key, ensure_ascii=False, indent=1), encoding="utf-8")


def score(key: Sequence[Mapping[str, str]], answers: str) -> tuple[int, int, float, float]:
    """Return right answers, questions, and the 95 % interval (Wilson) of the share."""
    n, right = len(key), sum(one["right"] == answer for one, answer in zip(key, answers, strict=True))
    share, z = right / n, 1.959964
    centre, half = share + z * z / (2 * n), z * ((share * (1 - share) + z * z / (4 * n)) / n) ** 0.5
    return right, n, (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)


def _standing(data: Path) -> tuple[list[Topic], dict[str, list[TopicSentence]]]:
    store = open_store(data, DatabaseSettings(), read_only=True)
    with store.read() as unit:
        sentences = {s.id: s for s in unit.enrichments.sentences_for_topics(encoder=build_stamp().outputs["encoder"])}
        topics, assigned = unit.topics.find(), unit.topics.assignments()
    store.close()
    members = defaultdict(list)
    for name, assignment in sorted(assigned.items()):
        if assignment.topic_id is not None and name in sentences:
            members[assignment.topic_id].append(sentences[name])
    return [topic for topic in topics if topic.id in members], dict(members)


def _names(members: Mapping[str, Sequence[TopicSentence]], language: str) -> dict[str, TopicName]:
    found = PhraseTopicNamer(build_understanding().encoder).names(members, wanted=list(members))
    return {topic: name for topic, names in found.items() if (name := name_for(names, language)) is not None}


def _held_out(
    topic: Topic, members: Mapping[str, Sequence[TopicSentence]], shown: Collection[str | None], chance: random.Random
) -> list[str]:
    texts = sorted({" ".join(s.text.split()) for s in members[topic.id] if s.id not in shown and s.id not in topic.example_ids})
    return chance.sample(texts, min(EACH, len(texts)))


def _distractors(topic: Topic, topics: Sequence[Topic], chance: random.Random) -> list[Topic]:
    def centroid(one: Topic) -> np.ndarray:
        return np.frombuffer(one.centroid, "<f2").astype(np.float32)

    others = sorted((one for one in topics if one.id != topic.id), key=lambda one: (-float(centroid(one) @ centroid(topic)), one.id))
    return [*others[:NEAREST], *chance.sample(others[NEAREST:], len(LETTERS) - 1 - NEAREST)]


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make")
    making.add_argument("data", type=Path)
    making.add_argument("out", type=Path)
    making.add_argument("--language", choices=("ja", "en"), default="en")
    making.add_argument("--seed", type=int, default=1)
    making.add_argument("--names", type=Path, help="JSON object: the names to ask for, by topic id.")
    scoring = commands.add_parser("score")
    scoring.add_argument("key", type=Path)
    scoring.add_argument("answers", type=Path)
    given = parser.parse_args()
    if given.command == "make":
        names = json.loads(given.names.read_text("utf-8")) if given.names else None
        make(given.data, given.out, language=given.language, seed=given.seed, names=names)
    else:
        right, n, low, high = score(json.loads(given.key.read_text("utf-8")), json.loads(given.answers.read_text("utf-8"))["answers"])
        print(f"{right} of {n} right: {right / n:.1%} [{low:.1%}, {high:.1%}]")


if __name__ == "__main__":
    _main()
