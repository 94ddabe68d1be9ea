"""Normal form: NFKC in time that grows with the text, whatever the text.

Reordering combining marks is quadratic in the length of a run of them, so a comment of nothing but marks could hold the whole process for
seconds. Runs are bounded at 30 marks first, as the Stream-Safe Text Format of Unicode Annex 15 does; no script writes more on one letter.
Only copies for matching go through here, never what is kept.
"""

import unicodedata

MOST_MARKS = 30


def nfkc(text: str) -> str:
    """Return the text in NFKC, with runs of more than 30 combining marks cut to 30.

    >>> nfkc("ＡＢＣ ﾃｽﾄ ①")
    'ABC テスト 1'
    """
    return unicodedata.normalize("NFKC", _bounded(text))


def _bounded(text: str) -> str:
    if text.isascii() or not any(map(unicodedata.combining, text)):
        return text
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)
