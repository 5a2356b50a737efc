"""Data sets whose audio is archived: records of Zenodo, and what is unpacked of them."""
