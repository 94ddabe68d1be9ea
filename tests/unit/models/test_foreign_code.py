"""What in a model's folder could lead to code from outside is found by reading, and nothing of it is executed."""

import json
import sys

import pytest

from models.foreign_code import refuse_code_files, refuse_foreign_code
from voc.errors import ModelRejectedError


def check(folder, name, content):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    refuse_foreign_code(folder, [name], model="toy")


def refusal(folder, name, content):
    with pytest.raises(ModelRejectedError) as caught:
        check(folder, name, content)
    assert (caught.value.facts["model"], caught.value.facts["file"]) == ("toy", name)
    return caught.value.facts["reason"]


FOREIGN = {
    "auto_map": ("config.json", {"auto_map": {"AutoModel": "modeling.Evil"}}, "points to code that comes along: auto_map"),
    "auto_map of a tokenizer": ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["t.Evil", None]}}, "points to code that comes along: auto_map"),
    "auto_map deep inside": ("config.json", {"text_config": {"auto_map": {"AutoModel": "other/repo--m.Evil"}}}, "points to code that comes along: auto_map"),
    "trust": ("config.json", {"trust_remote_code": True}, "points to code that comes along: trust_remote_code"),
    "an activation": ("config.json", {"activation_function": "os.abort"}, "names foreign code: activation_function os.abort"),
    "a hidden activation": ("config.json", {"hidden_act": "os.abort"}, "names foreign code: hidden_act os.abort"),
    "an activation in a module": ("2_Dense/config.json", {"activation_function": "os.abort"}, "names foreign code: activation_function os.abort"),
    "a torch function that loads": ("2_Dense/config.json", {"activation_function": "torch.load"}, "names foreign code: activation_function torch.load"),
    "a foreign module": ("modules.json", [{"type": "evil_module.Evil"}], "names a foreign class: evil_module.Evil"),
    "a module that only begins like ours": ("modules.json", [{"type": "sentence_transformers.evil.Evil"}], "names a foreign class: sentence_transformers.evil.Evil"),
    "broken JSON": ("config.json", "{", "malformed file"),
    "JSON without an end to its depth": ("config.json", "[" * 100_000, "malformed file"),
    "an explosive expression": ("tokenizer.json", {"pre_tokenizer": {"pattern": {"Regex": "(a+)+$"}}}, "regular expression that can take exponential time"),
    "an explosive expression with a class": ("tokenizer.en.json", {"normalizer": {"pattern": {"Regex": r"(\s*x{1,9})*y"}}}, "regular expression that can take exponential time"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "reason"), FOREIGN.values(), ids=FOREIGN.keys())
def test_foreign_code_is_refused(tmp_path, name, content, reason):
    assert refusal(tmp_path, name, content) == reason
    assert "evil_module" not in sys.modules


OWN = {
    "an XLM-R configuration": ("config.json", {"architectures": ["XLMRobertaModel"], "hidden_act": "gelu", "model_type": "xlm-roberta", "torch_dtype": "float32", "transformers_version": "4.41.2"}),
    "a dense layer": ("2_Dense/config.json", {"activation_function": "torch.nn.modules.activation.Tanh"}),
    "modules as written today": ("modules.json", [{"type": "sentence_transformers.base.modules.transformer.Transformer"}, {"type": "sentence_transformers.sentence_transformer.modules.pooling.Pooling"}]),
    "modules as written before": ("modules.json", [{"type": "sentence_transformers.models.Pooling"}]),
    "a tokenizer's usual expressions": ("tokenizer.json", {"normalizer": {"pattern": {"Regex": " {2,}"}}, "pre_tokenizer": {"pattern": {"Regex": r"(?i:'s|'t)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|\s+(?!\S)|\s+"}}}),
    "a vocabulary that holds such words": ("tokenizer.json", {"model": {"vocab": {"(a+)+": 1}, "pattern": "(a+)+"}}),
    "the weights' index": ("model.safetensors.index.json", {"weight_map": {"encoder.act.weight": "model-00001-of-00002.safetensors"}}),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content"), OWN.values(), ids=OWN.keys())
def test_what_models_usually_hold_is_taken(tmp_path, name, content):
    check(tmp_path, name, content)


@pytest.mark.parametrize("name", ["modeling.py", "pytorch_model.bin", "data.pkl", "weights.PT", "deep/lib.so", "x.ckpt"])
def test_a_file_of_a_kind_that_can_carry_code_is_refused(name):
    with pytest.raises(ModelRejectedError, match="file of a kind that can carry code"):
        refuse_code_files(["config.json", name], model="toy")
