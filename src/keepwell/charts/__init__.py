"""Charts: the only way to read. `from keepwell import charts`, then `charts.open(...)` and `@charts.excerpt`."""

from keepwell.charts.doorway import Chart, open
from keepwell.charts.excerpts import excerpt

__all__ = ["Chart", "excerpt", "open"]
