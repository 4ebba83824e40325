"""Makes every table of this folder: `python3 tests/reference/make_tables.py`, with mpmath 1.3, in about twenty minutes.

The points are drawn by generators that depend on the table's name alone, so every run writes the same bytes.
"""

import bg_bb
import models
import predictive
import regular
import retention
import special
import until_death

if __name__ == "__main__":
    special.make()
    models.make()
    predictive.make()
    until_death.make()
    bg_bb.make()
    regular.make()
    retention.make()
