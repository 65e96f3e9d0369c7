import type { Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';
import type { Digest } from './digest.ts';
import { isDigest } from './digest.ts';
import type { ObjectId } from './object-id.ts';
import { isObjectId } from './object-id.ts';
import type { Version } from './version.ts';
import { formatVersion, parseVersion } from './version.ts';

/** What the message of a `withdrawn/...` or `restored/...` tag carries, as trailers below the reason. */
export interface DecisionMessage {
  /** The project it is about, so that it cannot be replayed in another one. */
  readonly project: string;
  readonly decision: 'withdrawn' | 'restored';
  readonly version: Version;
  readonly release: ObjectId;
  readonly digest: Digest | undefined;
  readonly aliases: 'move' | 'hold' | undefined;
  readonly useInstead: Version | undefined;
  readonly reason: string;
}

/** One version a checkpoint vouches for. */
export interface CheckpointEntry {
  readonly version: Version;
  readonly release: ObjectId;
  /** Undefined for a cancelled version. */
  readonly digest: Digest | undefined;
  /** Of the stored release statement; undefined for versions published before Cutwater. */
  readonly statement: Digest | undefined;
  readonly state: 'published' | 'withdrawn' | 'cancelled';
  /** The highest number of a withdrawal or restore of this version that the checkpoint knows; only higher ones overrule it. */
  readonly decisions: number;
}

/** What the message of a `checkpoint/N` tag carries. */
export interface CheckpointMessage {
  readonly project: string;
  readonly entries: readonly CheckpointEntry[];
}

export function formatDecisionMessage(message: DecisionMessage): string {
  const title = `${message.decision === 'withdrawn' ? 'Withdraw' : 'Restore'} v${formatVersion(message.version)}`;
  const trailers = [
    `Project: ${message.project}`,
    `Decision: ${message.decision}`,
    `Version: ${formatVersion(message.version)}`,
    `Release-Tag: ${message.release}`,
    `Image: ${message.digest ?? 'none'}`,
    ...(message.aliases === undefined ? [] : [`Aliases: ${message.aliases}`]),
    ...(message.useInstead === undefined ? [] : [`Use-Instead: ${formatVersion(message.useInstead)}`]),
  ];
  return `${title}\n\n${message.reason.trim()}\n\n${trailers.join('\n')}\n`;
}

/** Reads a message made by `formatDecisionMessage`; every trailer exactly once, nothing unknown among them. */
export function parseDecisionMessage(text: string): Parsed<DecisionMessage> {
  const paragraphs = text.trimEnd().split('\n\n');
  const trailers = readTrailers(paragraphs.at(-1) ?? '');
  if (trailers.is === 'refused') return trailers;
  const reason = paragraphs.slice(1, -1).join('\n\n').trim();
  const fields = trailers.value;
  const project = fields.get('Project');
  if (project === undefined) return refuse('has no line "Project"');
  const decision = fields.get('Decision');
  if (decision !== 'withdrawn' && decision !== 'restored')
    return refuse('has no line "Decision: withdrawn" or "Decision: restored"');
  const version = parseVersion(fields.get('Version') ?? '');
  if (version.is === 'refused') return refuse(`has a line "Version" that ${version.reason}`);
  const release = fields.get('Release-Tag');
  if (!isObjectId(release)) return refuse('has no line "Release-Tag" with the id of the release tag object');
  const image = fields.get('Image');
  if (image !== 'none' && !isDigest(image)) return refuse('has no line "Image" with a digest or "none"');
  const aliases = fields.get('Aliases');
  if (decision === 'withdrawn' ? aliases !== 'move' && aliases !== 'hold' : aliases !== undefined)
    return refuse('has no line "Aliases: move" or "Aliases: hold"');
  const instead = fields.get('Use-Instead');
  const useInstead = instead === undefined ? undefined : parseVersion(instead);
  if (useInstead?.is === 'refused') return refuse(`has a line "Use-Instead" that ${useInstead.reason}`);
  return accept({
    project,
    decision,
    version: version.value,
    release,
    digest: image === 'none' ? undefined : image,
    aliases: aliases === 'move' || aliases === 'hold' ? aliases : undefined,
    useInstead: useInstead?.value,
    reason,
  });
}

export function formatCheckpointMessage(number: number, { project, entries }: CheckpointMessage): string {
  const lines = entries.map((entry) =>
    [
      `v${formatVersion(entry.version)}`,
      entry.release,
      entry.digest ?? 'none',
      entry.statement ?? 'none',
      entry.state,
      `${entry.decisions}`,
    ].join(' '),
  );
  return `Checkpoint ${number}\n\nProject: ${project}\nDecision: checkpoint\nVersions: ${entries.length}\n\n${lines.join('\n')}\n`;
}

/** Reads a message made by `formatCheckpointMessage`; a version twice, or a count that differs, is refused. */
export function parseCheckpointMessage(text: string): Parsed<CheckpointMessage> {
  const [, head = '', body = ''] = text.trimEnd().split('\n\n');
  const fields = readTrailers(head);
  if (fields.is === 'refused') return fields;
  const project = fields.value.get('Project');
  if (project === undefined) return refuse('has no line "Project"');
  if (fields.value.get('Decision') !== 'checkpoint') return refuse('has no line "Decision: checkpoint"');
  const lines = body === '' ? [] : body.split('\n');
  if (fields.value.get('Versions') !== `${lines.length}`)
    return refuse(`lists ${lines.length} versions, another number is announced`);
  const entries = new Map<string, CheckpointEntry>();
  for (const [index, line] of lines.entries()) {
    const entry = readEntry(line);
    if (entry === undefined) return refuse(`has a line ${index + 1} of its list that is no version entry`);
    const version = formatVersion(entry.version);
    if (entries.has(version)) return refuse(`lists ${version} twice`);
    entries.set(version, entry);
  }
  return accept({ project, entries: [...entries.values()] });
}

function readEntry(line: string): CheckpointEntry | undefined {
  const [tag = '', release, digest, statement, state, count = '', ...more] = line.split(' ');
  const version = parseVersion(tag.slice(1));
  if (!tag.startsWith('v') || version.is === 'refused' || !isObjectId(release) || more.length > 0) return undefined;
  if (!/^(?:0|[1-9]\d{0,8})$/.test(count)) return undefined;
  if (state !== 'published' && state !== 'withdrawn' && state !== 'cancelled') return undefined;
  const image = readOptionalDigest(digest);
  const record = readOptionalDigest(statement);
  if (image === 'bad' || record === 'bad' || (state !== 'cancelled') !== (image !== undefined)) return undefined;
  const decisions = Number(count);
  return { version: version.value, release, digest: image, statement: record, state, decisions };
}

function readOptionalDigest(text: string | undefined): Digest | undefined | 'bad' {
  if (text === 'none') return undefined;
  return isDigest(text) ? text : 'bad';
}

function readTrailers(paragraph: string): Parsed<ReadonlyMap<string, string>> {
  const fields = new Map<string, string>();
  for (const line of paragraph.split('\n')) {
    const match = /^(Project|Decision|Version|Versions|Release-Tag|Image|Aliases|Use-Instead): (\S+)$/.exec(line);
    const [, name, value] = match ?? [];
    if (name === undefined || value === undefined) return refuse('does not end in the lines Cutwater writes');
    if (fields.has(name)) return refuse(`has two lines "${name}"`);
    fields.set(name, value);
  }
  return accept(fields);
}
