type Json = { readonly [name: string]: unknown };

/** The smallest value that a schema of an OpenAPI description allows: required members only, each as plain as can be. */
export function sampleOf(root: Json, schema: unknown): unknown {
  if (!isJson(schema)) return null;
  if (typeof schema['$ref'] === 'string') return sampleOf(root, byRef(root, schema['$ref']));
  if (schema['nullable'] === true) return null;
  for (const choice of ['anyOf', 'oneOf']) {
    const options = schema[choice];
    if (Array.isArray(options)) return sampleOf(root, options[0]);
  }
  if (Array.isArray(schema['allOf']))
    return Object.assign({}, ...schema['allOf'].map((part: unknown) => sampleOf(root, part)));
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  switch (schema['type']) {
    case 'object': {
      const properties = isJson(schema['properties']) ? schema['properties'] : {};
      const required = Array.isArray(schema['required']) ? schema['required'] : [];
      return Object.fromEntries(required.map((name: string) => [name, sampleOf(root, properties[name])]));
    }
    case 'array':
      return [];
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return false;
    default:
      return textOf(schema['format']);
  }
}

function textOf(format: unknown): string {
  if (format === 'uri') return 'https://example.org/';
  return format === 'date-time' ? '2026-01-01T00:00:00Z' : 'text';
}

function byRef(root: Json, ref: string): unknown {
  return ref
    .replace(/^#\//, '')
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, part) => (isJson(value) ? value[part] : undefined), root);
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
