import type { Digest } from '../../domain/digest.ts';
import { imageTag } from '../../domain/image-name.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import type { Alias } from '../../estate/alias.ts';
import { mayPointAt } from '../../estate/alias.ts';
import type { Decision } from '../../estate/decisions.ts';
import type { CommittedRelease } from '../../estate/judge-alias.ts';
import { readRegistryTag } from '../../estate/registry-tags.ts';
import type { AliasMoment, DatedEvent } from '../../estate/replay-alias.ts';
import { replayAlias } from '../../estate/replay-alias.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { Decisions, DecisionSignature } from '../facts/read-decisions.ts';
import { readDecisions } from '../facts/read-decisions.ts';
import { judgeReleaseTag, readRecord, signerOfRelease } from '../facts/read-record.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import { sideBySide } from '../side-by-side.ts';
import type { ReadWorld } from '../world.ts';

/** What an alias pointed at by the rule and the claimed times, and what it points at now. */
export interface AliasHistory {
  readonly alias: Alias;
  readonly moments: readonly AliasMoment[];
  /** What the rule says of all that is known now. */
  readonly computed: CommittedRelease | undefined;
  /** What the registry has now: the only thing here that was observed. */
  readonly observed: Digest | undefined;
  /** Versions the registry names whose statement does not count: nothing is said of them. */
  readonly left: readonly { readonly version: string; readonly reason: string }[];
}

/**
 * Replays an alias over everything that decided about it: releases by the dates of their tags, withdrawals, restores and
 * checkpoints by theirs. All these times are claims of whoever signed. Read only.
 */
export async function readAliasHistory(world: ReadWorld, loaded: LoadedPolicy, alias: Alias): Promise<AliasHistory> {
  const tags = await readProjectTags(world.git, loaded.policy, world.tagSource);
  const imageTags = await world.repository.listTags();
  const decisions = await readDecisions(world, loaded, { tags, imageTags });
  const vouched = vouchedEvents(world, loaded, { tags, decisions });
  const stated = imageTags.map(readRegistryTag).flatMap((tag) => (tag.kind === 'statement' ? [tag.version] : []));
  const left: { version: string; reason: string }[] = [];
  const published: DatedEvent[] = [];
  await sideBySide(
    stated.filter((version) => mayPointAt(alias, version) && !vouched.has(formatVersion(version))),
    8,
    async (version) => {
      const record = await readRecord(world, loaded, version);
      if (record.is === 'valid') published.push(await publishedEvent(world, loaded, { version, ...record }));
      if (record.is === 'rejected') left.push({ version: formatVersion(version), reason: record.reason });
    },
  );
  for (const [, event] of vouched) published.push(await event());
  const moments = replayAlias(alias, [...published, ...decidedEvents(decisions)]);
  return {
    alias,
    moments,
    computed: moments.at(-1)?.value,
    observed: (await world.repository.resolve(imageTag(alias.name)))?.digest,
    left: left.toSorted((one, other) => (one.version < other.version ? -1 : 1)),
  };
}

async function publishedEvent(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { version, release }: { readonly version: Version; readonly release: ReleasePredicate },
): Promise<DatedEvent> {
  const { index: digest, platforms } = release.image;
  const tag = parseTagObject(new Uint8Array(Buffer.from(release.tag.raw, 'base64')));
  return {
    kind: 'published',
    release: { version, digest, platforms: platforms.map(({ platform }) => platform) },
    claimedAt: tag.is === 'ok' ? tag.value.taggedAt : 0,
    by: (await signerOfRelease(world, loaded, release))?.name,
  };
}

/** Versions that a checkpoint stands for. Their tags may be of any age, and by keys that no longer count. */
function vouchedEvents(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { tags, decisions }: { readonly tags: ProjectTags; readonly decisions: Decisions },
): ReadonlyMap<string, () => Promise<DatedEvent>> {
  const events = new Map<string, () => Promise<DatedEvent>>();
  for (const { number, entries } of decisions.checkpoints.toSorted((left, right) => left.number - right.number))
    for (const { version, digest, release } of entries) {
      if (digest === undefined) continue;
      const signature = decisions.signatures.find(({ name }) => name.kind === 'checkpoint' && name.number === number);
      const found = tags.decided.find(({ tag }) => tag.name === releaseTagOf(version) && tag.object === release)?.tag;
      events.set(formatVersion(version), async () => {
        const verdict = found && (await judgeReleaseTag(world, loaded, found));
        const signer =
          verdict?.is === 'valid' ? verdict.signer : verdict?.is === 'rejected' ? verdict.retiredSigner : undefined;
        return {
          kind: 'published',
          // Which platforms it had is not in a checkpoint.
          release: { version, digest, platforms: [] },
          claimedAt: found?.claimedAt ?? signature?.claimedAt ?? 0,
          by: signer?.name,
        };
      });
    }
  return events;
}

function decidedEvents({ decisions, checkpoints, signatures }: Decisions): readonly DatedEvent[] {
  const dated = (signature: DecisionSignature | undefined): { claimedAt: number; by: string | undefined } => ({
    claimedAt: signature?.claimedAt ?? 0,
    by: signature?.signer.name,
  });
  return [
    ...decisions.map((decision): DatedEvent => {
      const signature = signatures.find(({ name }) => isOf(name, decision));
      return { kind: 'decided', decision, ...dated(signature) };
    }),
    ...checkpoints.map(({ number, entries }): DatedEvent => {
      const signature = signatures.find(({ name }) => name.kind === 'checkpoint' && name.number === number);
      return { kind: 'checkpoint', number, entries, ...dated(signature) };
    }),
  ];
}

function isOf(name: DecisionSignature['name'], { kind, number, version }: Decision): boolean {
  return name.kind === kind && name.number === number && formatVersion(name.version) === formatVersion(version);
}
