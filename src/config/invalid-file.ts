import type { ErrorDetails } from "../errors/index.js";

/** Makes the error for a file that cannot be used; where in the file stands before the message. */
export type InvalidFile = new (place: string, message: string, details?: ErrorDetails) => Error;
