"""Pipelines: steps that are wired by calling them, compiled into values, and run on a stack."""

from stackkit.core.deployment import PipelineDeployment, Resources, Retry
from stackkit.pipelines.artifacts.materializers import Materializer
from stackkit.pipelines.definition.pipeline import Pipeline, pipeline
from stackkit.pipelines.definition.steps import Step, map_step, step
from stackkit.pipelines.running.current import current_stack, on_stack
from stackkit.pipelines.running.runs import resume, run, settle

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
