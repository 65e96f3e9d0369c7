import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import { isJsonObject } from '../oci-http/json-object.ts';
import type { Reply } from '../oci-http/reply-body.ts';
import { isHtml } from '../oci-http/reply-error.ts';

/** The JSON object of a reply. Throws BAD_REPLY, also for a page of a proxy or a login form. */
export function readObject(what: string, reply: Reply): JsonObject {
  const value = readJson(what, reply);
  if (isJsonObject(value)) return value;
  throw badReply(what, reply, 'something else than a JSON object');
}

/** The JSON list of objects of a reply. Throws BAD_REPLY. */
export function readList(what: string, reply: Reply): readonly JsonObject[] {
  const value = readJson(what, reply);
  if (Array.isArray(value) && value.every(isJsonObject)) return value;
  throw badReply(what, reply, 'something else than a JSON list of objects');
}

export function badReply(what: string, reply: Pick<Reply, 'url'>, found: string): CutwaterError {
  return new CutwaterError('BAD_REPLY', `Cannot ${what}: ${quote(reply.url.host)} answers with ${found}`, {
    hint: 'Check forge.address in cutwater.yaml',
  });
}

/** A member that must be there. Throws BAD_REPLY naming it. */
export function requiredText(what: string, object: JsonObject, name: string): string {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (typeof value === 'string') return value;
  throw lacking(what, name, 'a text');
}

export function requiredNumber(what: string, object: JsonObject, name: string): number {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw lacking(what, name, 'a whole number');
}

export function requiredFlag(what: string, object: JsonObject, name: string): boolean {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (typeof value === 'boolean') return value;
  throw lacking(what, name, 'true or false');
}

/** A list of objects that must be there. */
export function requiredList(what: string, object: JsonObject, name: string): readonly JsonObject[] {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (Array.isArray(value) && value.every(isJsonObject)) return value;
  throw lacking(what, name, 'a list of objects');
}

export function requiredObject(what: string, object: JsonObject, name: string): JsonObject {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (isJsonObject(value)) return value;
  throw lacking(what, name, 'an object');
}

function lacking(what: string, name: string, wanted: string): CutwaterError {
  return new CutwaterError('BAD_REPLY', `Cannot ${what}: the answer lacks ${quote(name)}, ${wanted} is wanted`, {
    hint: 'Check forge.address in cutwater.yaml',
  });
}

function readJson(what: string, reply: Reply): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(reply.bytes));
    return value;
  } catch {
    throw badReply(what, reply, isHtml(reply) ? 'an HTML page' : 'something that is no JSON');
  }
}
