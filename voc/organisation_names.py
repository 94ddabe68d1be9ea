"""Names of organisations, without what differs from system to system: legal form, width, case, blanks and punctuation."""

import re
import unicodedata

JAPANESE_FORMS = (
    *("株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "相互会社", "(株)", "(有)", "(同)", "(資)", "(名)", "(相)"),
    *("一般社団法人", "一般財団法人", "公益社団法人", "公益財団法人", "(一社)", "(一財)", "(公社)", "(公財)"),
    *("医療法人", "学校法人", "社会福祉法人", "(医)", "(学)", "(福)", "国立大学法人", "地方独立行政法人", "独立行政法人", "(独)"),
    *("特定非営利活動法人", "npo法人"),
)
LATIN_FORMS = frozenset({
    *("inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "llc", "llp", "lp", "plc", "pty", "pte"),
    *("kk", "gk", "gmbh", "ag", "kg", "kgaa", "ug", "sa", "sas", "sarl", "srl", "spa", "bv", "nv", "ab", "as", "aps", "oy", "oyj"),
})  # fmt: skip
_JAPANESE_FORM = "|".join(re.escape(form) for form in JAPANESE_FORMS)
_AT_AN_END = re.compile(rf"^(?:{_JAPANESE_FORM})|(?:{_JAPANESE_FORM})$")
_KEPT = "&+"
"""Marks that tell names apart: C++ is not C, H&M is not HM."""


def plain_organisation(name: str) -> str:
    """Return a name without its legal form: a Japanese one at either end, Latin ones as last words.

    >>> plain_organisation("株式会社アクメ"), plain_organisation("ｱｸﾒ㈱")
    ('アクメ', 'アクメ')
    >>> plain_organisation("ACME Co., Ltd."), plain_organisation("Acme Inc"), plain_organisation("acme GmbH & Co. KG")
    ('acme', 'acme', 'acme')
    >>> plain_organisation("C++ Ltd"), plain_organisation("H&M"), plain_organisation("(医)アクメ会")
    ('c++', 'h&m', 'アクメ会')
    >>> plain_organisation("アクメ 大阪支店"), plain_organisation("Company Ltd")
    ('アクメ大阪支店', 'company')
    """
    plain = _AT_AN_END.sub("", unicodedata.normalize("NFKC", name).casefold().strip())
    words = "".join(sign if sign in _KEPT or unicodedata.category(sign)[0] in "LMN" else " " for sign in plain if sign not in ".'").split()
    while len(words) > 1 and (words[-1] in LATIN_FORMS or words[-1] in _KEPT):
        words.pop()
    return "".join(words)
