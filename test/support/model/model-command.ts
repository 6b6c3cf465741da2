import fc from "fast-check";
import { assertAsModelled, type Model, type Real } from "./model-store.js";
import type { ModelTree } from "./model-tree.js";

export type Step = (model: Model, real: Real) => Promise<void> | void;

/** One step in both worlds; afterwards everything that can be seen is compared. */
export class ModelCommand implements fc.AsyncCommand<Model, Real> {
  readonly #name: string;
  readonly #step: Step;

  constructor(name: string, step: Step) {
    this.#name = name;
    this.#step = step;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, real: Real): Promise<void> {
    model.nowMs += 1000;
    await this.#step(model, real);
    await assertAsModelled(model, real);
  }

  toString(): string {
    return this.#name;
  }
}

export function command<Given>(label: string, given: fc.Arbitrary<Given>, make: (given: Given) => Step): fc.Arbitrary<ModelCommand> {
  return given.map((value) => new ModelCommand(`${label}(${JSON.stringify(value)})`, make(value)));
}

/** Few names, so that files, folders and symlinks meet in the same places. The last is not UTF-8. */
export const anyName = fc.constantFrom("a", "b", "c d", ".e", "-x", "ü\n", "ign.skip", "\udce9\udcff");
export const anyPath = fc.array(anyName, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
export const anyText = fc.constantFrom("", "one", "two", "six", "x".repeat(3000));
export const nothing = fc.constant(null);

/** Picks one of the checkpoints that are there. */
export const whichCheckpoint = fc.nat({ max: 11 });
/** Picks one of the paths that are there. */
export const whichPath = fc.nat({ max: 40 });

export function pathIn(tree: ModelTree, which: number): string | undefined {
  const paths = [...tree.keys()].filter((path) => path !== "");
  return paths[which % Math.max(paths.length, 1)];
}
