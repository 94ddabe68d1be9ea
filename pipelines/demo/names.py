"""Invented people's names: family and given names that are combined, whole names, and the people who sign mails.

Invariant: ``MAIL_PEOPLE`` names the speaker of every comment that carries a signature, with the company of that signature
(empty for a consumer).
"""

JA_FAMILY = (
    "秋庭", "浅海", "芦沢", "安曇", "一ノ瀬", "井戸田", "今西", "岩瀬", "上村", "江波", "大和田", "岡安", "小笠原", "奥平", "加賀美",
    "柏原", "片桐", "菊川", "岸部", "北園", "木暮", "久保寺", "黒沼", "桑名", "小日向", "近藤", "斎賀", "坂巻", "佐久本", "笹岡",
    "志水", "白川", "杉浦", "須貝", "瀬尾", "高梨", "滝口", "武藤", "谷津", "千原", "津島", "寺岡", "土井垣", "中曽根", "名取", "西尾",
    "沼田", "野口", "萩原", "波多野", "林田", "日比野", "平塚", "福留", "藤枝", "古屋", "星川", "堀内", "牧野", "松永", "三国", "水谷",
    "宮脇", "村雨", "森下", "矢吹", "山浦", "湯浅", "横田", "吉武", "若月", "渡会",
)

JA_GIVEN = (
    "明里", "彩", "郁夫", "一樹", "英里子", "薫", "和江", "克也", "可奈子", "恭平", "久美", "圭吾", "健二", "航", "佐和子", "静香",
    "周平", "順子", "翔太", "信吾", "澄江", "聖司", "節子", "爽太", "貴之", "拓海", "千景", "千尋", "強", "哲平", "照美", "朋子",
    "直樹", "七海", "法子", "遥", "春樹", "久志", "瞳", "秀和", "弘美", "文香", "雅人", "真帆", "美咲", "光弘", "実", "恵", "元",
    "康介", "泰葉", "悠真", "優香", "義孝", "理央", "怜", "亮介", "若菜",
)

EUROPE_NAMES = (
    "Alina Bergqvist", "Anton Drexler", "Aoife Hanlon", "Beatrix Lowell", "Bram Verhaegen", "Carla Montanes", "Cedric Aumont",
    "Clara Winstanley", "Conor Gilroy", "Daria Koval", "Dorothy Pym", "Edmund Ashby", "Elena Sorensen", "Erik Lindqvist",
    "Fiona Tarrant", "Gareth Pryce", "Giulia Maran", "Hannah Oakes", "Henrik Dahl", "Imogen Stroud", "Ines Carvalho", "Ivo Petkov",
    "Jasper Holloway", "Joanna Zielny", "Jonas Reuter", "Kate Penrose", "Klara Novotna", "Lars Ekdahl", "Leonie Brandt",
    "Liam Corrigan", "Lucia Ferraz", "Mabel Whitlock", "Magnus Torvik", "Marta Quintela", "Niall Devane", "Nora Eskelund",
    "Oliver Stanmore", "Paula Reinholt", "Rhys Morgan", "Rosa Benavent", "Sofia Lindgren", "Stefan Kolb", "Tessa Marlowe",
    "Theo Vandamme", "Una Fairley", "Viktor Hale", "Winifred Cole", "Yannick Perrin", "Agnes Thorley", "Basil Crane", "Dagmar Holm",
    "Felix Arnaud", "Greta Sandvik", "Hugo Pellerin", "Iris Wakeham", "Marek Dudek", "Pia Lahtinen", "Silvio Conti",
)

APAC_NAMES = (
    "Adeline Goh", "Aditi Menon", "Amara Tui", "Arun Velan", "Bao Nguyen-Hart", "Cheryl Lim", "Daniel Okeroa", "Dewi Santika",
    "Ethan Raukawa", "Farah Iskandar", "Grace Tan-Wells", "Hamish Calder", "Indra Wijaya", "Isla McAllister", "Jia Wen Koh",
    "Kavita Rao-Singh", "Kiri Paewai", "Lachlan Byrne", "Mei Lin Ong", "Nadia Rahim", "Oscar Whitford", "Prisha Nair", "Rafael Dizon",
    "Ruby Tranter", "Sanjay Pillai", "Siti Noraini", "Tariq Aziz-Lee", "Thuy Pham", "Wei Jian Teo", "Zara Benning", "Colin Draper",
    "Lani Faleolo", "Meera Joshi", "Quentin Yeo", "Suda Prasert", "Yuki Hartley",
)

AOZORA_PEOPLE = {
    "aozora-user1": "井筒 陽子",
    "aozora-user2": "曽我部 里美",
    "aozora-user3": "赤池 達郎",
    "aozora-user4": "久我 律子",
    "aozora-user5": "新海 大地",
    "aozora-decider": "榊原 正毅",
}

MAIL_PEOPLE: dict[str, tuple[str, str, str]] = {
    "ja2-mail-001": ("相沢 志帆", "株式会社みなと紙器", "admin"),
    "ja2-mail-002": ("矢島 亮", "まるひげ工務店", "user"),
    "ja2-mail-003": ("千種 隆之", "北貝興産株式会社", "buyer"),
    "ja2-mail-004": ("浜口 敦", "有限会社とびうお水産", "admin"),
    "ja2-mail-005": ("小田切 まひろ", "株式会社こもれび企画", "user"),
    "ja2-mail-006": ("根津 幸一", "株式会社ひばり設備", "admin"),
    "ja2-mail-007": ("真壁 里香", "宮園印刷株式会社", "user"),
    "ja2-mail-008": ("鳴海 誠一", "しのぶえロジ株式会社", "decider"),
    "ja2-mail-009": ("桐山 ふみ", "", "consumer"),
    "ja2-mail-010": ("宇野 勝", "うの製作所", "user"),
    "ja2-mail-011": ("長谷部 円", "医療法人そらまめ会", "admin"),
    "ja2-mail-012": ("桂 由美子", "カナリヤ商会株式会社", "buyer"),
    "ja2-mail-013": ("楠 菜々子", "株式会社ゆきわり食器", "user"),
    "ja2-mail-014": ("真鍋 剛", "株式会社オリベア機工", "decider"),
    "ja2-mail-015": ("栗原 真", "株式会社たけのこ通信", "admin"),
    "ja2-mail-016": ("椎名 和歌", "ほしの保育サービス株式会社", "user"),
    "ja2-mail-017": ("和久井 学", "株式会社ツバキノ塗装", "admin"),
    "ja2-mail-018": ("遠野 みずき", "藍染工房みずは", "user"),
    "ja2-mail-019": ("野々村 清", "千鳥飴本舗株式会社", "buyer"),
    "ja2-mail-020": ("戸川 俊", "カササギ測量設計株式会社", "user"),
    "en-mail-001": ("Helen Marsh", "Marsh & Tolley Ltd", "admin"),
    "en-mail-002": ("David Okafor", "Bluefinch Interiors", "user"),
    "en-mail-003": ("Katrin Vogelsang", "Lindenhof Werkzeuge GmbH", "buyer"),
    "en-mail-004": ("Tom Ashdown", "Pellworth Example Group", "admin"),
    "en-mail-005": ("Sunita Rao", "Sample Lane Foods", "user"),
    "en-mail-006": ("Marcus Bell", "Quarry Hill Schools Trust", "admin"),
    "en-mail-007": ("J. R. Penhallow", "Penhallow Marine Supplies", "decider"),
    "en-mail-008": ("Pawel Nowicki", "Lumenka Glass", "user"),
    "en-mail-009": ("Eleanor Whitcombe", "Whitcombe & Daughters Surveyors", "admin"),
    "en-mail-010": ("Emily Tanaka", "Kawabe Trading (Example) Co.", "buyer"),
    "en-mail-011": ("Luca Ferrante", "Vetroblu Import", "user"),
    "en-mail-012": ("Grace Oyelaran", "Exampledale Care Homes", "admin"),
}
