"""Makes the two subsets: python make.py FOLDER-OF-LIBERATION-SANS (2.1.5), with fonttools."""
import sys
from fontTools import subset
from fontTools.ttLib import TTFont

RANGES = [(0x20, 0x7E), (0xA0, 0x17F), (0x18F, 0x18F), (0x192, 0x192), (0x218, 0x21B), (0x259, 0x259), (0x2C6, 0x2DD),
          (0x384, 0x3CE), (0x400, 0x45F), (0x490, 0x493), (0x49A, 0x49B), (0x4AE, 0x4B1), (0x4E8, 0x4E9),
          (0x1E80, 0x1E85), (0x1E9E, 0x1E9E), (0x1EF2, 0x1EF3), (0x2010, 0x2027), (0x2030, 0x203A), (0x2070, 0x2079),
          (0x2080, 0x2089), (0x20A0, 0x20BF), (0x2113, 0x2122), (0x2190, 0x2195), (0x2200, 0x22FF), (0xFFFD, 0xFFFD)]
NAME = "LTV Chart Sans"  # "Liberation" is a reserved name: a changed font must not bear it

for style in ["Regular", "Bold"]:
    font = TTFont(f"{sys.argv[1]}/LiberationSans-{style}.ttf")
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.notdef_outline = True
    cut = subset.Subsetter(options)
    cut.populate(unicodes=[c for low, high in RANGES for c in range(low, high + 1)])
    cut.subset(font)
    names = {1: NAME, 3: f"{NAME} {style}; subset of Liberation Sans 2.1.5", 4: f"{NAME} {style}",
             6: NAME.replace(" ", "") + f"-{style}"}
    for record in font["name"].names:
        if record.nameID in names:
            record.string = names[record.nameID]
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(f"chart-sans-{style.lower()}.ttf")
