"""The kinds of sound event that the caption grammar knows, and the phrases that name them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of sound event and the phrases that name it."""

    name: str
    phrases: tuple[str, ...]
    sustained: bool  # one unbroken segment; otherwise the sound may pause and come back


KINDS: tuple[Kind, ...] = (
    Kind("alarm", ("an alarm beeps", "an alarm beeping", "an electronic alarm beeps"), False),
    Kind("applause", ("a crowd applauds", "a crowd applauding", "an audience applauds"), True),
    Kind("baby", ("a baby cries", "a baby crying", "an infant cries"), False),
    Kind("bell", ("a church bell tolls", "a church bell tolling"), True),
    Kind("bird", ("birds chirp", "birds chirping", "birds tweet and chirp"), False),
    Kind("cat", ("a cat meows", "a cat meowing"), False),
    Kind("clock", ("a clock ticks", "a clock ticking"), True),
    Kind("cricket", ("crickets trill", "crickets trilling"), True),
    Kind("dog", ("a dog barks", "a dog barking", "a dog barks loudly"), False),
    Kind("engine", ("an engine idles", "an engine idling", "a motor idles"), True),
    Kind("footsteps", ("footsteps crunch on gravel", "footsteps crunching on gravel"), True),
    Kind("frog", ("a frog croaks", "a frog croaking"), False),
    Kind("horn", ("a train horn honks", "a train horn honking"), False),
    Kind("knock", ("someone knocks on a door", "someone knocking on a door"), False),
    Kind("man", ("a man speaks", "a man speaking", "a man talks"), False),
    Kind("rain", ("rain falls", "rain pouring down", "heavy rain falls"), True),
    Kind("saw", ("a chainsaw buzzes", "a chainsaw buzzing"), True),
    Kind("siren", ("a siren wails", "a siren wailing", "an emergency siren wails"), True),
    Kind("steam", ("steam hisses", "steam hissing"), True),
    Kind("telephone", ("a telephone rings", "a telephone ringing"), False),
    Kind("thunder", ("thunder rumbles", "thunder rumbling"), False),
    Kind("whistle", ("a person whistles", "a person whistling", "a person whistles a tune"), False),
    Kind("wind", ("wind blows", "wind blowing", "strong wind blows"), True),
    Kind("woman", ("a woman speaks", "a woman speaking", "a woman talks"), False),
)

_KIND_OF_PHRASE = {phrase: kind for kind in KINDS for phrase in kind.phrases}


def kind_of(phrase: str) -> Kind:
    """The kind of sound that a phrase of the grammar names; ValueError for any other phrase."""
    try:
        return _KIND_OF_PHRASE[phrase]
    except KeyError:
        raise ValueError(f"{phrase!r} is not a phrase of the caption grammar") from None
