import random
import subprocess
import sys

import pytest

from models.near_duplicates import MinHashNearDuplicates

TEXT = "請求書のダウンロードが何度やっても失敗します。早めに直していただけると助かります。"
ENGLISH = "The invoice download fails every single time, please fix it as soon as you can."


@pytest.mark.parametrize(
    "copy",
    [
        TEXT,
        TEXT.replace("。", "｡"),
        TEXT.replace("ダウンロード", "ﾀﾞｳﾝﾛｰﾄﾞ"),
        TEXT + "!!",
        "  " + TEXT.replace("、", "、\n"),
        TEXT.replace("早め", "早急"),
    ],
)
def test_small_changes_of_a_text_are_alike_and_share_a_band(copy):
    near = MinHashNearDuplicates()
    first, second = near.bands([TEXT, copy])
    assert near.alike(TEXT, copy)
    assert set(first) & set(second)


@pytest.mark.parametrize(
    "other",
    [
        "",
        "請求書のダウンロードはとても簡単でした。",
        "解約の手続きが分かりにくいので、電話で案内してほしいです。よろしくお願いします。",
        ENGLISH,
    ],
)
def test_other_texts_are_not_alike(other):
    near = MinHashNearDuplicates()
    assert not near.alike(TEXT, other)
    assert not near.alike(other, TEXT)


def test_width_and_case_do_not_count():
    near = MinHashNearDuplicates()
    assert near.bands([ENGLISH]) == near.bands([ENGLISH.upper()])


@pytest.mark.parametrize("text", ["", "とても良かったです", "あ" * 19, "a b " * 9])
def test_short_texts_have_no_bands(text):
    assert MinHashNearDuplicates().bands([text]) == [()]


def test_bands_are_twelve_signed_64_bit_numbers_and_the_same_in_every_process():
    """Why: they are kept in the database and compared with those of later runs."""
    bands = MinHashNearDuplicates().bands([TEXT])[0]
    assert len(bands) == 12
    assert all(-(2**63) <= band < 2**63 for band in bands)
    program = "import sys; from models.near_duplicates import MinHashNearDuplicates as N; print(N().bands([sys.argv[1]])[0])"
    done = subprocess.run([sys.executable, "-c", program, TEXT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(bands)


def test_most_pairs_above_the_bar_share_a_band_and_few_far_ones_do():
    near, chance = MinHashNearDuplicates(), random.Random(7)
    letters = "あいうえおかきくけこさしすせそたちつてと0123456789"
    near_hits = far_hits = near_pairs = 0
    for _ in range(300):
        text = "".join(chance.choices(letters, k=120))
        changed = list(text)
        for at in chance.sample(range(120), 4):
            changed[at] = "x"
        copy, far = "".join(changed), "".join(chance.choices(letters, k=120))
        first, second, third = near.bands([text, copy, far])
        if near.alike(text, copy):
            near_pairs += 1
            near_hits += bool(set(first) & set(second))
        far_hits += bool(set(first) & set(third))
    assert near_pairs > 200
    assert near_hits >= 0.95 * near_pairs
    assert far_hits == 0


def test_half_a_surrogate_pair_is_no_obstacle():
    near = MinHashNearDuplicates()
    broken = TEXT + "\ud800"
    assert near.bands([broken])[0]
    assert near.alike(broken, TEXT)
