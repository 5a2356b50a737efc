"""Log-mel features."""
