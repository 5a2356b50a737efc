"""The clips' audio, and the record of which clips could be had."""
