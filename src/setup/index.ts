/**
 * Setup: a first configuration and first ignore rules for a directory.
 * Promises: a file that is there is never touched, and a new one is there whole or not at all.
 * Must never: make a store, or ask.
 */
export { initDirectory, type InitializedDirectory, type InitializedFile } from "./init-directory.js";
