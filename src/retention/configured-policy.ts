import type { Config, RetentionPolicy } from "../formats/index.js";
import { hasLimit, hasRule } from "./check-policy.js";

export type RetentionConfig = Pick<Config, "retention" | "maxCheckpoints">;

/** What a cleanup keeps where neither the command nor the configuration says it. */
const KEPT_BY_DEFAULT = 10;

/** How many checkpoints there may be where the configuration does not say what to keep. */
const MOST_BY_DEFAULT = 50;

/**
 * The policy of a cleanup that was asked for: what was asked, else what is configured. A request that only spares the young ones is the
 * configured policy with that added.
 */
export function cleaningPolicy(asked: RetentionPolicy | undefined, config: RetentionConfig): RetentionPolicy {
  const rules = rulesOf(config);
  const configured = { ...rules, ...(isSilent(rules) ? { keepLast: KEPT_BY_DEFAULT } : {}), ...atMost(config.maxCheckpoints) };
  if (asked === undefined) return configured;
  const sparesOnly = !hasRule(asked) && !hasLimit(asked) && (asked.minAgeDays ?? 0) > 0;
  return sparesOnly ? { ...configured, minAgeDays: asked.minAgeDays } : asked;
}

/** The policy of the cleanup after a create: the retention block, and never more than the configured number. */
export function autoCleaningPolicy(config: RetentionConfig): RetentionPolicy {
  const rules = rulesOf(config);
  // A configuration that lets all of them be is a policy too.
  return { ...rules, ...(isSilent(rules) ? { keepLast: -1 } : {}), ...atMost(mostCheckpoints(config)) };
}

/** How many checkpoints there may be before there are too many; null where the retention block alone decides. */
export function mostCheckpoints(config: RetentionConfig): number | null {
  return config.maxCheckpoints ?? (isSilent(rulesOf(config)) ? MOST_BY_DEFAULT : null);
}

function rulesOf({ retention }: RetentionConfig): RetentionPolicy {
  return Object.fromEntries(Object.entries(retention).filter(([, value]) => value !== null));
}

function isSilent(rules: RetentionPolicy): boolean {
  return !hasRule(rules) && rules.maxBytes === undefined;
}

function atMost(maxCheckpoints: number | null): Pick<RetentionPolicy, "maxCheckpoints"> {
  return maxCheckpoints === null || maxCheckpoints === -1 ? {} : { maxCheckpoints };
}
