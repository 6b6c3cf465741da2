/** The verdicts on what was measured. */
import { GOAL_OPERATIONS, GOALS, LIMITS } from "./goals.mjs";
import { measuredFor } from "./read-results.mjs";

/**
 * Judges every goal. @param {import("./results.mjs").Results} results
 * @returns {{ title: string, cells: (Verdict | null)[] }[]} by row, in the order of GOAL_OPERATIONS, null where there is no goal
 */
export function judgeGoals(results) {
  return GOALS.map(({ title, goals, ...who }) => ({
    title,
    cells: GOAL_OPERATIONS.map((operation) => {
      if (goals[operation] === undefined) return null;
      const [must, stretch] = goals[operation];
      return {
        id: `${title}: ${operation}`,
        ...judge(measuredFor(results, operation, who), { must, stretch }),
        ...floorOf(results, operation, who),
        unit: who.against === null ? " ms" : " ×",
      };
    }),
  }));
}

/**
 * What no single thread of Node can fall below, by the same measure: the calls alone, or the start of node where those are not measured. A
 * process that lives on has no such floor.
 */
function floorOf(results, operation, who) {
  if (who.ours !== "stepback") return {};
  const [bare, start] = ["bare", "node"].map((ours) => measuredFor(results, operation, { ...who, ours }));
  return bare === undefined && start === undefined ? {} : { floor: bare ?? start };
}

/** Judges every limit. @returns {Verdict[]} */
export function judgeLimits(results) {
  return LIMITS.map(({ id, title, must, read }) => ({ id, title, ...judge(read(results), { must }), unit: "" }));
}

/**
 * @typedef {{ id: string, must: number, stretch?: number, measured?: number, floor?: number, unit: string, verdict: "not measured" | "missed" | "met" | "stretch met" }} Verdict
 */

/**
 * The verdict on one figure, of which less is better.
 * @param {number | undefined} measured
 * @param {{ must: number, stretch?: number }} goal
 * @returns {Pick<Verdict, "must" | "stretch" | "measured" | "verdict">}
 */
export function judge(measured, { must, stretch }) {
  const figures = { must, stretch, measured };
  if (measured === undefined) return { ...figures, verdict: "not measured" };
  if (measured > must) return { ...figures, verdict: "missed" };
  return { ...figures, verdict: stretch !== undefined && measured <= stretch ? "stretch met" : "met" };
}
