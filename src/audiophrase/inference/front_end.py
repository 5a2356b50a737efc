"""The front end that a model hears through, out of the settings that it was trained with."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from audiophrase import named
from audiophrase.errors import ArtifactError, AudiophraseError
from audiophrase.features import module_of
from audiophrase.features.parameters import FRONT_ENDS
from audiophrase.settings import Settings, structure

_HOPS_S = (1e-3, 10.0)  # that a frame may take: less would be as many frames as samples


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """A front end with its parameters, and its network where it has one."""

    name: str
    module: ModuleType
    params: Any

    def frames(self, samples: np.ndarray, sample_rate_hz: int) -> np.ndarray:
        """Float32 (n_samples,) -> float32 (T, F)."""
        return self.module.frames(samples, sample_rate_hz, self.params)

    def hop_s(self, sample_rate_hz: int) -> float:
        """The time between two frames, for audio of that rate."""
        return self.module.hop_s(sample_rate_hz, self.params)

    @property
    def highest_hz(self) -> float | None:
        """The highest frequency that it looks at; None: not known."""
        return getattr(self.params, "fmax_hz", None)


def build(name: str, settings: Settings, network: bytes | None) -> FrontEnd:
    """The front end of that name.

    Args:
        network: the content of its ONNX file; None: it has none.

    Raises:
        AudiophraseError: there is no such front end, or its parameters or network are not valid.
    """
    if name not in FRONT_ENDS:
        raise ArtifactError(
            f"the model hears through a front end '{name[:64]}', which is not known here",
            f"known: {', '.join(FRONT_ENDS)}",
        )
    declared = FRONT_ENDS[name]
    module = named.load(module_of(name), "frames", "hop_s")
    params = structure(settings, declared.section)
    if declared.file is not None:
        if network is None:
            raise AudiophraseError(
                f"the front end '{name}' is a network in a file, which is not here",
                "name the file: audiophrase.load(RUN, network=FILE), or pack it with the model: "
                "`audiophrase export RUN FOLDER --network FILE`",
            )
        named.require(module, "load")
        params = module.load(params, network)
    front_end = FrontEnd(name, module, params)
    rate_hz = getattr(params, "sample_rate_hz", None) or 16000
    try:
        hop_s = front_end.hop_s(rate_hz)
    except ZeroDivisionError:
        hop_s = 0.0
    if not _HOPS_S[0] <= hop_s <= _HOPS_S[1]:
        raise ArtifactError(
            f"the model's frames lie {hop_s:g} s apart, not {_HOPS_S[0]:g} to {_HOPS_S[1]:g} s",
            "use another model",
        )
    return front_end


def names_of(settings: Settings) -> list[str]:
    """The front ends that may have such settings, the likeliest first: a run does not name its own.

    One that leaves out keys of its section, as `log-mel-native` its rate, goes before one that has
    them where these are not there.
    """
    fitting = [
        name
        for name, declared in FRONT_ENDS.items()
        if declared.section in settings
        and not set(declared.without) & set(settings[declared.section])
    ]
    return sorted(fitting, key=lambda name: -len(FRONT_ENDS[name].without))
