/** The first word of a shell's question; no command, so that no help shows it. */
export const COMPLETE = "__complete";
