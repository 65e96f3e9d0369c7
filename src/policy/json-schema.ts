import { toJSONSchema } from 'zod/mini';
import { policySchema } from './schema.ts';

/**
 * The JSON Schema (draft 2020-12) of `cutwater.yaml`, for editors. It accepts every file that `parsePolicy` accepts; the
 * rules between fields are checked by `parsePolicy` alone.
 */
export function policyJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = toJSONSchema(policySchema.schema, { io: 'input' });
  return {
    $schema,
    title: 'Cutwater policy',
    description: "A project's release process: cutwater.yaml.",
    ...schema,
  };
}
