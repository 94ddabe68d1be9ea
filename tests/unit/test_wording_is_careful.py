"""No text of the product says that an issue causes something or that something will be gained: it is associated with it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CLAIMS = re.compile(
    r"\bcaus(?:e|es|ed|ing)\b|\bdue to\b|\bleads? to (?:a )?(?:higher|lower|better|worse)|\bwill (?:gain|raise|lower|improve|increase|reduce|win)\b"
    r"|\bdriv(?:es|ing) (?:up|down)\b|\bresults? in\b|原因(?:で|は|です|となって)|要因で(?:上|下)が|によって(?:上|下)がり|(?:上|下)がります|改善します",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"not (?:caused|its cause|the cause|a cause)|never (?:says )?.?(?:causes|caused|what caused)|nor its cause|what caused what|root.cause|原因を示すものではありません|原因ではありません|原因とは限りません",
    re.IGNORECASE,
)
SPEAKING = [
    *sorted((ROOT / "pipelines" / "explain").glob("*wording*.py")),
    *sorted((ROOT / "pipelines" / "report").rglob("*.py")),
    *sorted((ROOT / "pipelines" / "figures").glob("*.py")),
    *sorted((ROOT / "pipelines" / "commands").glob("*.py")),
    *sorted((ROOT / "api" / "routes").glob("*.py")),
]
TEMPLATES = sorted((ROOT / "pipelines" / "report" / "templates").iterdir())


def catalogue(language: str) -> Iterator[str]:
    """Every text of the pages in a language."""
    with (ROOT / "api" / "i18n" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        for message in read_po(file, locale=language):
            yield from [message.string] if isinstance(message.string, str) else message.string


def literals(path: Path) -> Iterator[str]:
    """Every text in a module that may be shown: its strings, docstrings of commands and routes among them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def claims(texts: Iterator[str]) -> list[str]:
    return [text for text in texts if CLAIMS.search(DENIED.sub("", text))]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_page_claims_a_cause(language: str) -> None:
    assert claims(catalogue(language)) == []


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_sentence_of_a_module_claims_a_cause(path: Path) -> None:
    assert claims(literals(path)) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_report_claims_a_cause(path: Path) -> None:
    assert claims(iter(path.read_text(encoding="utf-8").splitlines())) == []


def test_a_claim_is_found_and_a_denial_is_not() -> None:
    assert claims(iter(["Login causes a fall of NPS.", "You will gain 5 points.", "ログインが原因で下がりました。", "満足度が上がります。"])) != []
    assert len(claims(iter(["Login causes a fall.", "NPS fell due to login.", "ログインが原因です。"]))) == 3
    assert claims(iter(["Associated with, not caused by.", "変化との関連であり、原因を示すものではありません。"])) == []
