"""The explorer: static pages to hear the test clips, see what a run makes of them, and find its errors."""
