"""The imports of walker_rl point one way."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loaded import HEAVY, TENSORFLOW

PACKAGE = Path(__file__).parents[1] / "walker_rl"

ORDER = (
    "schedules",
    "counts",
    "field_values",
    "printable",
    "hyperparameters",
    "search_space",
    "errors",
    "stack",
    "extras",
    "types",
    "interfaces",
    "quiet",
    "processes",
    "files",
    "runtime",
    "environments",
    "policies",
    "pretrained",
    "episodes",
    "evaluation",
    "minari_file",
    "networks",
    "losses",
    "replay",
    "logging",
    "run_states",
    "terminal",
    "agents",
    "rendering",
    "experiments",
    "analysis",
    "watch",
    "cli",
    "api",
    "__main__",
)

APART = {("experiments", "run"), ("experiments", "sweep"), ("experiments", "tuning")}
"""Folders that import nothing from `experiments/distributed`, themselves or through what they import."""

DISTRIBUTED = ("experiments", "distributed")
INNER_ORDERS = {
    ("experiments",): ("run", "evaluator", "local", "distributed", "sweep", "tuning"),
    DISTRIBUTED: ("wire", "roles", "launch"),
}
"""Orders of parts of a folder, by folder."""

PLUG_INS = ("agents", "environments")
"""Folders whose sub-folders are found by listing: none imports another, nor does the folder name one."""


def imported_modules(path: Path, tree: ast.AST, root: Path) -> Iterator[str]:
    """Absolute names of what `tree`, the file at `path`, imports; `from a import b` gives `a` and `a.b`."""
    package = [root.name, *path.parent.relative_to(root).parts]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def at_import_time(tree: ast.Module) -> ast.Module:
    """`tree` without the bodies of its functions."""

    class WithoutBodies(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            return None

        visit_AsyncFunctionDef = visit_FunctionDef

    return WithoutBodies().visit(tree)


def violations(root: Path) -> list[str]:
    """One line for each import under the package at `root` that the design forbids."""
    found, imports = [], {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if parts == ("__init__",):
            continue
        name = "/".join(parts)
        if parts[0] not in ORDER:
            found.append(f"{name}: {parts[0]} has no place in the order")
            continue
        tree = ast.parse(path.read_text())
        modules = imports[".".join([root.name, *parts])] = set(imported_modules(path, tree, root))
        found += [f"{name}: imports {module}" for module in sorted(modules) if is_forbidden(parts, module, root)]
        if parts[0] == "cli" or (parts[0] == "agents" and parts[-1] == "config"):
            first = {module.partition(".")[0] for module in imported_modules(path, at_import_time(tree), root)}
            found += [f"{name}: imports {module} at its top" for module in sorted(first & HEAVY)]
    distributed = ".".join([root.name, *DISTRIBUTED])
    for module in sorted(imports):
        _, *parts = module.split(".")
        if tuple(parts[:2]) in APART:
            reached = (other for other in reachable(module, imports) if other.startswith(distributed))
            found += [f"{'/'.join(parts)}: reaches {other}" for other in sorted(reached)]
    return found


def reachable(module: str, imports: dict[str, set[str]]) -> set[str]:
    """Names of what a module imports, and what those import in turn."""
    reached, waiting = set(), [module]
    while waiting:
        new = imports.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    return reached


def is_forbidden(importer: tuple[str, ...], module: str, root: Path) -> bool:
    """Whether the file with path parts `importer` may not import `module`, at its top or later."""
    if importer[0] == "analysis" and module.partition(".")[0] in TENSORFLOW:
        return True
    package, *imported = module.split(".")
    if package != root.name or not imported or imported[0] not in ORDER:
        return False
    if ORDER.index(imported[0]) > ORDER.index(importer[0]):
        return True
    for folder, order in INNER_ORDERS.items():
        depth = len(folder)
        if importer[:depth] == tuple(imported[:depth]) == folder:
            parts = (*importer[depth : depth + 1], *imported[depth : depth + 1])
            places = [order.index(part) for part in parts if part in order]
            if places != sorted(places, reverse=True):
                return True
    is_plug_in = len(imported) > 1 and imported[0] in PLUG_INS and (root / imported[0] / imported[1]).is_dir()
    return is_plug_in and importer[0] == imported[0] and importer[1] != imported[1]


def test_imports_follow_the_order_of_the_design():
    assert violations(PACKAGE) == []


@pytest.mark.parametrize(
    ("path", "source", "complaint"),
    [
        ("losses/td.py", "from walker_rl.replay import ArrayReplay", "losses/td: imports walker_rl.replay"),
        ("losses/td.py", "from ..replay import ArrayReplay", "losses/td: imports walker_rl.replay"),
        ("types.py", "import walker_rl.runtime", "types: imports walker_rl.runtime"),
        ("replay/a.py", "def f():\n    from walker_rl import cli", "replay/a: imports walker_rl.cli"),
        ("agents/other/b.py", "from walker_rl.agents import one", "agents/other/b: imports walker_rl.agents.one"),
        ("agents/acting.py", "import walker_rl.agents.one.x", "agents/acting: imports walker_rl.agents.one.x"),
        (
            "environments/a/b.py",
            "import walker_rl.environments.one.x",
            "environments/a/b: imports walker_rl.environments.one.x",
        ),
        (
            "environments/a.py",
            "import walker_rl.environments.one",
            "environments/a: imports walker_rl.environments.one",
        ),
        ("agents/other/config.py", "import numpy as np", "agents/other/config: imports numpy at its top"),
        ("cli/commands/train.py", "from tensorflow import keras", "cli/commands/train: imports tensorflow at its top"),
        ("cli/commands/train.py", "if True:\n    import acme.specs", "cli/commands/train: imports acme at its top"),
        ("analysis/a.py", "def f():\n    import tensorflow as tf", "analysis/a: imports tensorflow"),
        (
            "experiments/sweep/a.py",
            "def f():\n    from walker_rl.experiments.distributed import node",
            "experiments/sweep/a: reaches walker_rl.experiments.distributed.node",
        ),
        (
            "experiments/distributed/wire/a.py",
            "import walker_rl.experiments.distributed.roles.b",
            "experiments/distributed/wire/a: imports walker_rl.experiments.distributed.roles.b",
        ),
        (
            "experiments/run/a.py",
            "from walker_rl.experiments.evaluator import b",
            "experiments/run/a: imports walker_rl.experiments.evaluator",
        ),
        (
            "experiments/sweep/a.py",
            "import walker_rl.experiments.tuning.b",
            "experiments/sweep/a: imports walker_rl.experiments.tuning.b",
        ),
        ("processes/a.py", "import walker_rl.experiments.x", "processes/a: imports walker_rl.experiments.x"),
        ("helpers.py", "", "helpers: helpers has no place in the order"),
    ],
)
def test_an_import_against_the_order_is_found(tmp_path, path, source, complaint):
    file = write_package(tmp_path, path)
    file.write_text(source)
    assert complaint in violations(tmp_path / "walker_rl")


def test_an_import_through_another_module_is_found(tmp_path):
    write_package(tmp_path, "experiments/sweep/a.py").write_text("from walker_rl.experiments import b")
    for name, source in {
        "b": "from walker_rl.experiments import c",
        "c": "import walker_rl.experiments.distributed.x",
    }.items():
        (tmp_path / "walker_rl" / "experiments" / f"{name}.py").write_text(source)
    assert violations(tmp_path / "walker_rl") == ["experiments/sweep/a: reaches walker_rl.experiments.distributed.x"]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("replay/a.py", "import walker_rl.losses.td\nfrom walker_rl.replay import b\nimport numpy"),
        ("environments/one/b.py", "from walker_rl.environments.one.a import X\nimport walker_rl.quiet"),
        ("agents/one/b.py", "from walker_rl.agents.one import config\nfrom walker_rl.agents.builder import X"),
        ("agents/other/config.py", "import dataclasses\nfrom walker_rl.agents.config import X"),
        ("cli/commands/train.py", "from walker_rl import __version__\ndef train():\n    import tensorflow"),
        ("experiments/a.py", "from walker_rl.agents.one.config import Config"),
        ("experiments/a.py", "from walker_rl.experiments.distributed import node"),
        ("experiments/distributed/launch/a.py", "import walker_rl.experiments.distributed.wire.b"),
        ("experiments/evaluator/a.py", "import walker_rl.experiments.run.b"),
        ("experiments/tuning/a.py", "from walker_rl.experiments.sweep.job import Job"),
    ],
)
def test_an_import_along_the_order_is_not_found(tmp_path, path, source):
    file = write_package(tmp_path, path)
    file.write_text(source)
    assert violations(tmp_path / "walker_rl") == []


def write_package(folder: Path, path: str) -> Path:
    """Makes a package with an agent and a family one in `folder`, and the parent of `path` in it."""
    file = folder / "walker_rl" / path
    file.parent.mkdir(parents=True)
    for plug_ins in PLUG_INS:
        (folder / "walker_rl" / plug_ins / "one").mkdir(parents=True, exist_ok=True)
    return file
