"""Ways in which a run directory is damaged, each with what the line about it says."""

import json

import yaml

BYTES = {
    "empty": lambda content: b"",
    "half": lambda content: content[: len(content) // 2 - 3],
    "zeros": lambda content: bytes(len(content)),
    "a list": lambda content: b"[1, 2]\n",
    "a text": lambda content: b"what is this\n",
    "another encoding": lambda content: b"\xff\xfe" + content,
    "deep": lambda content: b"[" * 20_000,
}
"""What a crash, a full disk or a hand may make of the bytes of any file."""


def change_yaml(change):
    def damage(content: bytes) -> bytes:
        values = yaml.safe_load(content)
        change(values)
        return yaml.safe_dump(values, sort_keys=False).encode()

    return damage


def change_json(change):
    def damage(content: bytes) -> bytes:
        values = json.loads(content)
        change(values)
        return json.dumps(values).encode()

    return damage


CONFIG = {
    **BYTES,
    "no provenance": change_yaml(lambda config: config.pop("provenance")),
    "provenance a list": change_yaml(lambda config: config.update(provenance=[1])),
    "provenance null": change_yaml(lambda config: config.update(provenance=None)),
    "no run_id": change_yaml(lambda config: config["provenance"].pop("run_id")),
    "run_id a list": change_yaml(lambda config: config["provenance"].update(run_id=[])),
    "runner a mapping": change_yaml(lambda config: config["provenance"].update(runner={})),
    "prior a text": change_yaml(lambda config: config["provenance"].update(prior="gait")),
    "prior without a hash": change_yaml(lambda config: config["provenance"].update(prior={"name": "gait"})),
    "prior of no steps": change_yaml(
        lambda config: config["provenance"].update(
            prior={"name": "gait", "sha256": "0" * 64, "agent_name": "gait", "actor_steps": "many"}
        )
    ),
    "no agent": change_yaml(lambda config: config.pop("agent_name")),
    "another agent": change_yaml(lambda config: config.update(agent_name="marvin")),
    "two lines for an agent": change_yaml(lambda config: config.update(agent_name="d4\npg")),
    "no task": change_yaml(lambda config: config.pop("task")),
    "task null": change_yaml(lambda config: config.update(task=None)),
    "a seed in words": change_yaml(lambda config: config.update(seed="four")),
}

METRICS = {
    **{name: damage for name, damage in BYTES.items() if name not in ("empty",)},
    "zeros after it": lambda content: content + bytes(300),
    "half a row after it": lambda content: content + b"12a\n",
    "commas after it": lambda content: content + b",,,\n",
    "a row that has no end": lambda content: content + b"9000,3",
    "a row too long": lambda content: content.replace(b"\n", b",5\n").replace(b",5\n", b"\n", 1),
    "a damaged row amid others": lambda content: content.replace(b"1000,", b"10\0\0,", 1),
}

SUMMARY = {
    **BYTES,
    "no best": change_json(lambda summary: summary.pop("best")),
    "best null": change_json(lambda summary: summary.update(best=None)),
    "no mean": change_json(lambda summary: summary["last"].pop("mean_return")),
    "a mean in words": change_json(lambda summary: summary["last"].update(mean_return="high")),
    "a mean that is none": change_json(lambda summary: summary["last"].update(mean_return=float("nan"))),
    "falls in numbers": change_json(lambda summary: summary["best"].update(episode_falls=[2, 3])),
    "falls a text": change_json(lambda summary: summary["best"].update(episode_falls="none")),
    "no episodes": change_json(lambda summary: summary["best"].update(episode_falls=[], episode_lengths=[])),
}

EVALUATIONS = {
    **METRICS,
    "rows in another order": lambda content: content.replace(b"1000,", b"3000,", 1),
    "a row twice": lambda content: content + content.splitlines(keepends=True)[-1],
}

FILES = {
    "config.yaml": CONFIG,
    "metrics/evaluation.csv": EVALUATIONS,
    "metrics/timing.csv": METRICS,
    "metrics/learner.csv": METRICS,
    "summary.json": SUMMARY,
}

CASES = [(file, kind) for file, kinds in FILES.items() for kind in kinds]


def damage(run, file, kind) -> None:
    """Damages a file of the run in the directory `run`."""
    path = run / file
    path.write_bytes(FILES[file][kind](path.read_bytes()))
