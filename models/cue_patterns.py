"""Cue patterns, of our own writing: what requests, questions, praise, urgency, leaving and abuse look like in Japanese and English.

All are matched on NFKC text in lower case. Weights of leaving and abuse are probabilities: hits combine as independent evidence.
Every pattern is bounded (no nested repetition), so matching is linear in the text.
"""

import re

FORMULA_EN = re.compile(
    r"(?:(?:(?:best|kind|kindest|warm|many|with)\s)?(?:regards|wishes)|(?:with|many) thanks|sincerely|yours (?:truly|sincerely|faithfully)|"
    r"cheers|hi|hello|hey|"
    r"dear (?:\w+ ?){1,4}|(?:many )?thanks?(?: you)?(?: so much| very much)? in advance|"
    r"(?:i )?look(?:ing)? forward to (?:your|hearing)(?: \w+){0,4}|i hope (?:this|you)(?: \w+){0,8})"
)
FORMULA_JA = re.compile(
    "(?:いつも|大変)*(?:お世話に|お疲れ様)[ぁ-んご座居りま]{0,10}|(?:何卒|以上|引き続き|今後とも|どうぞ|ご(?:確認|対応|検討|回答|"
    "返信)[のほど程を]{0,4})*、?"
    "(?:よろしく|宜しく)(?:お願い|御願い)?[ぁ-ん致申上]{0,12}|お忙しいところ[ぁ-ん恐縮入]{0,10}|(?:株式会社)?\\S{1,12}(?:と申します|"
    "です)。?お世話に[ぁ-ん]{0,10}"
)

ASK_JA = re.compile(
    "教えて(?:ください|下さい|いただ|頂|ほし|もら)|ご教示|ご教授|知りたい|方法(?:は|が|を)|伺いたい|お聞きしたい|お尋ね"
)
ASK_EN = re.compile(
    r"\b(?:let me know|tell me|explain|wondering (?:if|how|whether)|clarify|quick (?:question|one)|want to know|like to know)\b"
)
QUESTION_JA = re.compile(
    "(?:でしょうか|ましょうか|ますか|ませんか|ですか|ますでしょうか|のか教えて|か教えて|方法を?(?:教えて|知りたい|ご教示)|"
    "教えて(?:ください|下さい|いただ|頂|ほし)|ご教示|でしたっけ|んですかね|"
    "どうすれば|どうやって|どこから|どこで|どこに|いつから|いつまで|何ですか|知りたい|ありますか|できますか|[??])"
)
QUESTION_EN = re.compile(
    r"\?|^(?:how (?:do|can|to|long|much|many)|what (?:is|are|does|happens)|where (?:is|do|can)|when (?:is|will|do)|"
    r"can (?:i|we|you|it)|could (?:i|we)|is (?:it|there)|are there|do (?:i|we|you)|does (?:it|the)|which|who|why)\b|"
    r"\b(?:wondering (?:if|how|whether)|let me know (?:if|how|whether|what)|tell me (?:how|what|where|whether))\b"
)
REQUEST_JA = re.compile(
    "(?:て|で)(?:ほし|欲し|もらいた|もらえ(?:る|ます|ない|ませ)|いただきた|頂きた|いただけ|頂け|くださ(?:い|れば)|下さい|くれ(?:ない|"
    "ませ|れば|ると))|"
    "(?:が|を|も)(?:ほし|欲し)|(?:希望|要望)(?:し|です|いた|致|$|。|します)|(?:と|れば|たら)、?(?:もっと|大変|とても|より)?(?:助か|"
    "嬉し|うれし|ありがた|有り難|有難|幸い|便利)|"
    "(?:対応|改善|追加|検討|実装|修正|ご連絡|確認)(?:を|して)?(?:お願い|希望|願)|お願い(?:し|でき|いた|致)|たいです|たいのですが|"
    "たいんで|ほしい|欲しい|希望$|べき(?:で|だ|と)"
)
REQUEST_EN = re.compile(
    r"\b(?:please (?!d)\w+|could you|can you|would you|would (?:be (?:\w+ )?(?:nice|good|great|helpful|useful|lovely|better)|like|"
    r"love|help|prefer)|"
    r"(?:i|we)'d (?:like|love|prefer)|(?:i|we) (?:wish|want|need|request|suggest)|it'd be (?:\w+ )?(?:nice|good|great|helpful|useful|"
    r"better)|"
    r"should (?:be|have|add|allow|provide|offer|make|let)|feature request|add (?:a|an|the|support|more)|any chance|would let us|"
    r"needs? (?:to|a|an|more|better)|more (?:staff|options?|parking|information|communication)|make (?:it|the|sure)|if (?:only|"
    r"you could)|asking for)\b"
)

WANTS = {True: (ASK_JA, REQUEST_JA, QUESTION_JA), False: (ASK_EN, REQUEST_EN, QUESTION_EN)}
"""Asking, wishing and other questions; key: whether the text is Japanese."""

URGENT_NOW_JA = re.compile(
    "至急|大至急|緊急|一刻も早|今すぐ|いますぐ|直ちに|ただちに|すぐに?(?:対応|連絡|直|止|停止|返金|復旧|電話)|本日中|今日中|"
    "業務が(?:止ま|停止|できな)|仕事にな(?:らない|りません)|"
    "全(?:社員|員|社|ユーザー)[^。]{0,12}(?:影響|使えな|入れな|ログインでき)|情報漏|個人情報が|丸見え|誤送信|二重に?(?:支払|引き落|"
    "送金)|給与[^。]{0,10}(?:止ま|払えな)|人命|事故"
)
URGENT_NOW_EN = re.compile(
    r"\b(?:urgent(?:ly)?|asap|a\.s\.a\.p|immediately|right (?:now|away)|emergency|critical|today|at once|(?:all|every|"
    r"none) (?:of )?our (?:users|staff|people)|"
    r"production (?:is )?down|(?:system|site|service) (?:is )?down|can(?:'t|not) (?:work|operate)|data (?:breach|leak)|payroll|"
    r"paid twice|going out twice|"
    r"everyone (?:can|is|was) (?:see|locked|affected))\b"
)
URGENT_SOON_JA = re.compile(
    "早急|早め(?:に|の)|お早めに|なるべく早|できるだけ早|できる限り早|早く(?:直|対応|して|何とか|なんとか|改善|返)|急い|急ぎ(?:で(?!は)|ま|、|対応|ご|お|"
    "の)|今週中|明日まで|今月中|月末まで|締め?切り?(?:が|に|まで)|(?<!有効)期限が|"
    "まだ(?:直|返|連絡|届|解決|来)|催促|何度も(?:連絡|電話|問|お)|待って(?:い|お)|困っています|困っております"
)
URGENT_SOON_EN = re.compile(
    r"\b(?:soon|as soon as|quickly|by (?:tomorrow|monday|tuesday|wednesday|thursday|friday|the end of|end of|month[- ]end)|this week|"
    r"deadline|still (?:waiting|no|not|haven't)|"
    r"(?:second|third|fourth|fifth) time|again and again|chas(?:e|ing)|overdue|waiting (?:for|since)|time[- ]sensitive|month[- ]end|"
    r"no (?:reply|response|answer))\b"
)

URGENT = {True: (URGENT_NOW_JA, URGENT_SOON_JA), False: (URGENT_NOW_EN, URGENT_SOON_EN)}
"""Now and soon; key: whether the text is Japanese."""

CHURN_JA = {
    0.9:
        "解約(?:し(?!に)|を(?:希望|検討|お願い|考|決)|手続|したい|する|予定|の手続|の申)|退会(?:し|を|した|手続)|契約を(?:終了|"
        "打ち切|やめ|切)|更新(?:しない|しません|は(?:しない|見送|なし)|を見送|をやめ)|"
    "乗り換え(?:る|ます|ました|を(?:検討|考|決))|乗換え?(?:る|ます|を)|切り替え(?:る|ます)(?:こと|予定)|別の?(?:ソフト|ツール|"
    "サービス|製品|もの|の)に(?:移|なる|替|変|切)|もう使(?:わない|いません)|"
    "二度と(?:使|利用|頼|契約)|使うのをやめ|(?:今期|今年|今月|年内|来月|次回)(?:度)?(?:で|限りで)(?:終わり|終了|やめ)|利用をやめ|"
    "契約(?:は|を)?終了",
    0.65:
        "他社(?:に|へ|も|さん?の(?:話|見積|提案|営業)|の(?:製品|ツール|ソフト|サービス)?を?(?:検討|比較|見))|競合|相見積|比較(?:中|"
        "検討|して)|別の(?:ツール|ソフト|サービス)|移行先|やめ(?:よう|る(?:こと|か))|"
    "解約|退会|乗り換え|途中でやめ|やめる(?:方向|つもり|予定)|自動(?:延長|更新)[^。]{0,8}(?:停止|解除|止め)|白紙で|安く(?:できる|"
    "なる)なら(?:替|変|移)|契約期間の残り|(?:表計算|エクセル|紙)[^。]{0,6}に戻(?:し|す|そ|り)|そっちかな|アンインストール|"
    "消(?:します|そうかな)|継続(?:は|を)?(?:難し|見送|迷|悩)|"
    "続ける(?:か|意味|理由が)|更新(?:する)?(?:か(?:どうか)?)?(?:を)?(?:迷|悩|検討|再検討|考え)|更新(?:は|について|の件は?|"
    "を)[^。]{0,10}検討|更新(?:時期)?[^。]{0,12}見直|契約(?:を|の)?見直|要るのか|必要なのか",
    0.4:
        "検討(?:します|いたします|させて)|見直(?:し|す)|費用対効果|コスパ(?:が)?悪|(?:利用|使用|ログイン)(?:人数|者|率|"
        "頻度)[^。]{0,20}(?:減|低|少な|名のみ)|使って(?:いない|いません|いるのは|る人)|開いて(?:い?ない|い?ません)|"
    "一区切り|持ち帰(?:り|っ)|全部見直|金は出せ|相応か|使いこなせない|説明がつ(?:かな|きませ)|元が取れ|割に合わ|値上げ|高すぎ|"
    "予算(?:削減|が(?:なく|厳し|取れ))|返信(?:が)?な(?:し|い|く)|"
    "推せない|薦められ|勧められ",
}
CHURN_EN = {
    0.9:
        r"\b(?:cancel(?:l?ing|l?ed)? (?:my|our|the|this|a)?\s?(?:subscription|contract|plan|membership|account|service|renewal|"
        r"licen[cs]es?)|"
    r"(?:want|like|going|have|need|plan(?:ning)?) to (?:cancel|leave|quit|switch|stop using|terminate|unsubscribe|move (?:away|"
    r"to another))|"
    r"(?:will|won't|not|don't|aren't) (?:be )?(?:renew(?:ing)?|continu(?:e|ing)|com(?:e|ing) back|us(?:e|ing) (?:you|it|this) again)|"
    r"never (?:use|using|fly(?:ing)?|buy(?:ing)?) (?:\w+ )?again|"
    r"switch(?:ing|ed)? to|moved (?:away|to another|over to)|moving (?:away|to another)|(?:stop|end) at the end of|unlikely (?:to|"
    r"we(?:'ll| will)|i(?:'ll| will)) (?:renew|continue|stay)|look (?:to|for|at) other options|last (?:time|"
    r"year) (?:i|we)|uninstall(?:ed|ing)?|delet(?:ed|ing) (?:the|this) app|"
    r"tak(?:e|ing) (?:my|our) business elsewhere|lost (?:me as )?a customer|former customer|find(?:ing)? (?:a )?new (?:provider|"
    r"supplier|vendor|airline|bank))\b",
    0.65:
        r"\b(?:competitors?|cancel(?:lation)?|alternatives?|another (?:provider|supplier|vendor|tool|product|bank|airline)|elsewhere|"
        r"reason to stay|termination|fewer seats|smaller plan|not sure (?:we|i) need|went back to|going back to|"
        r"trial+ing (?:something|another)|fresh eyes|notice period|out of (?:the|our) contract|"
    r"evaluat(?:e|ing|ion)(?: \w+){0,3} (?:other|purposes|options)|(?:looking|shopping) (?:around|at other|for (?:a|an) (?:new|"
    r"different|other))|comparing|quotes? from|worth (?:renewing|keeping|continuing)|"
    r"justify (?:it|the|this|another|paying)|(?:may|might|could) (?:leave|switch|cancel|not renew)|considering (?:leaving|switching|"
    r"other|our|whether)|"
    r"(?:consider|review|discuss|think about|decide on) (?:the|our|whether to|about)?\s?(?:renew\w*|contract|options)|get our (?:data|"
    r"records) out|data export before)\b",
    0.4:
        r"\b(?:renewal|we(?:'ll| will) (?:think|consider|see)|barely use|hardly use|don't use it|not using|too expensive|"
        r"price (?:increase|hike)|rarely (?:log|open|use)|"
    r"can't recommend|wouldn't recommend|budget (?:cuts?|review)|half (?:of )?(?:the|our) seats|seats? (?:and|but) (?:only|perhaps|"
    r"maybe)|back to (?:excel|spreadsheets?|paper))\b",
}
CHURN_DENIED = re.compile(
    "(?:解約|乗り換え|退会|他社)[^。]{0,12}(?:つもりは(?:な|あり)|予定は(?:な|あり)|考えて(?:い|お)?(?:ない|ません|りません)|"
    "しないで済|せずに済|思いとどま|から(?:乗り換え|切り替え|移)(?:て|まし|た))|"
    r"\b(?:no (?:plans?|intention) (?:to|of) (?:leav|cancel|switch)|(?:switched|moved) (?:here|from)|would(?:n't| not|"
    r" never) (?:switch|leave|go back)|glad (?:we|i) (?:switched|moved))"
)

ABUSE_JA = {
    0.9:
        "殺(?:す|し(?:て|た|に)|され)|ぶっ殺|死ね|ぶん殴|殴(?:る|り|ら|ん)|(?:家|会社|事務所|職場)(?:まで|に)(?:行って|押しかけ|"
        "乗り込)[^。]{0,12}(?:やる|やろ|から|ぞ)|家まで行|待ち伏せ|ただで?(?:は)?済(?:む|ま)(?:と|せ|ない)|覚えて(?:ろ|おけ|いろ)|"
    "晒(?:す|し(?:て|ま)|さ)|ネットに(?:晒|書き込|流)|名前(?:と顔)?を?(?:晒|公開|ばらま)|土下座|住所(?:も|を)?(?:言え|教えろ)|"
    "火を(?:つけ|付け)|クズ(?:が|ども|め|だ|野郎)|(?:お前|おまえ|てめえ|テメエ|貴様|きさま)(?:ら|たち)?(?:は|の|が|みたい|、|ごとき|"
    "なんか|じゃ)|脳みそ",
    0.6:
        "(?:馬鹿|バカ|ばか|アホ|あほ|間抜け|マヌケ|無能|能無し|低能|ゴミ)(?:か|が|者|な(?:の|社員|担当|人)|ども|ばかり|野郎|だな|"
        "しかい|担当)|頭(?:が)?(?:悪い(?:の|ん)|おかしい(?:の|ん)|大丈夫)|辞め(?:ろ|させろ|ちまえ)|クビにし(?:ろ|て)|"
    "(?:訴え|裁判|弁護士)[^。]{0,8}(?:る(?:ぞ|から|。|$)|てやる|起こす)|上を出せ|社長を出せ|責任者を出せ|(?:休日|深夜|24時間|"
    "毎時)[^。]{0,16}(?:送れ|対応しろ|電話しろ|出ろ)|誠意を(?:見せろ|示せ|金)|(?:慰謝料|迷惑料)[^。]{0,10}(?:払え|寄こせ|よこせ|万)|"
    "電話を?切(?:るな|らせ)|帰(?:さない|らせない|すな)|ふざけ(?:るな|んな|てんのか)|なめて(?:る|ん)|舐めて(?:る|ん)|黙れ|だまれ|"
    "女(?:のくせ|じゃ話|では話)|日本語(?:が|も)?(?:わから|分から|通じ)[^。]{0,4}(?:の|ん)か",
    0.3: "(?:しろ|せよ|やれ|出せ|払え|送れ|言え|来い|謝れ|返せ)(?:[。!よ]|$)|給料泥棒|税金泥棒|何様|タメ口|お客様は神",
}
ABUSE_EN = {
    0.9:
        r"\b(?:(?:i(?:'ll| will|'m going to)|someone (?:will|should)) (?:kill|hurt|hit|punch|find|hunt|destroy|ruin|burn) (?:you|him|"
        r"her|them|your|one of you)|come (?:down )?to your (?:office|house|home)|know where you (?:live|work|park)|"
    r"watch your back|you(?:'ll| will) (?:regret|pay for) (?:this|it)|kill yourself|drop dead|go to hell|(?:piece|bunch) of (?:shit|"
    r"garbage|trash)|(?:fuck|screw) (?:you|off)|f\W{0,3} off|bitch|bastards?|asshole|moron|"
    r"are you (?:stupid|an idiot|brain ?dead|retarded|deaf)|you(?:'re| are) (?:an? |the |all )?(?:\w+ )?(?:idiots?|stupid|dumbest|"
    r"dumb|morons?|useless (?:person|human|waste)|pathetic|imbeciles?))\b",
    0.6:
        r"\b(?:idiots?|imbeciles?|incompetent (?:fools?|clowns?|idiots?)|clowns?|someone with a brain|stay on this line|all night if|"
        r"get (?:you|him|her|them) fired|have you fired|your (?:full )?name and (?:home )?address|post your (?:name|photo|number)|"
    r"shut up|speak (?:proper )?english|people like you|on your knees|beg(?:ging)? (?:me|for forgiveness)|every hour (?:on the hour|"
    r"until)|call me every|sleep until|don't care (?:that|if) (?:your|you're))\b",
    0.3:
        r"\b(?:get me (?:someone|your (?:boss|manager|supervisor|ceo))|demand (?:that|to|an?|your)|lawyer|sue you|you people|"
        r"how dare you|liars?)\b",
}
