"""Pipelines: steps that are wired by calling them, compiled into values, and run on a stack."""

from stackkit.core.deployment import PipelineDeployment, Resources, Retry
from stackkit.pipelines.current import current_stack, on_stack
from stackkit.pipelines.materializers import Materializer
from stackkit.pipelines.pipeline import Pipeline, pipeline
from stackkit.pipelines.runs import resume, run, settle
from stackkit.pipelines.steps import Step, map_step, step

__all__ = [
    "Materializer",
    "Pipeline",
    "PipelineDeployment",
    "Resources",
    "Retry",
    "Step",
    "current_stack",
    "map_step",
    "on_stack",
    "pipeline",
    "resume",
    "run",
    "settle",
    "step",
]
