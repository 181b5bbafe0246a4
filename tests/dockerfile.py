"""The Dockerfile, as tests read it."""

import re
from pathlib import Path

DEPLOY = Path(__file__).parents[1] / "deploy"


def image_lines(instruction: str) -> list[str]:
    """The text after an instruction of the Dockerfile, each time it occurs; a line that continues is one."""
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "Dockerfile").read_text())
    return re.findall(rf"^{instruction} (.*)$", text, flags=re.MULTILINE)
