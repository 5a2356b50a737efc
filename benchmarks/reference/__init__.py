"""The same work written plainly, as research code does it: what the benchmarks compare with."""
