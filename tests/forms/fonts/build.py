"""Make forms.ttf: Noto Sans CJK SC (SIL Open Font License 1.1), cut down to the generator's characters, with TrueType outlines.

    pip install fonttools && python -m tests.forms.fonts.build /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc

ReportLab embeds TrueType outlines only, and few machines have a CJK font that has them. Run again when `words.py` has new
characters (a test says so).
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont, newTable

from tests.forms import draw, extras, truth, words

SIMPLIFIED_CHINESE = 2  # its place in the collection
OUT = Path(__file__).parent / "forms.ttf"


def alphabet() -> set[str]:
    """Every character that the generator's sources contain, and printable ASCII."""
    text = "".join(inspect.getsource(module) for module in (words, truth, extras, draw)) + "续上页"
    return (
        {char for char in text if ord(char) > 0x20}
        | {chr(code) for code in range(0x20, 0x7F)}
        | set("０１２３４５６７８９．")
    )


def build(source: str) -> None:
    font: TTFont = TTCollection(source).fonts[SIMPLIFIED_CHINESE]
    options = Options(
        layout_features=[],
        hinting=False,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        notdef_outline=True,
    )
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(alphabet()))
    subsetter.subset(font)
    order, glyphs, outlines = font.getGlyphOrder(), font.getGlyphSet(), {}
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        outlines[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, outlines
    for table in ("CFF ", "VORG", "GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx"):
        if table in font:
            del font[table]
    font["head"].glyphDataFormat = 0
    font["maxp"].tableVersion = 0x00010000
    for key in (
        "maxZones",
        "maxTwilightPoints",
        "maxStorage",
        "maxFunctionDefs",
        "maxInstructionDefs",
        "maxStackElements",
        "maxSizeOfInstructions",
        "maxComponentElements",
        "maxPoints",
        "maxContours",
        "maxCompositePoints",
        "maxCompositeContours",
        "maxComponentDepth",
    ):
        setattr(font["maxp"], key, 1 if key == "maxZones" else 0)
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"
    font.save(OUT)


if __name__ == "__main__":
    build(sys.argv[1])
