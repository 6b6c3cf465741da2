import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";

const FOLDER = new URL("../../schemas/", import.meta.url);

/** A JSON schema as far as the tests look into it. */
export interface Schema {
  $id?: string;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  definitions?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  [keyword: string]: unknown;
}

/** The schemas of the files in a store, by name; those of files that people write are not among them. */
export const SCHEMAS: Record<string, Schema> = Object.fromEntries(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(".schema.json") && file !== "config.schema.json" && file !== "workflow.schema.json")
    .map((file) => [file.replace(".schema.json", ""), JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as Schema]),
);

// Not the compiled validators of src/: these tests hold the written documents to the schemas themselves.
const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true });
for (const [name, schema] of Object.entries(SCHEMAS)) ajv.addSchema(schema, schema.$id ?? name);

/** What is wrong with a document by a schema, as sentences. */
export function schemaProblems(name: string, document: unknown): string[] {
  const validate = ajv.getSchema(SCHEMAS[name]?.$id ?? name);
  if (validate === undefined) throw new Error(`there is no schema ${name}`);
  return validate(document) === true ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`);
}
