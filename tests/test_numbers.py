"""Every form in which reports write numbers: text, value, upper value, unit, approximation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibiao.numbers import parse, plain_number
from zhibiao.view import normalise

FORMS = [
    # plain
    ("67家", 67, None, "家", "exact"),
    ("0件", 0, None, "件", "exact"),
    ("零条", 0, None, "条", "exact"),
    ("1,024条", 1024, None, "条", "exact"),
    ("２８ ，６１４", 28614, None, "", "exact"),
    ("98.5%", 98.5, None, "%", "exact"),
    ("98.03%%", 98.03, None, "%", "exact"),
    ("20个工作日", 20, None, "个工作日", "exact"),
    ("1.6个百分点", 1.6, None, "个百分点", "exact"),
    ("3000人次", 3000, None, "人次", "exact"),
    # 万 and 亿
    ("449.33万元", 4493300, None, "元", "exact"),
    ("1,100万", 11000000, None, "", "exact"),
    ("3万4000", 34000, None, "", "exact"),
    ("25万6千", 256000, None, "", "exact"),
    ("3.5亿次", 350000000, None, "次", "exact"),
    ("1.2万亿元", 1200000000000, None, "元", "exact"),
    ("1亿2千万", 120000000, None, "", "exact"),
    ("1万5000亿", 1500000000000, None, "", "exact"),
    # Chinese numerals
    ("十二项", 12, None, "项", "exact"),
    ("两万零五十", 20050, None, "", "exact"),
    ("二十万亿", 20000000000000, None, "", "exact"),
    ("一万五千亿", 1500000000000, None, "", "exact"),
    ("一百五", 150, None, "", "exact"),
    ("三百八十六户", 386, None, "户", "exact"),
    ("两天半", 2.5, None, "天", "exact"),
    ("百分之九十八", 98, None, "%", "exact"),
    ("百分之九十九点五", 99.5, None, "%", "exact"),
    ("九成", 90, None, "%", "exact"),
    ("九成三", 93, None, "%", "exact"),
    ("三分之一", 33.33, None, "%", "exact"),
    ("千分之五", 0.5, None, "%", "exact"),
    ("1/5", 20, None, "%", "exact"),
    ("一半", 50, None, "%", "exact"),
    ("翻一番", 100, None, "%", "exact"),
    ("翻了两番", 300, None, "%", "exact"),
    ("1.5倍", 1.5, None, "倍", "exact"),
    # approximations
    ("5000多条", 5000, None, "条", "more"),
    ("近1.2万条", 12000, None, "条", "less"),
    ("30余场", 30, None, "场", "more"),
    ("廿余", 20, None, "", "more"),
    ("三十万多亿", 30000000000000, None, "", "more"),
    ("10万+", 100000, None, "", "more"),
    ("约3000人次", 3000, None, "人次", "about"),
    ("数十次", 10, None, "次", "about"),
    ("几十家", 10, None, "家", "about"),
    ("上百家", 100, None, "家", "more"),
    ("近万条", 10000, None, "条", "less"),
    ("上千人次", 1000, None, "人次", "more"),
    ("百余个", 100, None, "个", "more"),
    ("六百余万元", 6000000, None, "元", "more"),
    ("80%以上", 80, None, "%", "more"),
    ("四成以上", 40, None, "%", "more"),
    ("不少于10场", 10, None, "场", "at_least"),
    ("至少2次", 2, None, "次", "at_least"),
    ("不超过3件", 3, None, "件", "at_most"),
    ("不到十件", 10, None, "件", "less"),
    ("十几个", 10, None, "个", "about"),
    ("十五六件", 15, None, "件", "about"),
    ("一倍有余", 1, None, "倍", "more"),
    ("二十多万人次", 200000, None, "人次", "more"),
    ("翻了近一番", 100, None, "%", "less"),
    ("二十来条", 20, None, "条", "about"),
    # ranges and ranks
    ("30至50件", 30, 50, "件", "exact"),
    ("10-15天", 10, 15, "天", "exact"),
    ("3至5万条", 30000, 50000, "条", "exact"),
    ("第4", 4, None, "", "exact"),
    ("第四位", 4, None, "位", "exact"),
    ("前三名", 3, None, "名", "at_most"),
    ("前10", 10, None, "", "at_most"),
    # what crawling leaves
    ("412。 6 万元", 4126000, None, "元", "exact"),
    ("1，3 112。 5 万元", 131125000, None, "元", "exact"),
    ("1 7\n个", 17, None, "个", "exact"),
    ("1O7件", 107, None, "件", "exact"),
    ("l2期", 12, None, "期", "exact"),
    ("18.42萬(wàn)件", 184200, None, "件", "exact"),
    ("10W+", 100000, None, "", "more"),
]


@pytest.mark.parametrize(("text", "value", "value_max", "unit", "approx"), FORMS, ids=[form[0].replace("\n", "⏎") for form in FORMS])
def test_forms(text: str, value: float, value_max: float | None, unit: str, approx: str) -> None:
    quantity = parse(normalise(text).text)
    assert quantity is not None
    assert (plain_number(quantity.value), plain_number(quantity.value_max), quantity.unit, quantity.approx) == (value, value_max, unit, approx)


@pytest.mark.parametrize("text", ["", "政府网站", "多条", "、", "网站条", "第", "9" * 20_000, "9" * 300 + "至", "1," * 400 + "x", "9" * 17])
def test_no_number(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(("text", "unit"), [("5000多條", "條"), ("1 7\n个", "个"), ("近1.2万余条", "条"), ("3,000 人次", "人次")])
def test_unit_interval_points_at_the_unit(text: str, unit: str) -> None:
    quantity = parse(normalise(text).text)
    assert quantity is not None
    assert quantity.unit_at is not None
    assert text[slice(*quantity.unit_at)] == unit


@given(st.integers(0, 10**9), st.sampled_from(["家", "条", "人次", "万元", ""]))
def test_arabic_numbers_read_as_they_stand(number: int, unit: str) -> None:
    quantity = parse(f"{number}{unit}")
    assert quantity is not None
    assert quantity.value == number * (10_000 if unit == "万元" else 1)


@given(st.text(alphabet="0123456789十百千万亿零两半多余近约%.,，、-至到第前个件条 \n成分之倍番翻几数WlO", max_size=14))
def test_never_raises(text: str) -> None:
    quantity = parse(text)
    assert quantity is None or quantity.value >= 0
