"""`walker-rl export RUN`: a policy as an ONNX model, which other programs read."""

import os
from pathlib import Path
from typing import Annotated

import typer

from walker_rl.cli.policy_argument import Pretrained, RunArgument, Trusted
from walker_rl.cli.writable import output_file
from walker_rl.errors import UserError
from walker_rl.extras import require_extra
from walker_rl.files.outputs import check_suffix


def export_policy(
    run: RunArgument = None,
    pretrained: Pretrained = None,
    task: Trusted = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="File of the model.  [default: RUN/policy/best_STEPS.onnx, POLICY.onnx or NAME.onnx]",
        ),
    ] = None,
) -> None:
    """Write a policy as an ONNX model that maps observations [B, O] to actions [B, A].

    Normalisation and squashing are in the graph. The actions are those of `walker-rl evaluate`, without noise.
    """
    from walker_rl.cli.policy_argument import default_output, load_policy_asked_for, policy_path

    require_extra("onnx")
    if output is not None:
        check_suffix(output, ".onnx")
    saved = load_policy_asked_for(run, pretrained, task)
    if output is not None and os.path.exists(output) and output.samefile(policy_path(run, pretrained)):
        raise UserError(f"output = {output}: must not be the policy itself")

    from walker_rl.policies.onnx_model import onnx_model

    in_run = f"policy/best_{saved.actor_steps}.onnx"  # A run that is lengthened may get another best policy.
    model, path = onnx_model(saved), output or default_output(run, pretrained, in_run)
    with output_file(path) as file:
        file.write(model.SerializeToString())
    sizes = [value.type.tensor_type.shape.dim[1].dim_value for value in (model.graph.input[0], model.graph.output[0])]
    print(f"{path}: observation [B, {sizes[0]}] to action [B, {sizes[1]}], {saved.agent_name} on {saved.task}")
