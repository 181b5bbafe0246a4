"""`walker-rl export`."""

import shutil
import sys

import pytest

from walker_rl.cli import main
from walker_rl.pretrained import find_pretrained


def test_a_pretrained_policy_becomes_a_file(tmp_path, capsys):
    onnx = pytest.importorskip("onnx", reason="needs the extra onnx")
    path = tmp_path / "new" / "folder" / "walker.onnx"
    assert main(["export", "--pretrained", "sac", "-o", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: observation [B, 22] to action [B, 6], sac on Walker2DBulletEnv-v0\n"
    assert onnx.load(path).producer_name == "walker-rl"


@pytest.mark.parametrize(
    ("name", "written"), [("a.npz", "a.onnx"), ("walker.v2", "walker.v2.onnx"), ("a.onnx", "a.onnx.onnx")]
)
def test_without_an_output_the_file_is_named_as_the_policy(tmp_path, name, written):
    pytest.importorskip("onnx", reason="needs the extra onnx")
    policy = tmp_path / name
    shutil.copy(find_pretrained("sac").path, policy)
    before = policy.read_bytes()
    assert main(["export", str(policy)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, written])
    assert policy.read_bytes() == before


def test_without_onnx_it_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.chdir(tmp_path)
    assert main(["export", "--pretrained", "sac"]) == 2
    assert capsys.readouterr().err == "error: onnx: must be installed: pip install 'walker-rl[onnx]'\n"
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_refused(tmp_path, capsys):
    pytest.importorskip("onnx", reason="needs the extra onnx")
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "walker.onnx"
    assert main(["export", "--pretrained", "sac", "-o", str(path)]) == 2
    assert capsys.readouterr().err == f"error: output = {path}: must be writable (File exists)\n"


def test_a_name_that_no_file_can_have_is_refused(tmp_path, capsys):
    pytest.importorskip("onnx", reason="needs the extra onnx")
    path = tmp_path / f"{'x' * 300}.onnx"
    assert main(["export", "--pretrained", "sac", "-o", str(path)]) == 2
    assert capsys.readouterr().err == f"error: output = {path}: must be writable (File name too long)\n"


@pytest.mark.parametrize("output", [".", "..", "x.gif", "walker"])
def test_another_suffix_is_refused(output, tmp_path, monkeypatch, capsys):
    pytest.importorskip("onnx", reason="needs the extra onnx")
    monkeypatch.chdir(tmp_path)
    assert main(["export", "--pretrained", "sac", "-o", output]) == 2
    assert capsys.readouterr().err == f"error: output = {output}: must end in .onnx\n"
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_does_not_exist_is_named(capsys):
    pytest.importorskip("onnx", reason="needs the extra onnx")
    assert main(["export", "nowhere"]) == 2
    message = "error: run = nowhere: does not exist; must be a run directory or a policy file\n"
    assert capsys.readouterr().err == message


def test_a_folder_is_no_file(tmp_path, capsys):
    pytest.importorskip("onnx", reason="needs the extra onnx")
    path = tmp_path / "a.onnx"
    path.mkdir()
    assert main(["export", "--pretrained", "sac", "-o", str(path)]) == 2
    assert capsys.readouterr().err == f"error: output = {path}: must be writable (Is a directory)\n"


@pytest.mark.parametrize("output", ["a.onnx", "link.onnx"])
def test_the_policy_itself_is_not_overwritten(output, tmp_path, monkeypatch, capsys):
    pytest.importorskip("onnx", reason="needs the extra onnx")
    monkeypatch.chdir(tmp_path)
    shutil.copy(find_pretrained("sac").path, "a.onnx")
    (tmp_path / "link.onnx").symlink_to("a.onnx")
    assert main(["export", "a.onnx", "-o", output]) == 2
    assert capsys.readouterr().err == f"error: output = {output}: must not be the policy itself\n"
    assert (tmp_path / "a.onnx").read_bytes() == find_pretrained("sac").path.read_bytes()


def test_a_file_of_another_kind_is_not_overwritten(tmp_path, capsys):
    pytest.importorskip("onnx", reason="needs the extra onnx")
    path = tmp_path / "config.yaml"
    path.write_text("a: 1")
    assert main(["export", "--pretrained", "sac", "-o", str(path)]) == 2
    assert capsys.readouterr().err == f"error: output = {path}: must end in .onnx\n"
    assert path.read_text() == "a: 1"
