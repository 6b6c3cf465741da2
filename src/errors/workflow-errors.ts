import { EXIT } from "./exit-status.js";
import { StepbackError, type ErrorDetails } from "./stepback-error.js";

/** A workflow file cannot be used as it stands. */
export class WorkflowInvalidError extends StepbackError {
  constructor(path: string, problem: string, details: ErrorDetails = {}) {
    super({
      code: "WORKFLOW_INVALID",
      exitStatus: EXIT.configuration,
      message: `${path}: ${problem}`,
      hint: "Correct the file; its keys are described in docs/workflows.md and schemas/workflow.schema.json.",
      details: { path, ...details },
    });
  }
}

/** The store has no workflow, or none of this id. */
export class WorkflowNotFoundError extends StepbackError {
  constructor(
    what: string,
    hint = "Run `stepback workflow run`, or `stepback workflow start --steps a,b,c` when you run the steps yourself.",
  ) {
    super({ code: "WORKFLOW_NOT_FOUND", exitStatus: EXIT.notFound, message: `workflow not found: ${what}`, hint, details: { what } });
  }
}

/** The workflow has no such step. */
export class StepNotFoundError extends StepbackError {
  constructor(step: string, workflowId: string, steps: readonly string[]) {
    super({
      code: "STEP_NOT_FOUND",
      exitStatus: EXIT.notFound,
      message: `workflow '${workflowId}' has no step '${step}'`,
      hint: `Its steps are ${steps.slice(0, 20).join(", ")}${steps.length > 20 ? ", …" : ""}.`,
      details: { step, workflow_id: workflowId },
    });
  }
}

/** The record of a workflow is torn, altered or not ours; nothing is guessed. */
export class WorkflowUnusableError extends StepbackError {
  constructor(path: string, problem: string, cause?: unknown) {
    super({
      code: "WORKFLOW_UNUSABLE",
      exitStatus: EXIT.unusable,
      message: `${path}: ${problem}`,
      hint: "Nothing was changed. The checkpoints are whole (`stepback list --workflow ID`); move the file away to begin anew, or take `workflow_crc32` out of it after an edit of your own.",
      details: { path, problem },
      cause,
    });
  }
}

/** Another process carries out the steps, or a command of a killed one still runs. */
export class WorkflowRunningError extends StepbackError {
  constructor(workflowId: string, problem: string, details: ErrorDetails = {}) {
    super({
      code: "WORKFLOW_RUNNING",
      exitStatus: EXIT.locked,
      message: `workflow '${workflowId}' is under way: ${problem}`,
      hint: "Let it end (--wait 5m waits for it), or end it yourself; --force goes on when you know that nothing of it runs any more.",
      details: { workflow_id: workflowId, ...details },
    });
  }
}

/** Another workflow of the same directory has not come to its end. */
export class WorkflowUnfinishedError extends StepbackError {
  constructor(workflowId: string, wanted: string) {
    super({
      code: "WORKFLOW_UNFINISHED",
      exitStatus: EXIT.refused,
      message: `'${wanted}' was not begun: workflow '${workflowId}' is unfinished`,
      hint: "Finish it with `stepback resume`; or set it aside with --force, and come back to it with `stepback resume --id`.",
      details: { workflow_id: workflowId, wanted },
    });
  }
}

/** Going on with a workflow would build on something that is missing or has changed. */
export class WorkflowNotResumableError extends StepbackError {
  constructor(workflowId: string, problems: readonly string[]) {
    super({
      code: "WORKFLOW_NOT_RESUMABLE",
      exitStatus: EXIT.refused,
      message: `workflow '${workflowId}' cannot be resumed: ${problems.join("; ")}`,
      hint: "Put right what is named, or go back to the step that makes it with `stepback resume --from N`.",
      details: { workflow_id: workflowId, problems },
    });
  }
}

/** What a step was to make is not there. */
export class ArtifactMissingError extends StepbackError {
  constructor(step: string, artifacts: readonly string[]) {
    super({
      code: "ARTIFACT_MISSING",
      exitStatus: EXIT.refused,
      message: `step '${step}' is not completed: ${artifacts.map((one) => `artifact missing ${one}`).join(", ")}`,
      hint: "Artifacts are paths of the change directory; nothing was recorded.",
      details: { step, artifacts },
    });
  }
}
