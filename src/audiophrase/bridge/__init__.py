"""Snakemake orders, DVC stores: what makes the two agree about what is made and what is not."""
