"""A run directory as an archive, to be sent between machines."""

import contextlib
import io
import os
import secrets
import shutil
import tarfile
from pathlib import Path


def pack(folder: Path) -> bytes:
    """Packs a run directory that may be in use into a tar archive, without hidden and half-written files."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if path.is_file() and not any(part.startswith(".") or part.endswith(".part") for part in parts):
                with contextlib.suppress(FileNotFoundError), path.open("rb") as file:  # It may be deleted meanwhile.
                    archive.addfile(archive.gettarinfo(arcname=str(path.relative_to(folder)), fileobj=file), file)
    return content.getvalue()


def unpack(content: bytes, folder: Path) -> None:
    """Brings a run directory to the state of an archive made by `pack`; whatever interrupts it, every file is whole.

    Files are extracted beside the run's, and renamed once all are on the disk. Afterwards, checkpoints, candidates and
    stages that are not in the archive are deleted; checkpoints stay if it has none, since each may have been replaced
    while it was packed.
    """
    for name in ("metrics", "tensorboard", "checkpoints", "policy", "videos"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    part = folder / f".fetched.{secrets.token_hex(4)}.part"  # If it is left behind, the next start removes it.
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            names = archive.getnames()
            archive.extractall(part)
        os.sync()
        for name in sorted(names, key=_order):
            _move(part / name, folder / name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    has_checkpoint = any(name.startswith("checkpoints/") for name in names)
    for name in ("checkpoints", "candidates", "stages") if has_checkpoint else ("candidates", "stages"):
        for path in (folder / name).glob("step_*.npz"):
            if f"{name}/{path.name}" not in names:
                path.unlink()


def _order(name: str) -> tuple[bool, bool]:
    """Sorts checkpoints after the metrics that they need, and the files that say how far the run is after both."""
    return name in ("status.json", "summary.json"), name.startswith("checkpoints/")


def _move(source: Path, target: Path) -> None:
    """Moves a file to its place; an event file that has grown is extended instead, since TensorBoard keeps it open."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.parent.name == "tensorboard" and target.exists():
        old, new = target.read_bytes(), source.read_bytes()
        if new.startswith(old):
            with target.open("ab") as file:
                file.write(new[len(old) :])
            return
    source.replace(target)
