import numpy as np
import pytest

from models.engine import TOKENS_PER_BATCH, _batches


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_batches_hold_each_row_once_little_padding_and_a_share_for_each_thread(threads):
    lengths = np.random.default_rng(0).integers(3, 60, 400).tolist()
    batches = list(_batches(lengths, threads=threads))
    assert sorted(row for batch in batches for row in batch) == list(range(400))
    assert all(len(batch) * max(lengths[row] for row in batch) <= TOKENS_PER_BATCH for batch in batches)
    padded = sum(len(batch) * max(lengths[row] for row in batch) for batch in batches)
    assert padded < 1.1 * sum(lengths)
    few = list(_batches([10] * 6, threads=threads))
    assert len(few) >= threads
    assert max(map(len, few)) <= -(-6 // threads)


def test_a_row_longer_than_a_batch_stands_alone():
    assert list(_batches([TOKENS_PER_BATCH + 1, 3], threads=1)) == [[1], [0]]
