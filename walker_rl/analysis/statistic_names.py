"""Names of statistics in the column `series` of tables, in which seeds have the name of their run."""

STATISTIC = "IQM"
"""The interquartile mean."""

MEAN = "mean"
"""The mean: the statistic of shares that most seeds have at 0, since the IQM would omit the others."""

MEDIAN = "median"
"""The median: the statistic of times, some of which are infinite."""
