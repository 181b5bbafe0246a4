"""Packages with agents, which a process finds beside those of walker_rl."""

import os
from pathlib import Path

from tests.package_copy import ROOT

EXAMPLE = ROOT / "examples" / "ars"


def with_packages(*folders: Path, **environment: str) -> dict[str, dict[str, str]]:
    """Options of `subprocess` with which a process finds the packages of the folders, too."""
    path = os.pathsep.join(map(str, (*folders, ROOT)))
    return {"env": {**os.environ, "PYTHONPATH": path, **environment}}


def install(folder: Path, name: str, package: str, **modules: str) -> None:
    """Writes a package with modules, and the metadata of its installation."""
    (folder / package).mkdir(parents=True)
    for module, text in modules.items():
        (folder / package / f"{module}.py").write_text(text)
    metadata = folder / f"{package}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[walker_rl.agents]\n{name} = {package}\n")
