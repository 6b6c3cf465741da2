const ALL_ZEROS = /^0+$/;

/** Gives an object id, SHA-1 or SHA-256, in lower case; undefined for other text and for all zeros, git's word for none. */
export function parseObjectId(text: string): string | undefined {
  const isId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text) && !ALL_ZEROS.test(text);
  return isId ? text.toLowerCase() : undefined;
}
