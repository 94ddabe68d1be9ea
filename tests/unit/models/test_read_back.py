"""A served graph read back is the student it was made of, but for what rounding took away."""

import numpy as np
import pytest
import torch

from models.artifacts import ENCODER_FOLDER
from models.encoder import GRAPH_FILE, BilingualEncoder
from models.tokenizer import BilingualTokenizer
from models.training.read_back import read_back
from models.training.student import encoded

pytestmark = pytest.mark.models
TEXTS = ["The bank is closed today.", "解約の手続きを教えてください。", "Nobody was helpful.", "アプリが固まって使えません。急ぎでお願いします。", "ok"]


def test_the_shipped_graph_read_back_says_the_same():
    torch.manual_seed(0)
    found = encoded(read_back(ENCODER_FOLDER / GRAPH_FILE), BilingualTokenizer.from_folder(ENCODER_FOLDER), TEXTS)
    served = BilingualEncoder(folder=ENCODER_FOLDER).encode(TEXTS)
    assert (found[0] * served.vectors).sum(axis=1).min() > 0.995
    assert np.linalg.norm(found[1] - served.features) < 0.06 * np.linalg.norm(served.features)
