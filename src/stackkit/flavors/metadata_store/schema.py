"""The tables, and the way from older ones to them."""

from __future__ import annotations

from typing import Final

UPGRADES: Final[tuple[tuple[str, ...], ...]] = (
    (
        "CREATE TABLE stackkit_pipeline (number {serial}, digest {bytes} NOT NULL UNIQUE, name {text} NOT NULL)",
        "CREATE TABLE stackkit_deployment (number {serial}, digest {bytes} NOT NULL UNIQUE, document {text} NOT NULL)",
        """
        CREATE TABLE stackkit_run (
            number {serial}, id {bytes} NOT NULL UNIQUE, name {text} NOT NULL, pipeline BIGINT NOT NULL,
            deployment BIGINT NOT NULL, stack {text} NOT NULL, status {word} NOT NULL, started BIGINT NOT NULL,
            ended BIGINT, alive BIGINT NOT NULL, error {text} NOT NULL, worker {text} NOT NULL
        )
        """,
        "CREATE INDEX stackkit_run_by_time ON stackkit_run (started, number)",
        "CREATE INDEX stackkit_run_by_pipeline ON stackkit_run (pipeline, started, number)",
        "CREATE INDEX stackkit_run_by_status ON stackkit_run (status, started, number)",
        "CREATE INDEX stackkit_run_by_pipeline_and_status ON stackkit_run (pipeline, status, started, number)",
        """
        CREATE TABLE stackkit_step (
            number {serial}, run BIGINT NOT NULL, name_digest {bytes} NOT NULL, name {text} NOT NULL, status {word} NOT NULL,
            attempt BIGINT NOT NULL, cache_key {text} NOT NULL, reusable_as {bytes}, completed BIGINT,
            started BIGINT NOT NULL, ended BIGINT,
            error {text} NOT NULL, logs {text} NOT NULL, inputs {text} NOT NULL, outputs {text} NOT NULL,
            worker {text} NOT NULL,
            UNIQUE (run, name_digest)
        )
        """,
        "CREATE INDEX stackkit_step_by_cache_key ON stackkit_step (reusable_as, completed, number)",
        """
        CREATE TABLE stackkit_artifact (
            number {serial}, id {bytes} NOT NULL UNIQUE, name {text} NOT NULL, uri {text} NOT NULL, digest {text} NOT NULL,
            size BIGINT NOT NULL, materializer {text} NOT NULL, type {text} NOT NULL, run BIGINT NOT NULL, step BIGINT NOT NULL,
            created BIGINT NOT NULL
        )
        """,
        "CREATE INDEX stackkit_artifact_by_run ON stackkit_artifact (run, number)",
        """
        CREATE TABLE stackkit_consumption (
            artifact {bytes} NOT NULL, step BIGINT NOT NULL, PRIMARY KEY (artifact, step)
        ){compact}
        """,
    ),
)
"""UPGRADES[n] are the statements that lead from version n to n + 1; version 0 has no tables.

Times are microseconds since 1970, identifiers 16 bytes. `reusable_as` is the fingerprint of the cache key of a step that
completed, `completed` when, and both are NULL for any other. `consumption` says again by artifact what `inputs` says by step.
"""
