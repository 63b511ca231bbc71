"""Checks within sentences: what agrees, what contradicts, and what leaves too much doubt to say."""

import pytest

from tests.checks.said import checks
from zhibiao.checks import prose

SITES = "[67家|website.count|before]缩减至[23家|website.count|after]"


@pytest.mark.parametrize(("marked", "rule", "message"), [
    (f"网站由{SITES}，减少[44家|website.count|decrease]。", prose.CHANGE, "from 67 to 23 is -44, stated -44"),
    (f"网站由{SITES}，其中关停[44家|website.count|decrease]。", prose.CHANGE, "from 67 to 23 is -44, stated -44"),
    ("收到[193件|application.received]，较上年的[152件|application.received|before]增加[41件|application.received|increase]。", prose.CHANGE,
     "from 152 to 193 is 41, stated 41"),
    ("收到[1.93万件|message.received]，比上年[1.52万件|message.received|before]增加[4131件|message.received|increase]。", prose.CHANGE,
     "from 15,200 to 19,300 is 4,100, stated 4,131"),
    (f"网站由{SITES}，下降[65.7%|website.count|decline]。", prose.RATE, "from 67 to 23 is -65.67%, stated -65.7%"),
    ("由[11次|response.item|before]增至[19次|response.item|after]，增长[七成|response.item|growth]。", prose.RATE,
     "from 11 to 19 is 72.73%, stated 70%"),
    ("由[12件|message.received|before]增至[36件|message.received|after]，增长[2倍|message.received|growth]。", prose.RATE,
     "from 12 to 36 is 200.00%, stated 200%"),
    ("公文[341件|publication.document]，其中公开[126件|publication.document|part]，占[36.95%|publication.document|share]。", prose.SHARE,
     "126 / 341 = 36.95%, stated 36.95%"),
    ("账号[12个|new_media.count]，其中微博[5个|new_media.count|part]、微信[7个|new_media.count|part]。", prose.PARTS, "5 + 7 = 12, total 12"),
    ("申请[9件|application.received]，其中自然人[7件|application.received|part]、企业[2件|application.received|part]；"
     .replace("；", "，") + "网络[4件|application.received|part]、信函[5件|application.received|part]。", prose.PARTS, "7 + 2 + 4 + 5 = 18, total 9"),
    ("收到留言[318条|message.received]，办结[310条|message.handled]。", prose.HANDLED, "310 of 318"),
    ("新收[17件|application.received]，办结[16件|application.completed]，结转[1件|application.carried_out]。", prose.CARRIED,
     "17 came in, 16 + 1 = 17 completed or carried out"),
    ("新收[17件|application.received]，上年结转[2件|application.carried_in]，办结[18件|application.completed]，结转下年[1件|application.carried_out]。",
     prose.CARRIED, "17 + 2 came in, 18 + 1 = 19 completed or carried out"),
])
def test_agreement(marked: str, rule: str, message: str) -> None:
    found = checks(marked)
    assert [(one.rule, one.status, one.message) for one in found] == [(rule, "holds", message)]


@pytest.mark.parametrize(("marked", "rule", "figures"), [
    (f"网站由{SITES}，减少[40家|website.count|decrease]。", prose.CHANGE, (0, 1, 2)),
    (f"网站由{SITES}，同比下降[75.7%|website.count|decline]。", prose.RATE, (0, 1, 2)),
    ("公文[341件|publication.document]，其中公开[126件|publication.document|part]，占[46.95%|publication.document|share]。", prose.SHARE, (0, 1, 2)),
    ("账号[12个|new_media.count]，其中微博[15个|new_media.count|part]。", prose.PARTS, (0, 1)),
    ("收到留言[318条|message.received]，办结[319条|message.handled]。", prose.HANDLED, (0, 1)),
    ("新收[17件|application.received]，上年结转[2件|application.carried_in]，办结[16件|application.completed]，结转下年[1件|application.carried_out]。",
     prose.CARRIED, (0, 1, 2, 3)),
])
def test_contradiction(marked: str, rule: str, figures: tuple[int, ...]) -> None:
    found = [one for one in checks(marked) if one.status == "violated"]
    assert [(one.rule, one.figures) for one in found] == [(rule, figures)]


@pytest.mark.parametrize("marked", [
    pytest.param(f"网站由{SITES}。本月减少[4家|website.count|decrease]。", id="another sentence"),
    pytest.param(f"网站由{SITES}，其中关停[16家|website.count|decrease]。", id="a part of the change"),
    pytest.param(f"网站由{SITES}，比前年减少[50家|website.count|decrease]。", id="another year"),
    pytest.param("网站由[约70家|website.count|before]缩减至[23家|website.count|after]，减少[44家|website.count|decrease]。", id="no exact number"),
    pytest.param("信息[5000条|publication.total]，其中网站[3000条|publication.total|part]。", id="parts need not be all"),
    pytest.param("发现[418处|inspection.problem]，属实[263处|inspection.problem|part]，较上月[351处|inspection.problem|before]"
                 "减少[25%|inspection.problem|decline]。", id="something else was before"),
    pytest.param("收到留言[20条|message.received]，办理[25条|message.handled]，含上年结转的留言。", id="older ones among them"),
    pytest.param("新收[17件|application.received]，办结[19件|application.completed]，结转下年[1件|application.carried_out]。",
                 id="carried in, unsaid"),
    pytest.param("发现问题[19处|inspection.problem]，合计[26处|inspection.fixed]已改完。", id="a sum of several"),
    pytest.param("留言[20条|message.received]，满意率[98%|message.satisfaction]，占[30%|message.received|share]。", id="a share of what is unsaid"),
])
def test_no_alarm_in_doubt(marked: str) -> None:
    assert [one.message for one in checks(marked) if one.status == "violated"] == []


def test_unsure_figures_accuse_nobody() -> None:
    assert checks(f"网站由{SITES}，减少[40家|website.count|decrease]。", confidence=0.3) == []
