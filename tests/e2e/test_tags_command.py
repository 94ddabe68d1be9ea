"""`voc tags` as a person uses it: from a few labelled sentences to tags for others, and a taxonomy kept beside the shipped one."""

import csv
import json
from pathlib import Path

import pytest

from tests.support.commands import here, said_apart, said_here

pytestmark = [pytest.mark.slow, pytest.mark.models]
TRAINING = {
    "駐車場": [
        "駐車場が狭くて停めにくいです。", "車を停める場所がいつも満車です。", "駐車料金が高すぎると思います。",
        "There was nowhere to park the car.", "The parking lot is always full at noon.", "Parking costs more than the lunch did.",
    ],
    "wait": [
        "窓口で一時間も待たされました。", "順番が来るまでが長すぎます。", "番号札を取ってから呼ばれるまでが遅い。",
        "I stood in line for an hour.", "The queue at the counter hardly moves.", "We waited forty minutes to be served.",
    ],
    "staff": [
        "係の方がとても親切でした。", "店員さんの説明が丁寧で助かりました。", "受付の人の態度が冷たかったです。",
        "The lady at the desk was so kind.", "The clerk explained everything patiently.", "The receptionist was rude to my mother.",
    ],
}  # fmt: skip
NEW = {
    "a": ("駐車スペースが足りません。", "駐車場"),
    "b": ("We had to circle around to find a parking space.", "駐車場"),
    "c": ("待ち時間が長くて疲れました。", "wait"),
    "d": ("The line was so long that I left.", "wait"),
    "e": ("スタッフの対応が親切で気持ちよかった。", "staff"),
    "f": ("Such friendly people at the counter desk.", "staff"),
}

ELSEWHERE = [
    "アプリを更新したら画面が真っ白になります。", "請求書の宛名を変えたいです。", "パスワードを忘れてしまいました。", "注文した靴の色が写真と違いました。", "昨夜から通信が切れます。",
    "解約の方法を教えてください。", "料理の味が薄かったです。", "新しい機能が使いやすいです。", "ポイントが付いていません。", "薬の飲み方が書かれていません。",
    "The export button does nothing.", "My invoice shows the wrong amount.", "The battery is empty after two hours.", "Please add a dark theme.", "The soup was cold.",
    "I forgot my password again.", "The shoes fell apart after a week.", "How do I cancel my subscription?", "Great value for the price.", "Search never finds my documents.",
]  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tags")
    with (folder / "labelled.csv").open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["comment", "topic"])
        writer.writerows((text, tag) for tag, texts in TRAINING.items() for text in texts)
    lines = [json.dumps({"id": name, "text": text}, ensure_ascii=False) for name, (text, _) in NEW.items()]
    (folder / "new.jsonl").write_text("\n".join(lines), encoding="utf-8")
    arguments = ["tags", "train", str(folder / "labelled.csv"), "--label-column", "topic", "--text-column", "comment"]
    found = said_apart(folder / "data", *arguments, "--out", str(folder / "branches"))
    assert sorted(tag["tag"] for tag in found["tags"]) == sorted(TRAINING)
    assert all(tag["n"] == 6 and tag["needs_more"] for tag in found["tags"])
    return folder


def test_six_examples_a_tag_tell_new_sentences_of_both_languages(files: Path) -> None:
    out = files / "out.jsonl"
    arguments = ["tags", "predict", str(files / "new.jsonl"), "--taxonomy", str(files / "branches"), "--out", str(out)]
    assert said_apart(files / "data", *arguments)["rows"] == len(NEW)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == list(NEW)
    right = sum(row["tags"][:1] != [] and row["tags"][0]["tag"] == NEW[row["id"]][1] for row in rows)
    assert right >= len(NEW) - 1
    assert all(0 < tag["score"] <= 1 for row in rows for tag in row["tags"])


def test_what_is_about_none_of_the_tags_has_none(files: Path) -> None:
    """Why: learnt from the examples alone, a few tags were given to every comment there was."""
    path, out = files / "elsewhere.jsonl", files / "elsewhere-tags.jsonl"
    path.write_text("\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in ELSEWHERE), encoding="utf-8")
    said = said_apart(files / "data", "tags", "predict", str(path), "--taxonomy", str(files / "branches"), "--out", str(out))
    assert said["without_tag"] >= len(ELSEWHERE) - 1


def test_a_changed_folder_is_refused(files: Path, tmp_path: Path) -> None:
    (weights,) = (files / "branches").glob("model-*.safetensors")
    kept = weights.read_bytes()
    weights.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    try:
        arguments = ["tags", "predict", str(files / "new.jsonl"), "--taxonomy", str(files / "branches"), "--out", str(tmp_path / "x")]
        said = said_here(files / "data", *arguments, code=69)
    finally:
        weights.write_bytes(kept)
    assert (said["error"]["code"], said["error"]["file"], said["error"]["reason"]) == ("model_rejected", weights.name, "wrong hash")


def test_a_wrong_column_is_told_with_the_columns_there_are(files: Path, tmp_path: Path) -> None:
    done = here(files / "data", "tags", "train", str(files / "labelled.csv"), "--label-column", "tag", "--out", str(tmp_path / "x"))
    assert done.exit_code == 65
    assert "topic" in done.stderr or "comment" in done.stderr


def test_a_stored_taxonomy_is_imported_learnt_and_used(tmp_path: Path) -> None:
    data, path = tmp_path / "data", tmp_path / "branches.csv"
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["tag", "example", "language"])
        writer.writerows((tag, text, "") for tag, texts in TRAINING.items() for text in texts)
    assert said_here(data, "tags", "import", str(path))["tags"] == len(TRAINING)
    comments = tmp_path / "comments.csv"
    comments.write_text("id,text\n1,駐車スペースが足りません。\n", encoding="utf-8")
    assert here(data, "import", str(comments), "--json", "-q").exit_code == 0
    assert len(said_apart(data, "tags", "learn", "branches")["tags"]) == len(TRAINING)
    listed = {one["name"]: one for one in said_here(data, "tags", "list")["taxonomies"]}
    assert listed["branches"]["active"]
    assert set(listed) == {"branches", "cx"}
    said_apart(data, "run", "-q")
    assert said_here(data, "status")["feedback"]["waiting"] == 0
    out = tmp_path / "out.jsonl"
    assert here(data, "export", "--out", str(out)).exit_code == 0
    assert "駐車場" in json.dumps(json.loads(out.read_text(encoding="utf-8").splitlines()[0])["tags"], ensure_ascii=False)
