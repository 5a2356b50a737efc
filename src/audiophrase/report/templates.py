"""Templates of pages: what comes from the data is escaped, and a name that was not given is an error."""

from pathlib import Path

import jinja2


def template(path: Path) -> jinja2.Template:
    """The template at `path`, which may include others of its folder."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(path.parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(path.name)
