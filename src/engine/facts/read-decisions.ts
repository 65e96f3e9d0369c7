import { gitObjectIdOf } from '../../domain/digest.ts';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { parseCheckpointMessage, parseDecisionMessage } from '../../domain/decision-message.ts';
import type { GitTag, TagSigner } from '../../domain/git-tag.ts';
import type { ImageTag } from '../../domain/image-name.ts';
import { objectId } from '../../domain/object-id.ts';
import { quote } from '../../domain/quote.ts';
import { formatTagName } from '../../domain/tag-name.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import { compareVersions } from '../../domain/version.ts';
import type { Checkpoint, CheckpointConflict } from '../../estate/checkpoints.ts';
import { settleCheckpoints } from '../../estate/checkpoints.ts';
import type { Decision } from '../../estate/decisions.ts';
import type { DecisionName } from '../../estate/registry-tags.ts';
import { decisionTag, readRegistryTag } from '../../estate/registry-tags.ts';
import type { LoadedPolicy } from './load-policy.ts';
import { readArtifact } from './read-artifact.ts';
import type { ProjectTags } from './read-tags.ts';
import type { ReadWorld } from '../world.ts';

export interface DecisionSignature {
  readonly name: DecisionName;
  readonly signer: TagSigner;
  /** The key counts no more: what it withdrew stays withdrawn all the same. */
  readonly isRetired: boolean;
  /** Unix seconds, by the tagger's clock. */
  readonly claimedAt: number;
}

/** What maintainers decided after the release tags, from git and registry together. */
export interface Decisions {
  readonly decisions: readonly Decision[];
  /** Checkpoints that count, lowest number first, with what they contradict each other in set right. */
  readonly checkpoints: readonly Checkpoint[];
  readonly conflicts: readonly CheckpointConflict[];
  /** Who signed each decision that counts, and when by its own word. */
  readonly signatures: readonly DecisionSignature[];
  /** Tags that look like decisions and do not count, with the reason. */
  readonly invalid: readonly { readonly tag: string; readonly reason: string }[];
  /** Valid decisions that the registry does not hold yet; reconcile stores them there. */
  readonly unstored: readonly { readonly name: DecisionName; readonly tag: GitTag }[];
  /**
   * Valid decisions that only this clone has although there is a remote: they lift nothing until they are pushed. Without
   * those that are on the remote under the same name already, in the same words that count.
   */
  readonly unpushed: readonly { readonly name: DecisionName; readonly tag: GitTag }[];
  /** Numbers in use per version and for checkpoints, by anybody, so that a number is never used twice. */
  readonly used: ReadonlyMap<string, readonly number[]>;
}

/**
 * Reads the decision tags of clone, remote and registry as a union. Every object seen under a name is judged, and a
 * decision counts if one of them does: neither a clone without tags nor a forged tag can un-withdraw.
 */
export async function readDecisions(
  world: ReadWorld,
  loaded: LoadedPolicy,
  from: { readonly tags: ProjectTags; readonly imageTags: readonly ImageTag[] },
): Promise<Decisions> {
  const stored = new Set<string>(from.imageTags);
  const result = emptyDecisions();
  const counted = new Set<string>();
  const said = new Set<string>();
  const waiting: (Decisions['unpushed'][number] & { readonly spoken: Spoken })[] = [];
  for (const { tag, name, isPublic: isOnRemote } of from.tags.decisions) {
    // What the registry keeps was public once: a clone without the tag believes it, so one that has it must too.
    const isPublic = isOnRemote || (await isStored(world, stored, { name, tag }));
    const spoken = await judgeDecision(world, loaded, { tag, name });
    note(result, { name, label: tag.name, spoken, counts: isPublic || name.kind === 'withdrawn' });
    if (spoken.is === 'refused') continue;
    counted.add(decisionTag(name, tag.object));
    if (!isOnRemote) waiting.push({ name, tag, spoken: spoken.value });
    else said.add(`${tag.name} ${wordsOf(spoken.value)}`);
    const isEffective = isPublic || name.kind === 'withdrawn';
    if (isEffective && !stored.has(decisionTag(name, tag.object))) result.unstored.push({ name, tag });
  }
  for (const { name, tag, spoken } of waiting)
    if (!said.has(`${tag.name} ${wordsOf(spoken)}`)) result.unpushed.push({ name, tag });
  for (const imageTag of from.imageTags) {
    const read = readRegistryTag(imageTag);
    if (read.kind !== 'decision' || counted.has(imageTag)) continue;
    const tag = await readStoredTag(world, imageTag, formatTagName(read.name));
    const spoken = tag.is === 'ok' ? await judgeDecision(world, loaded, { tag: tag.value, name: read.name }) : tag;
    note(result, { name: read.name, label: imageTag, spoken, counts: true });
  }
  return { ...result, ...settleCheckpoints(result.checkpoints) };
}

/** Who signed a checkpoint that counts. */
export function checkpointSigner({ signatures }: Decisions, number: number): TagSigner | undefined {
  return signatures.find(({ name }) => name.kind === 'checkpoint' && name.number === number)?.signer;
}

/** The key of `Decisions.used`: the release tag a decision is about, or `checkpoint`. */
export function usedKey(name: DecisionName): string {
  return name.kind === 'checkpoint' ? 'checkpoint' : formatTagName({ kind: 'release', version: name.version });
}

type Spoken = { readonly signature: DecisionSignature } & (
  | { readonly kind: 'decision'; readonly decision: Decision }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint }
);

/** What follows from a decision, for comparing. Two maintainers who withdraw at once rarely give the same reason. */
function wordsOf(spoken: Spoken): string {
  if (spoken.kind === 'checkpoint') return JSON.stringify(spoken.checkpoint);
  const { reason: _, claimedAt: __, ...words } = spoken.decision;
  return JSON.stringify(words);
}

interface CollectedDecisions extends Decisions {
  readonly decisions: Decision[];
  readonly checkpoints: Checkpoint[];
  readonly signatures: DecisionSignature[];
  readonly invalid: Decisions['invalid'][number][];
  readonly unstored: Decisions['unstored'][number][];
  readonly unpushed: Decisions['unpushed'][number][];
  readonly used: Map<string, number[]>;
}

function emptyDecisions(): CollectedDecisions {
  return {
    decisions: [],
    checkpoints: [],
    conflicts: [],
    signatures: [],
    invalid: [],
    unstored: [],
    unpushed: [],
    used: new Map(),
  };
}

function note(
  result: CollectedDecisions,
  found: {
    readonly name: DecisionName;
    readonly label: string;
    readonly spoken: Parsed<Spoken>;
    readonly counts: boolean;
  },
): void {
  const { name, label, spoken, counts } = found;
  const key = usedKey(name);
  result.used.set(key, [...(result.used.get(key) ?? []), name.number]);
  if (spoken.is === 'refused') result.invalid.push({ tag: label, reason: spoken.reason });
  else if (!counts) result.invalid.push({ tag: label, reason: 'it is not pushed yet; nothing is lifted before that' });
  else {
    result.signatures.push(spoken.value.signature);
    if (spoken.value.kind === 'decision') result.decisions.push(spoken.value.decision);
    else result.checkpoints.push(spoken.value.checkpoint);
  }
}

async function judgeDecision(
  world: ReadWorld,
  loaded: LoadedPolicy,
  found: { readonly tag: GitTag; readonly name: DecisionName },
): Promise<Parsed<Spoken>> {
  const { name } = found;
  const rules = { trust: loaded.trust, formats: loaded.policy.signatures.formats, now: world.now };
  const verdict = await world.tagVerifier.verifyTag(found.tag, rules);
  if (verdict.is === 'unsigned') return refuse('it is not signed; only a maintainer may decide this');
  // What a maintainer withdrew stays withdrawn when the key retires; to lift it takes a key that counts today.
  const isRetired = verdict.is === 'rejected' && name.kind === 'withdrawn';
  const tag = verdict.is === 'valid' ? verdict.tag : isRetired ? verdict.retired : undefined;
  const signer = verdict.is === 'valid' ? verdict.signer : verdict.retiredSigner;
  if (tag === undefined || signer === undefined)
    return refuse(verdict.is === 'rejected' ? verdict.reason : 'it does not count');
  const signature = { name, signer, isRetired, claimedAt: tag.taggedAt };
  const { project } = loaded.policy;
  if (name.kind === 'checkpoint') {
    const message = parseCheckpointMessage(tag.message);
    if (message.is === 'refused') return refuse(`its message ${message.reason}`);
    if (message.value.project !== project) return refuse(`it is about project ${quote(message.value.project)}`);
    const checkpoint = { number: name.number, entries: message.value.entries };
    return accept({ kind: 'checkpoint', checkpoint, signature });
  }
  const message = parseDecisionMessage(tag.message);
  if (message.is === 'refused') return refuse(`its message ${message.reason}`);
  const { decision, version, aliases, useInstead, release, digest, reason } = message.value;
  if (message.value.project !== project) return refuse(`it is about project ${quote(message.value.project)}`);
  if (decision !== name.kind || compareVersions(version, name.version) !== 0)
    return refuse('its message speaks of something else than its name');
  const common = { version, number: name.number, release, digest, reason, claimedAt: tag.taggedAt };
  return accept({
    kind: 'decision',
    signature,
    decision:
      decision === 'withdrawn'
        ? { kind: 'withdrawn', ...common, aliases: aliases ?? 'move', useInstead, ...(isRetired ? { isRetired } : {}) }
        : { kind: 'restored', ...common },
  });
}

async function isStored(
  world: ReadWorld,
  stored: ReadonlySet<string>,
  { name, tag }: { readonly name: DecisionName; readonly tag: GitTag },
): Promise<boolean> {
  const imageTag = decisionTag(name, tag.object);
  if (!stored.has(imageTag)) return false;
  const kept = await readStoredTag(world, imageTag, tag.name);
  return kept.is === 'ok' && kept.value.object === tag.object;
}

/** A raw tag object that the registry keeps, as if git had it under the name. */
export async function readStoredTag(world: ReadWorld, imageTag: ImageTag, name: string): Promise<Parsed<GitTag>> {
  const artifact = await readArtifact(world.repository, imageTag);
  if (artifact === undefined) return refuse('it vanished from the registry while it was read');
  if (artifact.is === 'refused') return artifact;
  const raw = artifact.value.content;
  const parsed = parseTagObject(raw);
  if (parsed.is === 'refused') return refuse(`the tag object in the registry ${parsed.reason}`);
  const object = gitObjectIdOf('tag', raw, objectId(parsed.value.target));
  return accept({
    name,
    object,
    objectType: 'tag',
    commit: parsed.value.target,
    claimedAt: parsed.value.taggedAt,
    raw,
  });
}
