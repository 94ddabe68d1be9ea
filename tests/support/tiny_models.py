"""Tiny models of the true architectures with random weights, and a tokenizer trained here on a few sentences; saved as safetensors."""

from pathlib import Path
from typing import Any

SENTENCES = [
    "The app is slow but the support team was lovely.",
    "I cannot log in since the update.",
    "ログインできません。急ぎ対応をお願いします。",
    "請求書の金額が間違っています。とても困っています。",
    "これは次のことについて述べている: 認証コードが届かない",
    "This is about the following: signing in fails or is troublesome",
]
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
POSITIONS = 64


def save_encoder(folder: Path, *, dimensions: int, pooling: str) -> Path:
    """An XLM-R as of multilingual E5 (``mean``) or BGE-M3 (``cls``), in the layout of sentence-transformers."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import XLMRobertaModel

    _save(XLMRobertaModel, folder.parent / f"{folder.name}-parts", hidden_size=dimensions)
    body = Transformer(str(folder.parent / f"{folder.name}-parts"))
    modules = [body, Pooling(dimensions, pooling_mode=pooling), Normalize()]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder), create_model_card=False)
    return folder


def save_classifier(folder: Path, labels: list[str]) -> Path:
    """An XLM-R for sequence classification with these labels."""
    from transformers import XLMRobertaForSequenceClassification

    _save(XLMRobertaForSequenceClassification, folder, id2label=dict(enumerate(labels)), label2id={name: i for i, name in enumerate(labels)})
    return folder


def _save(kind: Any, folder: Path, *, hidden_size: int = 32, **settings: Any) -> None:
    import torch
    from transformers import XLMRobertaConfig

    tokenizer = _tokenizer()
    tokenizer.save_pretrained(folder)
    torch.manual_seed(7)
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer), hidden_size=hidden_size, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=POSITIONS, type_vocab_size=1, initializer_range=0.5, **settings,
    )  # fmt: skip
    kind(config).save_pretrained(folder)


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    unigram = Tokenizer(models.Unigram())
    unigram.normalizer = normalizers.NFKC()
    unigram.pre_tokenizer = pre_tokenizers.Metaspace()
    unigram.train_from_iterator(SENTENCES, trainers.UnigramTrainer(vocab_size=400, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False))
    unigram.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    names = {"bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    return PreTrainedTokenizerFast(tokenizer_object=unigram, mask_token="<mask>", model_max_length=POSITIONS - 2, **names)
