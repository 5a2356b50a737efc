"""What a reader sees: the numbers, the tables, the figures and the page, beside the paper's."""
