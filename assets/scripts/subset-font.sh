#!/bin/sh
# Makes the fonts of assets/font out of Noto Sans CJK, which Debian and Ubuntu
# ship as fonts-noto-cjk: the characters of chars.txt in regular and bold, and
# ASCII in monospace. Run it after chars.txt grew; needs fonts-noto-cjk and
# python3-fonttools.
set -eu
cd "$(dirname "$0")/../font"
noto=${NOTO_CJK:-/usr/share/fonts/opentype/noto}
python=${PYTHON:-/usr/bin/python3}
[ -f "$noto/NotoSansCJK-Regular.ttc" ] || { echo "subset-font: no Noto Sans CJK in $noto; install fonts-noto-cjk" >&2; exit 1; }
"$python" -c 'import fontTools' 2>/dev/null || { echo "subset-font: no fontTools; install python3-fonttools" >&2; exit 1; }

"$python" - "$noto" <<'PYTHON'
import sys
from fontTools import subset
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTCollection

noto = sys.argv[1]
chars = {c for c in open("chars.txt", encoding="utf-8").read() if c != "\n"} | {" ", "\u00a0"}


def charstrings(font):
    return font["CFF "].cff.topDictIndex[0].CharStrings


def draw(font, name, width, parts):
    """Replaces a glyph by others, each moved to the right."""
    glyphs, strings = font.getGlyphSet(), charstrings(font)
    pen = T2CharStringPen(width, glyphs)
    for part, dx in parts:
        glyphs[part].draw(TransformPen(pen, (1, 0, 0, 1, dx, 0)))
    old = strings[name]
    strings[name] = pen.getCharString(private=old.private, globalSubrs=old.globalSubrs)
    font["hmtx"][name] = (width, 0)


def remap(font, char, name):
    for table in font["cmap"].tables:
        if table.isUnicode() and ord(char) in getattr(table, "cmap", {}):
            table.cmap[ord(char)] = name


def make(file, face, latin, keep, out, weight, family):
    faces = TTCollection(f"{noto}/{file}").fonts
    font, western = faces[face], faces[latin].getBestCmap()
    # The Chinese faces draw these a full em wide, as a page of hanzi wants it.
    # Masks and English sentences want the western forms.
    cmap = font.getBestCmap()
    if family.endswith("Mono"):
        draw(font, cmap[ord("…")], 500, [(western[ord("•")], 80)])
        remap(font, "•", cmap[ord("…")])
    else:
        for c in "•·‘’“”":
            remap(font, c, western[ord(c)])
        period = cmap[ord(".")]
        step = font["hmtx"][period][0]
        draw(font, cmap[ord("…")], 3 * step, [(period, i * step) for i in range(3)])
    options = subset.Options()
    options.layout_features = ["kern"]
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(c) for c in keep])
    subsetter.subset(font)
    names = {1: family, 2: weight, 4: f"{family} {weight}", 6: f"{family}-{weight}".replace(" ", "")}
    for record in font["name"].names:
        if record.nameID in names:
            record.string = names[record.nameID]
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    subset.save_font(font, out, options)


ascii_ = {chr(c) for c in range(0x20, 0x7F)} | {"•"}
make("NotoSansCJK-Regular.ttc", 2, 1, chars, "regular.otf", "Regular", "TokenTray Sans")
make("NotoSansCJK-Bold.ttc", 2, 1, chars, "bold.otf", "Bold", "TokenTray Sans")
make("NotoSansCJK-Regular.ttc", 7, 1, ascii_, "mono.otf", "Regular", "TokenTray Mono")
PYTHON
ls -l ./*.otf
