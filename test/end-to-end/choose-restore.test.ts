import { expect } from "vitest";
import { testWith } from "../support/requirements.js";
import { tempChange, type TempChange } from "../support/temp-change.js";
import { openTerminal } from "../support/tmux-terminal.js";

/** Two checkpoints, and edits since: one file changed, one gone, one added. */
async function editedChange(): Promise<TempChange> {
  const change = await tempChange({ "a.txt": "one", "specs/b.txt": "two", "specs/c.txt": "three" });
  await change.checkpoints.create({ step: 1, stepName: "Write Proposal" });
  change.edit({ "specs/c.txt": "four" });
  await change.checkpoints.create({ notes: "before the refactor" });
  change.edit({ "a.txt": "changed", "specs/b.txt": null, "new.txt": "added" });
  return change;
}

testWith(["tmux"], "restore without an id offers the checkpoints, what would change, and files to pick", async () => {
  const change = await editedChange();
  const terminal = openTerminal(change.directory, "restore");
  const list = await terminal.waitFor("Which checkpoint");
  expect(list.indexOf("before the refactor")).toBeLessThan(list.indexOf("step 1 (Write Proposal)"));
  terminal.press("Down", "Enter");
  const preview = await terminal.waitFor("What should go back?");
  expect(preview).toContain("remove   new.txt");
  expect(preview).toContain("Everything (3 files to restore, 1 to remove)");
  terminal.press("Down", "Enter");
  await terminal.waitFor("Which files?");
  terminal.press("Space", "Down", "Down", "Space", "Enter");
  expect(await terminal.waitFor("Continue? [y/N]")).toContain("Restore 2 named paths from checkpoint");
  terminal.press("y", "Enter");
  expect(await terminal.waitFor("[exit ")).toContain("[exit 0]");
  expect(change.files()).toEqual({ "a.txt": "one", "specs/b.txt": "two", "specs/c.txt": "four", "new.txt": "added" });
});

testWith(["tmux"], "everything goes back with two keys and a yes; one may change one's mind about the checkpoint", async () => {
  const change = await editedChange();
  const terminal = openTerminal(change.directory, "restore --dir .", { columns: 40 });
  await terminal.waitFor("Which checkpoint");
  terminal.press("Enter");
  await terminal.waitFor("What should go back?");
  terminal.press("Up", "Enter");
  await terminal.waitFor("● 2"); // the cursor is where it was
  terminal.press("Enter");
  await terminal.waitFor("● Everything (2 files to restore, 1");
  terminal.press("Enter");
  await terminal.waitFor("Continue? [y/N]");
  terminal.press("y", "Enter");
  expect(await terminal.waitFor("[exit ")).toContain("[exit 0]");
  expect(change.files()).toEqual({ "a.txt": "one", "specs/b.txt": "two", "specs/c.txt": "four" });
});

testWith(["tmux"], "Ctrl-C and Esc cancel at each question, with exit status 0 and nothing changed", async () => {
  const change = await editedChange();
  const before = change.picture();
  for (const [keys, questions] of [
    ["C-c", ["Which checkpoint"]],
    ["Escape", ["Which checkpoint", "What should go back?"]],
  ] as const) {
    const terminal = openTerminal(change.directory, "restore");
    for (const question of questions) {
      await terminal.waitFor(question);
      terminal.press(question === questions.at(-1) ? keys : "Enter");
    }
    const shown = await terminal.waitFor("[exit ");
    expect(shown).toContain("Cancelled; nothing was changed.");
    expect(shown).toContain("[exit 0]");
  }
  expect(change.picture()).toEqual(before);
  expect((await change.checkpoints.list()).checkpoints).toHaveLength(2);
});
