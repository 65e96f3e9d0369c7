import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { isObjectId } from '../../domain/object-id.ts';
import type { OpenTool, OpenToolEvents } from '../process/open-tool.ts';

export interface StoredObject {
  readonly id: ObjectId;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Reads many objects at a time; undefined for each that is not there. */
export type ObjectSource = (names: readonly string[]) => Promise<readonly (StoredObject | undefined)[]>;

/** Bytes of the largest answer to one question. */
const answerLimit = 512 * 1024 * 1024;
/** So long the process stays open without a question. */
const idleMilliseconds = 1000;

/**
 * Asks one `git cat-file --batch` that stays open between questions: starting a process takes longer than most answers. It
 * keeps nothing awake, and is closed when nobody has asked for a while, so that it does not hold files that git replaced.
 */
export function objectSource(open: (events: OpenToolEvents) => Promise<OpenTool>): ObjectSource {
  let current: Promise<Session> | undefined;
  const start = (): Promise<Session> => {
    const session: Promise<Session> = openSession(open, () => {
      if (current === session) current = undefined;
    });
    return session;
  };
  return async (names) => (names.length === 0 ? [] : (await (current ??= start())).ask(names));
}

interface Session {
  readonly ask: ObjectSource;
}

interface Question {
  readonly count: number;
  readonly replies: (StoredObject | undefined)[];
  readonly resolve: (replies: readonly (StoredObject | undefined)[]) => void;
  readonly reject: (error: Error) => void;
  size: number;
}

/** `forget` is called when it takes no more questions. */
async function openSession(open: (events: OpenToolEvents) => Promise<OpenTool>, forget: () => void): Promise<Session> {
  const questions: Question[] = [];
  const reader = replyReader();
  let idle: NodeJS.Timeout | undefined;
  let ended: Error | undefined;
  const finish = (error: Error): void => {
    ended ??= error;
    forget();
    clearTimeout(idle);
    for (const question of questions.splice(0)) question.reject(error);
  };
  const tool = await open({
    onOutput: (chunk) => {
      const [first] = questions;
      if (first !== undefined) first.size += chunk.length;
      if (first === undefined || first.size > answerLimit) {
        tool.kill();
        finish(new CutwaterError('TOOL_FAILED', `Cannot read objects: git says more than ${answerLimit} bytes`));
        return;
      }
      for (const reply of reader(chunk)) answer(reply.object);
    },
    onEnd: ({ exitCode, stderr, error }) => {
      const reason = stderr.trim().split('\n').at(-1) ?? '';
      const said = reason === '' ? `git ended with ${exitCode}` : reason.replace(/^(?:fatal|error): /, '');
      finish(error ?? new CutwaterError('TOOL_FAILED', `Cannot read objects: ${said}`));
    },
  });
  const answer = (object: StoredObject | undefined): void => {
    const [question] = questions;
    if (question === undefined) return;
    question.replies.push(object);
    if (question.replies.length < question.count) return;
    questions.shift();
    question.resolve(question.replies);
    if (questions.length > 0) return;
    tool.keepAwake(false);
    idle = setTimeout(() => {
      forget();
      tool.end();
    }, idleMilliseconds).unref();
  };
  return {
    ask: (names) => {
      if (ended !== undefined) return Promise.reject(ended);
      const { promise, resolve, reject } = Promise.withResolvers<readonly (StoredObject | undefined)[]>();
      clearTimeout(idle);
      tool.keepAwake(true);
      questions.push({ count: names.length, replies: [], resolve, reject, size: 0 });
      tool.write(names.map((name) => `${name}\n`).join(''));
      return promise;
    },
  };
}

interface Reply {
  readonly object: StoredObject | undefined;
}

/**
 * Reads the output of `git cat-file --batch` as it comes: `<id> <type> <size>`, the bytes and a line break, or
 * `<name> missing`. Gives what is complete.
 */
export function replyReader(): (chunk: Uint8Array) => readonly Reply[] {
  let held: Uint8Array[] = [];
  let size = 0;
  let wanted = 1;
  return (chunk) => {
    held.push(chunk);
    size += chunk.length;
    // A large object comes in many pieces; they are put together once, when all are there.
    if (size < wanted) return [];
    const bytes = held.length === 1 ? chunk : Buffer.concat(held, size);
    const { replies, end, missing } = readReplies(bytes);
    held = end === bytes.length ? [] : [bytes.subarray(end)];
    size = bytes.length - end;
    wanted = size + missing;
    return replies;
  };
}

function readReplies(bytes: Uint8Array): {
  readonly replies: readonly Reply[];
  readonly end: number;
  /** Bytes that must come before there is another reply, at least. */
  readonly missing: number;
} {
  const replies: Reply[] = [];
  const text = bufferOver(bytes);
  let end = 0;
  while (end < bytes.length) {
    const lineEnd = bytes.indexOf(0x0a, end);
    if (lineEnd < 0) break;
    const [id, type = '', digits = ''] = text.toString('latin1', end, lineEnd).split(' ');
    if (!isObjectId(id) || !/^\d+$/.test(digits)) {
      replies.push({ object: undefined });
      end = lineEnd + 1;
      continue;
    }
    const start = lineEnd + 1;
    const next = start + Number(digits) + 1;
    if (next > bytes.length) return { replies, end, missing: next - bytes.length };
    replies.push({ object: { id, type, bytes: viewOf(bytes, start, next - 1) } });
    end = next;
  }
  return { replies, end, missing: 1 };
}

/** A part of the same memory, not a copy: there may be ten thousand objects. */
export function viewOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}

/** The same for text. */
export function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
