"""Twenty texts to annotate: what offsets stumble over first, then plain ones."""

ODD = [
    "𠮷林市政府網站由67家縮減至23家,\r\n辦結留言1,024件。",
    "👨‍👩‍👧‍👦😀全县收到留言512件,办结率98.5%。\r\n\r\n🎉新增政务微博3个。",
    "  <b>全市</b>&nbsp;政府网站[12]家,国办发[2019]60号|收到申请45件。\n",
    "臺北區政府資訊公開申請受理30至50件,未收到行政復議。",
]
PLAIN = [f"{place}{year}年收到留言{count}件,办结{count - 7}件;政府网站由{count // 9}家减至{count // 30}家,抽查网站{count // 20}家次。"
         for place, year, count in zip("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳", range(2006, 2022), range(300, 2000, 100), strict=False)]
TEXTS = [*ODD, *PLAIN]
