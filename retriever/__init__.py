"""Query in, hits out: channels, fusion, calibration."""
