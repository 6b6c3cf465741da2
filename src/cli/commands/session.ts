import {
  EXIT,
  InvalidArgumentError,
  NoActiveSessionError,
  parseByteSize,
  type Checkpoints,
  type RecordedTask,
  type Recovery,
  type SessionReview,
  type StartSessionRequest,
  type Usage,
} from "../../index.js";
import type { CommandContext } from "../context.js";
import { oneOf, success, wholeNumber } from "../flags.js";
import { openChange } from "../open-change.js";
import { withProgress } from "../print/progress.js";
import { endedText, notedText, reviewText, sessionListText, sessionText, startedText, taskText } from "../print/session-text.js";

export interface StartFlags {
  force?: boolean;
  recover?: string;
  owner?: string;
  ownerPid?: string;
  /** False with --no-checkpoint. */
  checkpoint: boolean;
}

export interface RecordFlags {
  tokens?: string;
  memory?: string;
  note?: string;
}

export type TaskFlags = RecordFlags;

export interface EndFlags extends RecordFlags {
  success?: string;
  checkpoint: boolean;
}

/** `stepback session start`. */
export async function startSession(context: CommandContext, description: string | undefined, flags: StartFlags): Promise<number> {
  const recover = flags.recover === undefined ? undefined : oneOf("--recover", flags.recover, ["continue", "fresh", "review"] as const);
  const request = describeStart(context, description, flags);
  const checkpoints = await openChange(context);
  if (recover === "review") return review(context, checkpoints);
  const chosen = recover ?? (await askAboutIncomplete(context, checkpoints, flags));
  if (chosen === "cancel") {
    context.output.report({ isCancelled: true }, () => "Cancelled; nothing was changed.");
    return EXIT.done;
  }
  const wanted = { ...request, ...(chosen === undefined ? {} : { recover: chosen }) };
  const started = await withProgress(context, (options) => checkpoints.sessions.start({ ...wanted, ...options }));
  context.output.report(started, () => startedText(started));
  context.output.warn(started.warnings);
  return EXIT.done;
}

/** `stepback session end`. */
export async function endSession(context: CommandContext, flags: EndFlags): Promise<number> {
  const request = {
    ...readUsage(flags),
    checkpoint: flags.checkpoint,
    ...(flags.success === undefined ? {} : { success: success("--success", flags.success, ["true", "false"]) }),
  };
  const checkpoints = await openChange(context);
  const ended = await withProgress(context, (options) => checkpoints.sessions.end({ ...request, ...options }));
  context.output.report(ended, () => endedText(ended));
  context.output.warn(ended.warnings);
  return EXIT.done;
}

/** `stepback session status`. */
export async function showSession(context: CommandContext, id: string | undefined): Promise<number> {
  const { sessions } = await openChange(context);
  const session = id === undefined ? await sessions.active() : await sessions.get(id);
  if (session === null) throw new NoActiveSessionError();
  context.output.answer(session, () => sessionText(session));
  return EXIT.done;
}

/** `stepback session list`. */
export async function listSessions(context: CommandContext): Promise<number> {
  const checkpoints = await openChange(context);
  const { sessions, warnings } = await checkpoints.sessions.list();
  const { changeId } = checkpoints;
  context.output.answer({ changeId, sessions, warnings }, () => sessionListText(changeId, sessions));
  context.output.warn(warnings);
  return EXIT.done;
}

/** `stepback session task complete|fail ID`. */
export async function recordTask(context: CommandContext, task: { outcome: string; id: string }, flags: TaskFlags): Promise<number> {
  const isSuccess = oneOf("outcome", task.outcome, ["complete", "fail"] as const) === "complete";
  const request = { ...readUsage(flags), success: isSuccess };
  const checkpoints = await openChange(context);
  const recorded = await withProgress(context, (options) => checkpoints.sessions.task(task.id, { ...request, ...options }));
  context.output.report(recorded, () => taskText(recorded, task.id, isSuccess));
  context.output.warn(recorded.warnings);
  return EXIT.done;
}

/** `stepback session sprint NAME`. */
export async function recordSprint(context: CommandContext, name: string, flags: RecordFlags): Promise<number> {
  const usage = readUsage(flags);
  const { sessions } = await openChange(context);
  const recorded = await withProgress(context, (options) => sessions.sprint(name, { ...usage, ...options }));
  return reportNoted(context, recorded, `✓ Completed ${name}`);
}

/** `stepback session before OPERATION`. */
export async function recordRisk(context: CommandContext, operation: string, flags: RecordFlags): Promise<number> {
  const usage = readUsage(flags);
  const { sessions } = await openChange(context);
  const recorded = await withProgress(context, (options) => sessions.before(operation, { ...usage, ...options }));
  return reportNoted(context, recorded, `✓ Noted before ${operation}`);
}

function reportNoted({ output }: CommandContext, recorded: RecordedTask, head: string): number {
  output.report(recorded, () => notedText(recorded, head));
  output.warn(recorded.warnings);
  return EXIT.done;
}

/** `stepback session record`. */
export async function recordUsage(context: CommandContext, flags: RecordFlags): Promise<number> {
  const usage = readUsage(flags);
  const { sessions } = await openChange(context);
  const session = await sessions.record(usage);
  context.output.report(session, () => `✓ Noted in ${session.sessionId}`);
  return EXIT.done;
}

async function review(context: CommandContext, checkpoints: Checkpoints): Promise<number> {
  const found = await checkpoints.sessions.review();
  if (found === null) throw new NoActiveSessionError();
  context.output.answer(found, () => reviewText(found));
  return EXIT.done;
}

/** On a terminal an incomplete session is asked about; an active one and everything else is left to the library to decide. */
async function askAboutIncomplete(
  { flags: { json, yes }, io, output }: CommandContext,
  checkpoints: Checkpoints,
  { force }: StartFlags,
): Promise<Recovery | "cancel" | undefined> {
  if (!io.isTerminal || json || yes || force === true) return undefined;
  const found = await findIncomplete(checkpoints);
  if (found === null) return undefined;
  output.tell(reviewText(found));
  const answer = (await io.ask("Continue it, or start fresh? [c/f, anything else cancels]: ")).trim().toLowerCase();
  if (io.signal.aborted) throw io.signal.reason;
  if (answer === "c" || answer === "continue") return "continue";
  return answer === "f" || answer === "fresh" ? "fresh" : "cancel";
}

async function findIncomplete(checkpoints: Checkpoints): Promise<SessionReview | null> {
  const found = await checkpoints.sessions.review();
  return found === null || found.session.state === "active" ? null : found;
}

/** On a terminal the shell stands for the work; elsewhere nobody can tell which process does. */
function describeStart({ io }: CommandContext, description: string | undefined, flags: StartFlags): StartSessionRequest {
  const shell = io.isTerminal ? (io.parentPid ?? null) : null;
  return {
    description: description ?? null,
    force: flags.force === true,
    checkpoint: flags.checkpoint,
    owner: { name: flags.owner ?? null, pid: flags.ownerPid === undefined ? shell : wholeNumber("--owner-pid", flags.ownerPid, 1) },
  };
}

function readUsage({ tokens, memory, note }: RecordFlags): Usage {
  return {
    ...(tokens === undefined ? {} : { tokens: wholeNumber("--tokens", tokens, 0) }),
    ...(memory === undefined ? {} : { memoryBytes: byteSizeFlag("--memory", memory) }),
    ...(note === undefined ? {} : { notes: note }),
  };
}

function byteSizeFlag(name: string, text: string): number {
  try {
    return parseByteSize(text);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new InvalidArgumentError(name, text, "a size like 512M or 2G");
  }
}
