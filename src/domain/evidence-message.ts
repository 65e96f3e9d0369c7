import type { Parsed } from './brand.ts';
import { accept, refuse } from './brand.ts';
import type { Digest } from './digest.ts';
import { isDigest } from './digest.ts';
import type { ObjectId } from './object-id.ts';
import { isObjectId } from './object-id.ts';
import type { Version } from './version.ts';
import { formatVersion, parseVersion } from './version.ts';

export type EvidenceOutcome = 'pass' | 'fail' | 'pending';

/** What the message of an `evidence/...` tag carries, as lines below the note. */
export interface EvidenceMessage {
  /** The project it is about, so that it cannot be replayed in another one. */
  readonly project: string;
  readonly evidence: string;
  readonly version: Version;
  /** The release tag object, and the commit it points at. */
  readonly release: ObjectId;
  readonly commit: ObjectId;
  /** The image index that was tested; undefined where there was none yet. */
  readonly digest: Digest | undefined;
  readonly outcome: EvidenceOutcome;
  /** Where it was tested: one word. */
  readonly environment: string | undefined;
  /** SHA-256 of the report that was looked at. */
  readonly report: Digest | undefined;
  /** For people; may be empty. */
  readonly note: string;
}

export function formatEvidenceMessage(message: EvidenceMessage): string {
  const version = formatVersion(message.version);
  const trailers = [
    `Project: ${message.project}`,
    `Evidence: ${message.evidence}`,
    `Version: ${version}`,
    `Release-Tag: ${message.release}`,
    `Commit: ${message.commit}`,
    `Image: ${message.digest ?? 'none'}`,
    `Outcome: ${message.outcome}`,
    ...(message.environment === undefined ? [] : [`Environment: ${message.environment}`]),
    ...(message.report === undefined ? [] : [`Report: ${message.report}`]),
  ];
  const paragraphs = [
    `Evidence ${message.evidence} of v${version}: ${message.outcome}`,
    ...(message.note === '' ? [] : [message.note]),
    trailers.join('\n'),
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

/** Reads a message made by `formatEvidenceMessage`, and nothing that differs from what it would write. */
export function parseEvidenceMessage(text: string): Parsed<EvidenceMessage> {
  const paragraphs = text.trimEnd().split('\n\n');
  const fields = readTrailers(paragraphs.at(-1) ?? '');
  if (fields.is === 'refused') return fields;
  const { Project: project, Evidence: evidence, Commit: commit, Outcome: outcome } = fields.value;
  const { Version: versionText = '', Image: image, Report: report } = fields.value;
  const release = fields.value['Release-Tag'];
  if (project === undefined) return refuse('has no line "Project"');
  if (evidence === undefined) return refuse('has no line "Evidence"');
  const version = parseVersion(versionText);
  if (version.is === 'refused') return refuse(`has a line "Version" that ${version.reason}`);
  if (!isObjectId(release)) return refuse('has no line "Release-Tag" with the id of the release tag object');
  if (!isObjectId(commit)) return refuse('has no line "Commit" with the id of a commit');
  if (image !== 'none' && !isDigest(image)) return refuse('has no line "Image" with a digest or "none"');
  if (outcome !== 'pass' && outcome !== 'fail' && outcome !== 'pending')
    return refuse('has no line "Outcome: pass", "Outcome: fail" or "Outcome: pending"');
  if (report !== undefined && !isDigest(report)) return refuse('has a line "Report" that is no digest');
  const message: EvidenceMessage = {
    project,
    evidence,
    version: version.value,
    release,
    commit,
    digest: image === 'none' ? undefined : image,
    outcome,
    environment: fields.value.Environment,
    report,
    note: paragraphs.slice(1, -1).join('\n\n'),
  };
  // The title a person reads and the lines a program reads must say the same.
  return formatEvidenceMessage(message) === text ? accept(message) : refuse('is not as Cutwater writes it');
}

/** A note that can stand in the message: text of at most 2000 characters, with nothing that looks like a signature. */
export function parseEvidenceNote(text: string): Parsed<string> {
  const note = text.replaceAll('\r\n', '\n').trim();
  if (note.length > 2000) return refuse('is longer than 2000 characters');
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(note.replaceAll('\n', ''))) return refuse('has invisible characters');
  if (/^-----/m.test(note)) return refuse('has a line that begins like a signature');
  return accept(note);
}

/** The name of a place: letters, digits, and `.`, `_`, `-`, `/`, `:` after the first; at most 64 characters. */
export function isEnvironmentName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._/:-]{0,63}$/.test(text);
}

const names = [
  'Project',
  'Evidence',
  'Version',
  'Release-Tag',
  'Commit',
  'Image',
  'Outcome',
  'Environment',
  'Report',
] as const;

type Fields = { readonly [Name in (typeof names)[number]]?: string };

function readTrailers(paragraph: string): Parsed<Fields> {
  const fields = new Map<string, string>();
  for (const line of paragraph.split('\n')) {
    const [, name = '', value] = /^([A-Za-z-]+): (\S+)$/.exec(line) ?? [];
    if (value === undefined || !names.some((known) => known === name))
      return refuse('does not end in the lines Cutwater writes');
    if (fields.has(name)) return refuse(`has two lines "${name}"`);
    fields.set(name, value);
  }
  return accept(Object.fromEntries(fields));
}
