"""No signal: answers that say nothing (特になし, n/a, did not answer, an emoji alone). They are kept and counted, never refused.

Invariant: only a text that is *nothing but* such an answer counts; ``Nothing worked`` is a signal.
"""

import re

from voc.normal_form import nfkc

LONGEST_NO_SIGNAL = 60

_NOTHING_JA = re.compile(
    r"(?:いえ|いいえ|はい)?(?:今(?:の|は)?ところ(?:は)?|現状(?:では|は)?|現時点(?:では|で|は)?|今回は)?(?:これと(?:いって|言って))?"
    r"(?:特に|特段|とくに|別に|とりたてて|何も|なにも)*(?:は)?"
    r"(?:意見|要望|コメント|改善点|回答(?!が|も)|該当|記載|質問|思いつくこと)?(?:は|も|が)?(?:特に|特段|何も)?"
    r"(?:なし|ナシ|無し|無|ない|無い|ありません|御座いません|ございません|ないです|無いです|思いつきません|思い(?:つか|当たら)ない|該当なし|無回答|未回答|未記入)"
    r"(?:です|でした|ですね|かな|と思います)?"
    r"|(?:わかり|分かり)ません|(?:わから|分から)ない(?:です)?|特に|以上(?:です)?|同上|(?:パス|テスト|ノーコメント)(?:です)?"
)
_NOTHING_EN = re.compile(
    r"(?:no|none|nil|nope|null|na|n a|not applicable|not available"
    r"|nothing(?: (?:else|more|really|specific|particular|in particular|at all))?"
    r"|nothing (?:else )?(?:to (?:add|say|report|comment|declare|improve|mention)|comes to mind|springs to mind|(?:that )?i can think of)"
    r"|no (?:further )?(?:comments?|opinion|answer|response|reply|feedback|suggestions?|ideas?)"
    r"|none (?:that i can think of|really|at all|at (?:this time|the moment|present)|whatsoever)"
    r"|(?:i )?(?:did not|didnt) (?:answer|respond|reply)|(?:i )?(?:can not|cannot|cant) think of anything"
    r"|(?:i )?(?:do not|dont) know|dk|idk|unsure|not sure|blank|left blank|skip|pass|test|x+|as above|same as above|ditto"
    r"|(?:i )?(?:have )?no comments? to (?:make|add))(?: (?:thanks?|thank you|at (?:this time|the moment|present)))?"
)
_LETTERS_APART = re.compile(r"[^\w]+|_+")


def is_no_signal(text: str) -> bool:
    """Tell whether a text says nothing.

    >>> [is_no_signal(text) for text in ("特になし。", "N/A", "👍", "…", "Nothing worked", "なしです")]
    [True, True, True, True, False, True]
    """
    if len(text) > LONGEST_NO_SIGNAL:
        return not any(char.isalnum() for char in text)
    folded = nfkc(text).casefold().replace("'", "").replace("’", "")
    if not any(char.isalpha() for char in folded):
        return not _is_number(folded)
    words = _LETTERS_APART.sub(" ", folded).strip(" ー")
    if not words:
        return True
    return _NOTHING_EN.fullmatch(words) is not None or _NOTHING_JA.fullmatch(words.replace(" ", "")) is not None


def _is_number(folded: str) -> bool:
    """Tell whether digits stand there: an answer such as ``100`` or ``5/5`` says something."""
    return any(char.isdigit() for char in folded)
