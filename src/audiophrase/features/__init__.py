"""Features: frames of a clip, (T, F), made by a front end.

A front end is a module here, of its name, and a line in `features.parameters`. The module defines

- `COLUMN` and `UNIT`: the name of its column in a shard of features, and the unit of a value;
- `frames(samples, sample_rate_hz, params)`: float32 (n_samples,), mono -> float32 (T, F), where
  F is the same for every clip, and frame t is centred on t hops;
- `hop_s(sample_rate_hz, params)`: the time between two frames in seconds, for a clip of that rate.

`params` is the dataclass of its section of params.yaml. Where the front end is a network in a file,
`load(params, content)` makes of it, and of the bytes of the file, what its functions take as `params`.
"""


def module_of(front_end: str) -> str:
    """The name of a front end's module."""
    return f"{__name__}.{front_end.replace('-', '_')}"
