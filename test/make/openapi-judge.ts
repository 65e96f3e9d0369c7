import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';

/** What went over the wire in one exchange, as far as a description of an API speaks of it. */
export interface JudgedRequest {
  readonly method: string;
  /** Path below the API's root, decoded in no way. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

export interface JudgedReply {
  readonly status: number;
  /** Undefined where there is none, or none in JSON. */
  readonly json: unknown;
}

/** Says what breaks a published OpenAPI description, request and reply; empty where nothing does. */
export interface OpenapiJudge {
  readonly judgeRequest: (request: JudgedRequest) => readonly string[];
  readonly judgeReply: (request: JudgedRequest, reply: JudgedReply) => readonly string[];
  /** One of the examples in the description, such as `pull-request`. */
  readonly example: (name: string) => unknown;
}

type Json = { readonly [name: string]: unknown };

const loaded = new Map<string, Promise<OpenapiJudge>>();

/** Of an OpenAPI 3.0 description, or a Swagger 2.0 one. Read once per process. */
export function loadOpenapiJudge(
  file: string,
  prepare: (text: string) => string = (text) => text,
): Promise<OpenapiJudge> {
  const judge = loaded.get(file) ?? readFile(file, 'utf8').then((text) => createJudge(JSON.parse(prepare(text))));
  loaded.set(file, judge);
  return judge;
}

function createJudge(document: Json): OpenapiJudge {
  // Formats of numbers and bytes that JSON Schema does not know are left to the description.
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false, validateSchema: false });
  formats.default(ajv);
  const root = nullableAsTypes(document);
  assert.ok(isJson(root));
  ajv.addSchema(root, 'api');
  const compiled = new Map<string, ValidateFunction>();
  const validatorAt = (pointer: readonly string[]): ValidateFunction => {
    const key = `api#/${pointer.map(escapePointer).join('/')}`;
    const validate = compiled.get(key) ?? ajv.compile({ $ref: key });
    compiled.set(key, validate);
    return validate;
  };
  const check = (pointer: readonly string[], value: unknown, where: string): readonly string[] => {
    const validate = validatorAt(pointer);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${where}${instancePath} ${message ?? ''}`);
  };
  const operations = readOperations(root);
  const find = ({ method, path }: JudgedRequest): Operation | undefined =>
    operations.find((one) => one.method === method.toLowerCase() && one.pattern.test(path));
  return {
    example: (name) => at(root, ['components', 'examples', name, 'value']),
    judgeRequest: (request) => {
      const operation = find(request);
      if (operation === undefined) return [`${request.method} ${request.path} is described nowhere`];
      return requestFaults(root, operation, { request, check });
    },
    judgeReply: (request, { status, json }) => {
      const operation = find(request);
      if (operation === undefined) return [];
      const found = dereference(root, operation.pointer, ['responses', String(status)]);
      if (found === undefined) return [`${operation.name} is not described to answer ${status}`];
      const schema = schemaPointer(root, found);
      return schema === undefined || json === undefined ? [] : check(schema, json, `${operation.name} ${status}`);
    },
  };
}

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly pointer: readonly string[];
}

function readOperations(root: Json): readonly Operation[] {
  assert.ok(isJson(root['paths']));
  const found = Object.entries(root['paths']).flatMap(([path, methods]) =>
    Object.keys(isJson(methods) ? methods : {}).map((method) => ({
      name: `${method.toUpperCase()} ${path}`,
      method,
      pattern: new RegExp(
        `^${path
          .replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')
          .replace(/\/git\/ref\/\{ref\}$/, '/git/ref/.+')
          .replaceAll(/\{[^}]+\}/g, '[^/]+')}$`,
      ),
      pointer: ['paths', path, method],
      parameters: path.split('{').length,
    })),
  );
  // A git ref has slashes of its own; the description says so in words only.
  // `/releases/latest` is not `/releases/{id}`.
  return found.toSorted((left, right) => left.parameters - right.parameters);
}

interface RequestCheck {
  readonly request: JudgedRequest;
  readonly check: (pointer: readonly string[], value: unknown, where: string) => readonly string[];
}

function requestFaults(root: Json, operation: Operation, { request, check }: RequestCheck): readonly string[] {
  const parameters = parametersOf(root, operation);
  const known = parameters.filter((one) => one['in'] === 'query').map((one) => String(one['name']));
  const faults = [...request.query.keys()]
    .filter((name) => !known.includes(name))
    .map((name) => `unknown query ${name}`);
  for (const { name, in: place, required } of parameters)
    if (place === 'query' && required === true && !request.query.has(String(name)))
      faults.push(`no query ${String(name)}`);
  if (request.contentType?.startsWith('application/json') === true)
    faults.push(...bodyFaults(root, operation, { request, check }));
  else if (request.body.length > 0 && request.contentType === undefined) faults.push('a body without content type');
  return faults.map((fault) => `${operation.name}: ${fault}`);
}

/** Stricter than the description, which lets unknown members pass: a member that nobody reads is a mistake of ours. */
function bodyFaults(root: Json, operation: Operation, { request, check }: RequestCheck): readonly string[] {
  const body: unknown = JSON.parse(request.body.toString('utf8'));
  const swagger = parametersOf(root, operation).findIndex((one) => one['in'] === 'body');
  const pointer =
    swagger < 0
      ? [...operation.pointer, 'requestBody', 'content', 'application/json', 'schema']
      : [...operation.pointer, 'parameters', String(swagger), 'schema'];
  if (at(root, pointer) === undefined) return ['a JSON body that is not described'];
  const target = follow(root, pointer);
  const properties = isJson(target['properties']) ? Object.keys(target['properties']) : [];
  const unknown = Object.keys(isJson(body) ? body : {}).filter((name) => !properties.includes(name));
  return [...unknown.map((name) => `unknown member ${name}`), ...check(pointer, body, 'body')];
}

function parametersOf(root: Json, { pointer }: Operation): readonly Json[] {
  const shared = at(root, [...pointer.slice(0, 2), 'parameters']);
  const own = at(root, [...pointer, 'parameters']);
  return [own, shared].flatMap((list) =>
    Array.isArray(list)
      ? list.map((one: Json) => (typeof one['$ref'] === 'string' ? byRef(root, one['$ref']) : one))
      : [],
  );
}

function schemaPointer(root: Json, pointer: readonly string[]): readonly string[] | undefined {
  for (const tail of [['content', 'application/json', 'schema'], ['schema']])
    if (at(root, [...pointer, ...tail]) !== undefined) return [...pointer, ...tail];
  return undefined;
}

function dereference(root: Json, base: readonly string[], tail: readonly string[]): readonly string[] | undefined {
  const pointer = [...base, ...tail];
  const found = at(root, pointer);
  if (!isJson(found)) return undefined;
  return typeof found['$ref'] === 'string' ? pointerOf(found['$ref']) : pointer;
}

function follow(root: Json, pointer: readonly string[]): Json {
  const found = at(root, pointer);
  assert.ok(isJson(found), pointer.join('/'));
  return typeof found['$ref'] === 'string' ? follow(root, pointerOf(found['$ref'])) : found;
}

function byRef(root: Json, ref: string): Json {
  return follow(root, pointerOf(ref));
}

function pointerOf(ref: string): readonly string[] {
  return ref
    .replace(/^#\//, '')
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function at(root: unknown, pointer: readonly string[]): unknown {
  return pointer.reduce<unknown>((value, part) => {
    if (Array.isArray(value)) return value[Number(part)];
    return isJson(value) ? value[part] : undefined;
  }, root);
}

function escapePointer(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** OpenAPI 3.0 says `nullable`, JSON Schema has a type for it. */
function nullableAsTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nullableAsTypes);
  if (!isJson(value)) return value;
  const { nullable, ...rest } = value;
  const walked = Object.fromEntries(Object.entries(rest).map(([name, child]) => [name, nullableAsTypes(child)]));
  if (nullable !== true) return nullable === undefined ? walked : { ...walked, nullable: nullableAsTypes(nullable) };
  return { anyOf: [walked, { type: 'null' }] };
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
