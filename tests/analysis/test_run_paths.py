"""Paths of runs, of folders of them and of tables, with symbolic links among them."""

from tests.analysis.made_runs import make_run, refusal
from walker_rl.analysis.run_tables import write_runs
from walker_rl.analysis.runs import read_runs


def test_links_repeat_no_run(tmp_path):
    """As in a sweep whose best runs are linked."""
    for seed in (0, 1):
        make_run(tmp_path / "sweep" / f"seed{seed}", [seed], f"seed={seed}")
    (tmp_path / "sweep" / "best").symlink_to("seed1")
    (tmp_path / "newest").symlink_to("sweep")
    kept = make_run(tmp_path / "tables" / "kept", [2], "seed=2")
    write_runs(read_runs([kept.path]), tmp_path / "tables")
    (tmp_path / "published").symlink_to("tables")
    for path in ("sweep", "newest", "sweep/*", "[ns]*"):
        assert [run.name for run in read_runs([tmp_path / path])] == ["seed0", "seed1"]
    assert [run.name for run in read_runs([tmp_path / "*"])] == ["seed0", "seed1", "kept"]


def test_a_run_given_as_itself_and_as_a_link_is_refused(tmp_path):
    made = make_run(tmp_path / "one", [1])
    (tmp_path / "link").symlink_to(made.path)
    assert refusal([made.path, tmp_path / "link"]) == f"run = one: is given twice; it is in {tmp_path}"
