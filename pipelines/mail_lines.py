"""Mail lines: what a line of a mail is, in Japanese and English: a greeting, a closing, a reply header, a contact line, a legal notice.

Invariant: every rule looks at a whole line, so a phrase inside a customer's sentence is never taken for boilerplate. Lines are given
trimmed. All patterns are bounded or anchored: time grows linearly with the line.
"""

import re

LONGEST_RULED_LINE = 200
"""A longer line is prose."""

_JAPANESE_GREETING = re.compile(
    r"(?:(?:いつも|大変|平素(?:より|は)?|日頃(?:より)?|こちらこそ).{0,12})?"
    r"(?:お世話に(?:なって(?:おり|い)?ます|なります)|おせわになっております|お疲れ(?:様|さま)です)"
    r"|平素(?:より|は).{0,30}(?:賜り|頂き|いただき).{0,20}(?:ございます|申し上げます)|拝啓.{0,60}|前略|突然の?(?:ご連絡|メール).{0,12}失礼(?:いた|致)?します"
    r"|(?:こんにちは|こんばんは|おはようございます|はじめまして|初めまして)"
)
_INTRODUCTION = re.compile(r"[^。]{1,40}(?:の|、|　| )[^。の]{1,14}(?:です|でございます|と申します|と言います)")
_INTRODUCTION_ALONE = re.compile(
    r"[^。]{0,30}(?:株式会社|有限会社|合同会社|[(（]株[)）]|法人)[^。]{0,24}(?:です|でございます|と申します)|[^。]{1,30}と申します"
)
_ADDRESSEE = re.compile(r"[^。、,!?]{0,40}(?:様|さま|御中|殿|各位|皆様|(?:ご)?担当者(?:様|さま)?)[、,]?")
_JAPANESE_CLOSING = re.compile(
    r"(?:(?:お手数|ご面倒|恐れ入り|恐縮)[^。]{0,16}が、?)?(?:以上、?)?(?:何卒|どうぞ|それでは|では|引き続き|今後とも)?、?"
    r"(?:宜|よろ)しく(?:お願い|おねがい|お願)(?:(?:いた|致)?します|申し上げます)?"
    r"|敬具|草々|早々|以上|かしこ|(?:取り急ぎ|とりいそぎ|用件のみ)[^。]{0,20}(?:失礼(?:いた|致)?します|まで)"
)
_ENGLISH_GREETING = re.compile(
    r"(?i:dear|hi|hello|hey|greetings|good (?:morning|afternoon|evening)|morning|afternoon)"
    r"(?: (?i:again|all|team|there|everyone|folks|both))?"
    r"(?: (?:(?i:the|sir|madam|or|and|support|customer|service|services|care|help|desk|team|sales|billing|manager|all)"
    r"|[A-Z][\w.'-]{0,20})){0,5}[,!.:-]?"
    r"|(?i:to whom it may concern)[,.:]?|(?i:i hope (?:this|you)[\w' ]{0,40}well)[.,!]?"
)
_ENGLISH_CLOSING = re.compile(
    r"(?:(?:with )?(?:best|kind|kindest|warm|warmest|many)? ?(?:regards|wishes)|best|(?:yours )?(?:sincerely|truly|faithfully)(?: yours)?"
    r"|(?:with )?(?:many )?thanks(?: (?:again|in advance|so much|a lot|and regards))?|thank you(?: (?:again|in advance|so much|very much))?"
    r"|thx|cheers|respectfully|all the best|looking forward to (?:your reply|hearing from you)(?: soon)?)[,.!]{0,3}",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"(?:sent from my [\w ]{2,30}|sent from (?:mail|outlook|yahoo|proton)[\w ]{0,30}|get outlook for \w{2,10}(?: ?<.{0,60}>)?"
    r"|(?:iphone|ipad|android|スマートフォン|スマホ|携帯)(?:の.{0,10})?から送信.{0,6})[.]?",
    re.IGNORECASE,
)
_REPLY_HEADER = re.compile(
    r"on .{5,180}wrote:|begin forwarded message:"
    r"|-{2,} ?(?:original (?:message|appointment|mail)|forwarded message|元のメッセージ|転送メッセージ) ?-{2,}"
    r"|\d{4}[年/.-]\d{1,2}[月/.-]\d{1,2}日?.{0,140}(?:<[^<>]{3,80}>|\[EMAIL\]>?|(?:さん|様)?(?:は|のメール)(?:書きました)?|wrote|のメッセージ)"
    r"[^。]{0,8}[:：]",
    re.IGNORECASE,
)
_REPLY_HEADER_BEGINS = re.compile(
    r"on (?:mon|tue|wed|thu|fri|sat|sun|\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec).{5,180}", re.IGNORECASE
)
_FIRST_FIELD = re.compile(r"(?:\*?(?:from|差出人|送信者)\*?) ?[:：].{1,150}", re.IGNORECASE)
_NEXT_FIELD = re.compile(r"(?:\*?(?:sent|to|cc|subject|date|宛先|件名|送信日時|日時|日付)\*?) ?[:：]", re.IGNORECASE)
_QUOTE = re.compile(r"(?:>+|＞)(?: |　|$|>)|(?:>|＞)[^\d\s]")
_DIVIDER = re.compile(r"([-－―ー_＿=＝*＊~～─━*・+#])\1{3,}[-－―ー_＿=＝*＊~～─━]*")
_CONTACT = re.compile(
    r"\[(?:PHONE|EMAIL|ADDRESS|CUSTOMER_NUMBER)\]|[\w.+-]{1,40}@[\w-]{1,40}\.|〒"
    r"|(?:^|[^A-Za-z])(?:tel|fax|mobile|mob|phone|e-?mail|mail|url)[ .:：]"
    r"|(?:電話|携帯|直通|内線|住所)[ :：]?[\d(\[+]|https?://|www\.|株式会社|有限会社|合同会社|[(（]株[)）]|法人|代表取締役"
    r"|\b(?:ltd|inc|llc|gmbh|corp|plc|co)\b\.?",
    re.IGNORECASE,
)
_JAPANESE_NAME = re.compile(r"[一-龥々ァ-ヴーぁ-ん]{1,14}[ 　][一-龥々]{1,4}|[一-龥々]{1,4}[ 　][一-龥々ぁ-んァ-ヴー]{1,6}")
_LEGAL = re.compile(
    r"(?:this (?:e-?mail|message|communication).{0,80}(?:confidential|intended (?:only|solely)|privileged)"
    r"|confidentiality notice|disclaimer:|please consider the environment"
    r"|[※*]?(?:本|この|当)(?:電子)?メール.{0,40}(?:機密|秘密|誤って|破棄|自動)).*",
    re.IGNORECASE,
)
_ENDS_SENTENCE = re.compile(r"[。．！？!?]$|[a-z]\.$")


def is_greeting(line: str, *, after_greeting: bool) -> bool:
    """Tell whether all sentences of a line greet or say who writes; an introduction counts behind a greeting or with a company."""
    if len(line) > LONGEST_RULED_LINE:
        return False
    if _ENGLISH_GREETING.fullmatch(line):
        return True
    sentences = [part.strip() for part in re.split(r"[。！!、](?=.*お世話|.*です|.*申します|$)|[。！!]", line) if part.strip()]
    for sentence in sentences:
        introduces = _INTRODUCTION.fullmatch(sentence) if after_greeting else _INTRODUCTION_ALONE.fullmatch(sentence)
        if not _JAPANESE_GREETING.fullmatch(sentence) and not introduces:
            return False
        after_greeting = True
    return bool(sentences)


def is_addressee(line: str) -> bool:
    """Tell whether the line names whom the mail is for."""
    return len(line) <= LONGEST_RULED_LINE and _ADDRESSEE.fullmatch(line) is not None


def is_formula(line: str) -> bool:
    """Tell whether the line is a Japanese closing or a device's ``sent from``."""
    bare = line.rstrip("。.！!")
    return len(line) <= LONGEST_RULED_LINE and bool(_JAPANESE_CLOSING.fullmatch(bare) or _SENT_FROM.fullmatch(line))


def is_english_closing(line: str) -> bool:
    """Tell whether the line opens an English signature (Best regards, …)."""
    return len(line) <= LONGEST_RULED_LINE and _ENGLISH_CLOSING.fullmatch(line) is not None


def is_reply_header(lines: list[str], at: int) -> bool:
    """Tell whether a reply or a forwarded mail begins at the line."""
    line = lines[at]
    if len(line) > LONGEST_RULED_LINE:
        return False
    if _REPLY_HEADER.fullmatch(line):
        return True
    if _REPLY_HEADER_BEGINS.fullmatch(line) and at + 1 < len(lines) and lines[at + 1].endswith("wrote:"):
        return True
    return _FIRST_FIELD.fullmatch(line) is not None and sum(bool(_NEXT_FIELD.match(some)) for some in lines[at + 1 : at + 5]) > 1


def is_quote(line: str) -> bool:
    """Tell whether the line is quoted from an earlier mail (``> …``); ``>90%`` is not."""
    return _QUOTE.match(line) is not None


def is_signature_mark(line: str) -> bool:
    """Tell whether the line is the mark mail programs put before a signature."""
    return line in ("--", "—", "- --")


def is_divider(line: str) -> bool:
    """Tell whether the line is drawn of one sign."""
    return _DIVIDER.fullmatch(line) is not None


def is_contact(line: str) -> bool:
    """Tell whether the line tells where to reach somebody, or for which company they work."""
    return len(line) <= LONGEST_RULED_LINE and _CONTACT.search(line) is not None


def is_japanese_name(line: str) -> bool:
    """Tell whether the line is nothing but a name, or a company and a name, with a blank between them."""
    return _JAPANESE_NAME.fullmatch(line) is not None


def is_legal_notice(line: str) -> bool:
    """Tell whether the line begins the notice companies put under their mails."""
    return _LEGAL.match(line) is not None


def ends_a_sentence(line: str) -> bool:
    """Tell whether the line ends with the mark of a sentence."""
    return _ENDS_SENTENCE.search(line) is not None
