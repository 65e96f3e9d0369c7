import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CutwaterError } from '../../domain/error.ts';
import type { GitTag } from '../../domain/git-tag.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { isObjectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import type { TagContent, TagWriter } from '../../ports/tag-writer.ts';
import type { ToolResult } from '../process/run-tool.ts';
import type { GitCliOptions } from './git-cli.ts';
import type { GitCommands } from './git-commands.ts';
import { gitCommands, gitFailure, settings } from './git-commands.ts';
import { claimedTime, readObjects } from './object-batch.ts';
import { pushRelease } from './push-release.ts';
import { readRefs } from './read-tags.ts';
import { isRefPart } from './ref-lines.ts';
import { findRemote } from './remote.ts';
import { isSigningFailure, keyUnusable } from './signed-tag.ts';

/** Tags made by the git program with the user's own configuration. */
export function gitTagWriter(options: GitCliOptions): TagWriter {
  const commands = gitCommands({ folder: options.folder, environment: options.environment ?? process.env });
  return {
    writeObject: (content) => writeObject(commands, content),
    nameTag: (tag) => nameTag(commands, tag),
    branchesWith: (commit) => branchesWith(commands, commit),
    async push(what) {
      const remote = await findRemote(commands, options.remote);
      if (remote === undefined) throw new CutwaterError('USAGE', 'Cannot push a tag: the repository has no remote');
      await pushRelease(commands, remote, what);
    },
  };
}

/**
 * Git signs and stores the object and then wants to name it; a hook of our own says no to that. So git does all of the
 * signing, with whatever the user has configured, and nothing is named before it was judged.
 */
async function writeObject(commands: GitCommands, content: TagContent): Promise<GitTag> {
  const act = `make tag ${quote(content.name)}`;
  if (!isRefPart(content.name)) throw new CutwaterError('USAGE', `Cannot ${act}: git does not allow the name`);
  if (/^-----/m.test(content.message) || content.message.includes('\0'))
    throw new CutwaterError('INPUT_INVALID', `Cannot ${act}: its message looks like a signature`);
  const hooks = await mkdtemp(join(tmpdir(), 'cutwater-hooks-'));
  try {
    await writeFile(join(hooks, 'reference-transaction'), refusingHook, { mode: 0o700 });
    // Verbatim: by default git drops lines that begin with "#".
    const mode = content.signed ? '--sign' : '--annotate';
    const args = ['tag', mode, ...(content.signed ? [] : ['--no-sign']), '--cleanup=verbatim', '--file=-'];
    const input = content.message.endsWith('\n') ? content.message : `${content.message}\n`;
    const hooked = [...settings({ 'core.hooksPath': hooks }), ...args, '--', content.name, content.target];
    const result = await commands.asUser(hooked, { input });
    return await readWritten(commands, content, result);
  } finally {
    await rm(hooks, { recursive: true, force: true });
  }
}

/** What the hook is told comes out on standard error, one line for each reference: old id, new id, name. */
const refusingHook = `#!/bin/sh
if [ "$1" = prepared ]; then cat >&2; exit 1; fi
`;

async function readWritten(commands: GitCommands, content: TagContent, result: ToolResult): Promise<GitTag> {
  const ref = `refs/tags/${content.name}`;
  const told = result.stderr.split('\n').map((line) => line.split(' '));
  const [, refused] = told.find(([, , name]) => name === ref) ?? [];
  const id = result.exitCode === 0 ? await unname(commands, ref) : refused;
  if (!isObjectId(id)) throw notWritten(content, result);
  const [object, commit] = await readObjects(commands, [id, `${id}^{commit}`]);
  const raw = object?.bytes ?? new Uint8Array();
  const parsed = parseTagObject(raw);
  // Git 2.39 makes an unsigned tag where the SSH key is not there, so that it got this far says nothing.
  const isAsAsked = parsed.is === 'ok' && parsed.value.name === content.name && parsed.value.target === content.target;
  if (!isAsAsked || (parsed.value.signature !== undefined) !== content.signed) throw keyUnusable(content, result);
  const { name } = content;
  return { name, object: id, objectType: 'tag', commit: commit?.id, claimedAt: claimedTime(raw, 'tagger'), raw };
}

/** Where no hook can run (git before 2.28, a temporary folder for data only) the name is there, and taken away again. */
async function unname(commands: GitCommands, ref: string): Promise<ObjectId | undefined> {
  const made = (await readRefs(commands, ref)).find((line) => line.ref === ref)?.object;
  // It was made a moment ago by the command above; with its id given, nothing else can be removed.
  if (made !== undefined) await commands.asUser(['update-ref', '-d', ref, made]);
  return made;
}

function notWritten(content: TagContent, result: ToolResult): CutwaterError {
  const act = `make tag ${quote(content.name)}`;
  if (result.stderr.includes('already exists'))
    return new CutwaterError('TAG_EXISTS', `Cannot ${act}: it exists already`);
  if (isSigningFailure(result)) return keyUnusable(content, result);
  return gitFailure(act, result);
}

async function nameTag(commands: GitCommands, tag: Pick<GitTag, 'name' | 'object'>): Promise<void> {
  const act = `make tag ${quote(tag.name)}`;
  if (!isRefPart(tag.name)) throw new CutwaterError('USAGE', `Cannot ${act}: git does not allow the name`);
  const nothing = '0'.repeat(tag.object.length);
  const result = await commands.asUser(['update-ref', `refs/tags/${tag.name}`, tag.object, nothing]);
  if (result.exitCode === 0) return;
  if (/already exists|but expected/.test(result.stderr))
    throw new CutwaterError('TAG_EXISTS', `Cannot ${act}: it exists already`);
  throw gitFailure(act, result);
}

async function branchesWith(commands: GitCommands, commit: ObjectId): Promise<readonly string[]> {
  const format = '--format=%(HEAD) %(refname)';
  const result = await commands.read(['for-each-ref', format, `--contains=${commit}`, '--', 'refs/heads/']);
  if (result.exitCode !== 0) throw gitFailure(`find the branches with commit ${commit}`, result);
  const lines = Buffer.from(result.stdout).toString('utf8').split('\n');
  const names = lines.flatMap((line) => /^([* ]) refs\/heads\/(.+)$/.exec(line)?.slice(1, 3) ?? []);
  const pairs = names.flatMap((mark, index) => (index % 2 === 0 ? [{ mark, name: names[index + 1] ?? '' }] : []));
  return pairs
    .toSorted((left, right) => (left.mark === right.mark ? 0 : left.mark === '*' ? -1 : 1))
    .map(({ name }) => name);
}
