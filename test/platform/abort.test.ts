import { expect, test } from "vitest";
import { untilAborted } from "../../src/platform/abort.js";

test.each([{ isAbortedBefore: true }, { isAbortedBefore: false }])(
  "work whose wait was broken off fails unheard (aborted before: $isAbortedBefore)",
  async ({ isAbortedBefore }) => {
    const unheard: unknown[] = [];
    const listen = (reason: unknown): void => void unheard.push(reason);
    process.on("unhandledRejection", listen);
    try {
      const controller = new AbortController();
      let fail = (_error: Error): void => undefined;
      const work = new Promise<never>((_resolve, reject) => {
        fail = reject;
      });
      if (isAbortedBefore) controller.abort();
      const wait = untilAborted(work, controller.signal);
      controller.abort();
      await expect(wait).rejects.toMatchObject({ code: "INTERRUPTED" });
      fail(new Error("the worker threads were ended"));
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off("unhandledRejection", listen);
    }
    expect(unheard).toEqual([]);
  },
);
