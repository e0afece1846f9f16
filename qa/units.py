"""Units of measurement and numbers in words, English and Chinese: tables, and the reading of one number.

Factors turn a unit into the base unit of its dimension (metres, grams, seconds, square metres, litres, ...);
definitions after the SI brochure (BIPM, 2019) and NIST Special Publication 811.
"""

import re

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = {w: 10 * n for n, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)}
WORD_NUMBERS = {w: n for n, w in enumerate(_SMALL)} | _TENS | {"dozen": 12, "half": 0.5, "a quarter": 0.25}
LARGE = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9,
    "trillion": 1e12, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "万亿": 1e12,
}  # fmt: skip
_WORD = "|".join(sorted((*_SMALL, *_TENS, "hundred", "dozen"), key=len, reverse=True))
_CHINESE = "零一二三四五六七八九"
# digits with separators, English number words ("two and a half", "forty-two"), or Chinese ones
NUMBER = (
    rf"\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|(?:(?:{_WORD})(?:[ -](?:{_WORD}))*(?: and a half)?|half)"
    rf"(?![a-z])|[{_CHINESE}十百千]+(?=[万亿个名人元年天家座岁]|分之)"
)


def _table() -> dict[str, tuple[str, float, float]]:
    """Return unit -> (dimension, factor, shift): base value = (number - shift) * factor."""
    rows = {
        "length": "m meter meters metre metres 米=1 km kilometer kilometers kilometre kilometres 公里 千米=1000 "
        "cm centimetre centimetres centimeter centimeters 厘米=.01 mm millimetre millimetres 毫米=.001 "
        "mile miles=1609.344 ft feet foot=.3048 inch inches=.0254 yard yards=.9144",
        "mass": "g gram grams 克=1 kg kilogram kilograms kilo kilos 公斤 千克=1000 mg milligram milligrams=.001 "
        "t ton tons tonne tonnes 吨=1e6 lb lbs pound-mass=453.592 oz ounce ounces=28.3495",
        "time": "s second seconds 秒=1 ms milliseconds=.001 min minute minutes 分钟=60 h hour hours 小时=3600 "
        "day days 天=86400 week weeks 周=604800 month months 个月=2629800 year years 年=31557600",
        "area": "m² m2=1 平方米=1 ha hectare hectares 公顷=10000 km² km2=1e6 平方公里=1e6 acre acres=4046.856",
        "volume": "l litre litres liter liters 升=1 ml millilitre millilitres=.001 m³ m3=1000 立方米=1000 "
        "gallon gallons=3.785412",
        "speed": "km/h kph 公里/小时=1 mph=1.609344 m/s=3.6 knot knots=1.852",
        "energy": "wh=1 kwh kilowatt-hour kilowatt-hours 千瓦时=1000 mwh=1e6",
        "charge": "ah=1 mah=.001", "power": "w watt watts=1 kw kilowatt kilowatts 千瓦=1000 mw megawatt megawatts=1e6",
        "data": "mb=1 gb=1000 tb=1e6", "%": "% percent 个百分点 ％=1",
        "money eur": "€ eur euro euros 欧元=1", "money usd": "$ us$ usd dollar dollars 美元=1",
        "money gbp": "£ gbp pound pounds 英镑=1", "money cny": "¥ cny rmb yuan 元 人民币=1",
        "money hkd": "hk$ hkd 港元=1", "money inr": "₹ inr rupee rupees=1", "money jpy": "yen 日元=1",
    }  # fmt: skip
    found: dict[str, tuple[str, float, float]] = {}
    for dimension, row in rows.items():
        pending: list[str] = []
        for entry in row.split():
            name, _, factor = entry.partition("=")
            pending.append(name)
            if factor:
                found |= {unit: (dimension, float(factor), 0.0) for unit in pending}
                pending = []
    for phrase, unit in (
        ("us dollars", "dollars"), ("u.s. dollars", "dollars"), ("per cent", "percent"), ("square metres", "m2"),
        ("square meters", "m2"), ("square kilometres", "km2"), ("cubic metres", "m3"), ("cubic meters", "m3"),
        ("kilometres per hour", "km/h"), ("kilometers per hour", "km/h"), ("miles per hour", "mph"),
    ):  # fmt: skip
        found[phrase] = found[unit]
    for name in ("°c", "℃", "degrees celsius", "摄氏度"):
        found[name] = ("temperature", 1.0, 0.0)
    return found | dict.fromkeys(("°f", "℉", "degrees fahrenheit"), ("temperature", 5 / 9, 32.0))


UNITS = _table()
PEOPLE = frozenset(
    """
    people person persons employee employees staff worker workers inhabitants residents member members soul souls
    spectators visitors guests 人 名 位
    """.split()
)
ADJECTIVES = {
    "long": "long", "length": "long", "wide": "wide", "broad": "wide", "width": "wide", "tall": "high", "high": "high",
    "height": "high", "deep": "deep", "depth": "deep", "thick": "thick", "old": "old",
}  # fmt: skip


def number(written: str) -> float:
    """Return the value of one number as :data:`NUMBER` finds it.

    >>> number("1,500.5"), number("forty-two"), number("two and a half"), number("三千二百")
    (1500.5, 42.0, 2.5, 3200.0)
    """
    plain = written.lower().replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", plain):
        return float(plain)
    if plain[0] in _CHINESE + "十百千":
        return _chinese(plain)
    total = current = 0.0
    for word in re.split(r"[ -]", plain.removesuffix(" and a half")):
        if word == "hundred":
            current = max(current, 1) * 100
        elif word == "dozen":
            current = max(current, 1) * 12
        else:
            current += WORD_NUMBERS[word]
    return total + current + (0.5 if plain.endswith(" and a half") else 0.0)


def _chinese(written: str) -> float:
    total = current = 0.0
    for char in written:
        if char in _CHINESE:
            current = _CHINESE.index(char)
        else:
            total += max(current, 1) * {"十": 10, "百": 100, "千": 1000}[char]
            current = 0.0
    return total + current
