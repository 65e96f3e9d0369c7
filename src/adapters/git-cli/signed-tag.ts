import { CutwaterError } from '../../domain/error.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import type { ToolResult } from '../process/run-tool.ts';
import type { GitCommands } from './git-commands.ts';
import { gitFailure, reasonOf } from './git-commands.ts';
import { readRefs } from './read-tags.ts';
import { readObjects } from './object-batch.ts';
import { isRefPart } from './ref-lines.ts';

export interface NewTag {
  readonly name: string;
  readonly target: ObjectId;
  readonly message: string;
}

/**
 * Makes an annotated tag signed with the user's own configuration and looks at what git made. Throws TAG_EXISTS, and
 * KEY_UNUSABLE with git's reason where the key cannot sign.
 */
export async function createSignedTag(commands: GitCommands, tag: NewTag): Promise<ObjectId> {
  const act = `make tag ${quote(tag.name)}`;
  if (!isRefPart(tag.name)) throw new CutwaterError('USAGE', `Cannot ${act}: git does not allow the name`);
  if (/(?:^|\n)-----(?:BEGIN|END) /.test(tag.message) || tag.message.includes('\0'))
    throw new CutwaterError('INPUT_INVALID', `Cannot ${act}: its message looks like a signature`);
  // Verbatim: by default git drops lines that begin with "#", which are headings in release notes.
  const options = ['--sign', '--cleanup=verbatim', '--file=-'];
  const input = tag.message.endsWith('\n') ? tag.message : `${tag.message}\n`;
  const result = await commands.asUser(['tag', ...options, '--', tag.name, tag.target], { input });
  if (result.exitCode === 0) return confirmSigned(commands, tag, result);
  if (result.stderr.includes('already exists'))
    throw new CutwaterError('TAG_EXISTS', `Cannot ${act}: it exists already`);
  if (isSigningFailure(result)) throw keyUnusable(tag, result);
  throw gitFailure(act, result);
}

/** Git 2.39 ends with 0 and an unsigned tag where the SSH key is not there, so its exit code says nothing. */
async function confirmSigned(commands: GitCommands, tag: NewTag, result: ToolResult): Promise<ObjectId> {
  const ref = `refs/tags/${tag.name}`;
  const found = (await readRefs(commands, ref)).find((line) => line.ref === ref);
  const [object] = found === undefined ? [] : await readObjects(commands, [found.object]);
  const parsed = parseTagObject(object?.bytes ?? new Uint8Array());
  const isAsAsked = parsed.is === 'ok' && parsed.value.name === tag.name && parsed.value.target === tag.target;
  if (object !== undefined && isAsAsked && parsed.value.signature !== undefined) return object.id;
  // It was made a moment ago by the command above; with its id given, nothing else can be removed.
  if (object !== undefined) await commands.asUser(['update-ref', '-d', ref, object.id]);
  throw keyUnusable(tag, result);
}

export function isSigningFailure(result: ToolResult): boolean {
  return /failed to sign|unable to sign|signing ?key|No secret key|Load key/i.test(result.stderr);
}

export function keyUnusable(tag: Pick<NewTag, 'name'>, result: ToolResult): CutwaterError {
  const reason = result.stderr.trim() === '' ? 'git made no signature' : reasonOf(result);
  return new CutwaterError('KEY_UNUSABLE', `Cannot sign tag ${quote(tag.name)}: ${reason}`, {
    details: gitFailure('sign', result).details,
  });
}
