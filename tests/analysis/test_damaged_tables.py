"""Tables that `compare --keep` wrote, torn or damaged since, and a disk that is full when they are written."""

import pytest

from tests.analysis.made_runs import make_run, refusal
from tests.fakes import file_size_limit
from walker_rl.analysis.run_tables import write_runs
from walker_rl.analysis.runs import read_runs


def test_tables_that_are_not_whole_are_refused(tmp_path):
    make_run(tmp_path / "one", [10, 20], final=(40.0, 35.0))
    make_run(tmp_path / "two", [10, 20], final=(40.0, 35.0))
    write_runs(read_runs([tmp_path / "one", tmp_path / "two"]), tmp_path)
    evaluations, runs = tmp_path / "evaluations.csv", tmp_path / "runs.csv"
    whole, rows = evaluations.read_text(), runs.read_text()
    must_be_whole = f"run = {tmp_path}: must be whole tables, as --keep writes them"
    evaluations.write_text(whole[:-30])
    assert refusal([tmp_path]).startswith(must_be_whole)
    evaluations.write_text("".join(whole.splitlines(keepends=True)[:3]))
    same_runs = f"{must_be_whole} (runs.csv and evaluations.csv must be of the same runs)"
    assert refusal([tmp_path]) == same_runs
    evaluations.unlink()
    assert refusal([tmp_path]) == f"run = {evaluations}: must be a file that can be read (No such file or directory)"
    evaluations.write_text(whole)
    runs.write_text(rows.replace(",0,", ",zero,", 1))
    assert refusal([tmp_path]).startswith(must_be_whole)
    runs.write_text("")
    assert refusal([tmp_path]) == same_runs


def with_infinite_walltime(text: str) -> str:
    header, row, *others = text.splitlines(keepends=True)
    cells = row.split(",")
    cells[header.split(",").index("walltime")] = "inf"
    return "".join([header, ",".join(cells), *others])


@pytest.mark.parametrize(
    ("name", "damage", "reason"),
    [
        ("runs.csv", lambda text: text[:-3], "its last line has no end"),
        ("runs.csv", lambda text: f"{text[: text.rindex('walker-rl')]}\n", "a row must have as many cells"),
        ("runs.csv", lambda text: text.replace("\n", ",5\n").replace(",5\n", "\n", 1), "a row must have as many cells"),
        ("runs.csv", lambda text: text.replace("walker-rl train", "walker-rl 'train", 1), "No closing quotation"),
        ("runs.csv", lambda text: text.replace(",0,", f",{'9' * 400},", 1), "is not finite"),
        ("evaluations.csv", lambda text: text.replace(",20.0,", ",nan,", 1), "is not finite"),
        ("evaluations.csv", lambda text: text.replace(",2000,", ",inf,", 1), "is not finite"),
        ("evaluations.csv", with_infinite_walltime, "a walltime is infinite"),
        ("evaluations.csv", lambda text: text.replace(",2000,", ",500,", 1), "actor_steps of one must increase"),
        ("evaluations.csv", lambda text: text + text.splitlines(True)[-1], "actor_steps of one must increase"),
        ("runs.csv", lambda text: text.replace(",35.0,", ",nan,", 1), "a number that is not finite"),
        ("runs.csv", lambda text: text.replace(",40.0,0.0,", ",40.0,inf,", 1), "a number that is not finite"),
    ],
)
def test_torn_tables_leave_the_other_runs(tmp_path, name, damage, reason):
    make_run(tmp_path / "one", [10, 20], final=(40.0, 35.0))
    kept, notes = tmp_path / "kept", []
    kept.mkdir()
    write_runs(read_runs([tmp_path / "one"]), kept)
    make_run(tmp_path / "two", [10, 20])
    whole = (kept / name).read_text()
    (kept / name).write_text(damage(whole))
    assert (kept / name).read_text() != whole
    assert [run.name for run in read_runs([kept, tmp_path / "two"], note=notes.append)] == ["two"]
    assert len(notes) == 1
    assert reason in notes[0]


def test_a_full_disk_leaves_the_tables_that_were_kept(tmp_path):
    make_run(tmp_path / "one", list(range(200)))
    runs = read_runs([tmp_path / "one"])
    write_runs(runs[:1], tmp_path)
    before = (tmp_path / "evaluations.csv").read_text()
    with file_size_limit(1000), pytest.raises(OSError):
        write_runs(runs, tmp_path)
    assert (tmp_path / "evaluations.csv").read_text() == before
