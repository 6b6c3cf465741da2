/** Tells whether a text can name artifacts: a path or glob that stays below the change directory. */
export function isArtifactPattern(text: string): boolean {
  const isBelow = text !== "" && !text.startsWith("/") && !text.split("/").includes("..");
  return isBelow && !/\p{Cc}/u.test(text) && !text.startsWith("!");
}
