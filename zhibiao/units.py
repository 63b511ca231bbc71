"""The measure words that stand behind numbers in reports, in simplified characters.

They settle where a figure ends: the tokenizer splits them off behind a numeral, and the number parser takes them for
the unit. A word missing here is no error (the parser takes whatever follows the number); it only makes the border of a
span depend on the vocabulary of the encoder.
"""

UNITS: tuple[str, ...] = tuple(sorted(
    """
    个工作日 工作日 个百分点 百分点 个月 个点 人次 家次 件次 户次 台次 车次 场次 项次 批次 条次 篇次 次数 人天 课时 学时 小时 分钟 秒 天 日 周 月 年
    万元 亿元 元 块 美元 平方米 平方公里 公里 千米 米 厘米 毫米 公顷 亩 吨 公斤 千克 克 升 立方米 千瓦时 千瓦 度 兆 张次 户 个 家 条 件 份 期 次 项
    名 位 人 封 篇 部 处 起 宗 例 场 册 本 套 台 辆 间 栋 幢 座 所 只 头 匹 棵 株 口 支 把 块 片 张 幅 页 字 则 通 单 笔 批 组 队 班 级 类 种 档
    段 轮 届 回 遍 趟 番 倍 成 分 点 折 名次 案 卷 盒 箱 车 艘 架 门 款 章 节 道 面 根 粒 村 镇 乡 县 市 省 区 街道 社区 站 厅 窗口 岗 席 号 线 路
    部门 单位 企业 平台 网站 账号 栏目 专栏 对 双 副 顶 枚 盏 桶 瓶 包 袋 株次 时 人日 处次 课 讲 集 版 行 列 格 层 步 环节 环
    """.split(),
    key=lambda word: (-len(word), word),
))
