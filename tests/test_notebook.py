"""The example notebook, executed in a kernel of its own, with short trainings."""

import shutil

import nbformat
import pytest
from nbclient import NotebookClient

from tests.package_copy import ROOT

NOTEBOOK = ROOT / "examples" / "walk.ipynb"
LENGTH = "SECONDS = 120"


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The notebook after its execution, and the folder of its runs."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "configs", folder / "configs")
    (folder / "examples").mkdir()
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    (length,) = (cell for cell in notebook.cells if cell.source.startswith(LENGTH))
    length.source = length.source.replace(LENGTH, "SECONDS = 3")
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder / "examples")}})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        return client.execute(), folder / "examples" / "runs"


def outputs(notebook, source):
    """The outputs of the cell with these words: MIME types of what it displays, and its printed text."""
    (cell,) = (cell for cell in notebook.cells if cell.cell_type == "code" and source in cell.source)
    shown = {kind for output in cell.outputs for kind in output.get("data", {})}
    return shown, "".join(output.get("text", "") for output in cell.outputs)


@pytest.mark.slow
def test_it_shows_the_film_the_curve_and_the_comparison(executed):
    notebook, runs = executed
    assert "image/gif" in outputs(notebook, "render_episode")[0]
    assert "image/png" in outputs(notebook, "plt.plot")[0]
    assert "image/png" in outputs(notebook, "draw_comparison")[0]
    assert (runs / "comparison" / "overview.svg").exists()


@pytest.mark.slow
def test_it_trains_twice_and_prints_what_the_command_prints(executed):
    notebook, runs = executed
    assert outputs(notebook, "walker_rl.evaluate")[1].startswith("return ")
    assert "Training d4pg on Walker2DBulletEnv-v0 for 150,000 steps or 3 s" in outputs(notebook, "agent=gait")[1]
    assert len([*runs.glob("d4pg_*/summary.json")]) == 2


@pytest.mark.slow
def test_nothing_warns_and_no_line_is_redrawn(executed):
    notebook, _ = executed
    errors = [
        output.text for cell in notebook.cells for output in cell.get("outputs", ()) if output.get("name") == "stderr"
    ]
    assert errors == []
    text = "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ()))
    assert "\x1b" not in text  # No live block, whose redrawing a cell would show line by line.


def test_it_is_committed_without_outputs():
    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)
