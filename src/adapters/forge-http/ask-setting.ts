import type { ZodMiniType, infer as Shape } from 'zod/mini';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import type { NoAnswer, Told } from '../../ports/forge-settings.ts';
import type { JsonObject } from '../oci-http/json-object.ts';
import type { Reply } from '../oci-http/reply-body.ts';
import { readList, readObject } from './forge-json.ts';
import { readAllPages } from './forge-pages.ts';
import type { ForgeSession } from './forge-session.ts';

/** One question about a setting, which not everyone may ask. */
export interface SettingCall {
  /** Verb and object for messages. */
  readonly what: string;
  readonly url: URL;
  /** The right that would do, by what the forge answered instead. */
  readonly takes: (refusal: Reply) => string;
}

/** An answer, or the right that would give one. */
export type Answer<Value> = Exclude<Told<Value>, { is: 'absent' | 'failed' }>;

const refusals = [401, 403, 404] as const;

/** The JSON object of the answer. Throws where a token is refused as a token, and for whatever else goes wrong. */
export async function askObject(session: ForgeSession, call: SettingCall): Promise<Answer<JsonObject>> {
  const { what, url } = call;
  const reply = await session.send({ what, method: 'GET', url, returned: refusals });
  return reply.status === 200 ? { is: 'told', value: readObject(what, reply) } : withheld(session, call, reply);
}

/** All items of a list, every page of it. */
export async function askList(session: ForgeSession, call: SettingCall): Promise<Answer<readonly JsonObject[]>> {
  const { what, url } = call;
  let refusal: Reply | undefined;
  const itemsOf = (_: string, page: Reply): readonly JsonObject[] => {
    if (page.status === 200) return readList(what, page);
    refusal = page;
    return [];
  };
  const items = await readAllPages(session, { what, method: 'GET', url, returned: refusals }, { itemsOf });
  return refusal === undefined ? { is: 'told', value: items } : withheld(session, call, refusal);
}

function withheld(session: ForgeSession, { what, takes }: SettingCall, reply: Reply): Answer<never> {
  // A wrong or expired token is no matter of rights.
  if (reply.status === 401 && session.token.is === 'token') throw session.unexpected(what, reply);
  return { is: 'withheld', takes: takes(reply) };
}

export function mapAnswer<From, To>(answer: Answer<From>, change: (value: From) => To): Answer<To> {
  return answer.is === 'told' ? { is: 'told', value: change(answer.value) } : answer;
}

/** The value in the form that it must have. Throws BAD_REPLY naming the member that has not. */
export function shaped<Schema extends ZodMiniType>(what: string, schema: Schema, value: unknown): Shape<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? '' : ` at ${JSON.stringify(issue.path.join('.'))}: ${issue.message}`;
  throw new CutwaterError('BAD_REPLY', `Cannot ${what}: the answer is not what was expected${where}`, {
    hint: 'Check forge.address in cutwater.yaml',
  });
}

/**
 * Asks one question after the other, so that a bad answer to one hides no other. Where the forge answers nothing any more, the
 * rest is not asked. A refused token and a stopped run end it.
 */
export function eachByItself(): <Value>(question: () => Promise<Value>) => Promise<Value | NoAnswer> {
  let silence: NoAnswer | undefined;
  return async (question) => {
    if (silence !== undefined) return silence;
    try {
      return await question();
    } catch (error) {
      if (!isCutwaterError(error) || ending.has(error.code)) throw error;
      const failed: NoAnswer = { is: 'failed', because: `${error.message}; ${error.hint}` };
      if (silencing.has(error.code)) silence = failed;
      return failed;
    }
  };
}

const ending: ReadonlySet<ErrorCode> = new Set(['INTERRUPTED', 'UNAUTHENTICATED']);
const silencing: ReadonlySet<ErrorCode> = new Set(['UNREACHABLE', 'RATE_LIMITED']);
