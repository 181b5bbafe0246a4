"""A run directory as an archive, to be sent between machines."""

import contextlib
import io
import tarfile
from pathlib import Path


def pack(folder: Path) -> bytes:
    """Packs a run directory that may be in use into a tar archive, without hidden and half-written files."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if path.is_file() and not any(part.startswith(".") or part.endswith(".part") for part in parts):
                with contextlib.suppress(FileNotFoundError):  # An old checkpoint may be deleted meanwhile.
                    archive.add(path, str(path.relative_to(folder)))
    return content.getvalue()


def unpack(content: bytes, folder: Path) -> None:
    """Extracts an archive made by `pack` into `folder`; deletes checkpoints that are not in it."""
    for name in ("metrics", "tensorboard", "checkpoints", "policy", "videos"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        kept = {Path(name).parts[1] for name in archive.getnames() if name.startswith("checkpoints/")}
        archive.extractall(folder)
    for path in (folder / "checkpoints").glob("step_*.npz"):
        if path.name not in kept:
            path.unlink()
