"""Log-mel spectra at each file's own rate, as the released code has them: nothing is resampled.

Departure: the paper's front end, `log-mel`, brings all clips to 32 kHz. This one is `log-mel`
without a rate of its own, so that its settings have none.
"""

from audiophrase.features.log_mel import COLUMN, UNIT, frames, hop_s

__all__ = ["COLUMN", "UNIT", "frames", "hop_s"]
