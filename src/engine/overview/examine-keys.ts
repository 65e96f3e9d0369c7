import type { ImageTag } from '../../domain/image-name.ts';
import { formatVersion } from '../../domain/version.ts';
import type { Version } from '../../domain/version.ts';
import { compareVersions } from '../../domain/version.ts';
import { describeConflict } from '../../estate/checkpoints.ts';
import type { EndingKey, KeyCover, Standing, StandingVersion } from '../../estate/key-cover.ts';
import { judgeCover } from '../../estate/key-cover.ts';
import { candidateTag, readRegistryTag, statementTag } from '../../estate/registry-tags.ts';
import type { KeyReader } from '../../ports/key-reader.ts';
import type { Check } from '../../report/verification.ts';
import { passed } from '../../report/verification.ts';
import { endingKeys, noticeDays } from '../adoption/ending-keys.ts';
import { guarded } from '../verify/guarded-check.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { checkpointSigner, readDecisions } from '../facts/read-decisions.ts';
import { readRecord, signerOfRelease } from '../facts/read-record.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import { sideBySide } from '../side-by-side.ts';
import type { ReadWorld } from '../world.ts';

/**
 * Whether every published version will still be vouched for when keys end, and what to do where it will not. A key ends by
 * the policy's word or its own; what it signed stays valid only where a checkpoint by a lasting key lists it.
 */
export async function examineKeys(
  world: ReadWorld,
  loaded: LoadedPolicy,
  reader: KeyReader,
): Promise<readonly Check[]> {
  let found: readonly Check[] = [];
  const outcome = await guarded(checkName, async () => {
    found = await keyChecks(world, loaded, reader);
    return passed(checkName, 'they were looked at');
  });
  return outcome.is === 'passed' ? found : [outcome];
}

const checkName = 'keys of what is published';

async function keyChecks(world: ReadWorld, loaded: LoadedPolicy, reader: KeyReader): Promise<readonly Check[]> {
  const tags = await readProjectTags(world.git, loaded.policy, 'remote');
  const imageTags = await world.repository.listTags();
  const decisions = await readDecisions(world, loaded, { tags, imageTags });
  const ending = await endingKeys(loaded.trust, reader, world.now);
  const names = imageTags.map(readRegistryTag);
  const published = new Map<string, Version>();
  for (const name of names)
    if (name.kind === 'version' || name.kind === 'statement') published.set(formatVersion(name.version), name.version);
  for (const version of unfinished(tags, imageTags)) published.delete(version);
  if (published.size === 0) return [passed(checkName, 'nothing is published yet')];
  const checkpoints = decisions.checkpoints.flatMap(({ number, entries }) => {
    const fingerprint = checkpointSigner(decisions, number)?.fingerprint;
    return fingerprint === undefined ? [] : [{ fingerprint, entries }];
  });
  const open = openVersions([...published.values()], checkpoints, ending);
  const looked = open.slice(0, versionsRead);
  const cover = judgeCover(await readStandings(world, loaded, looked), checkpoints, ending);
  const unread = open.length - looked.length;
  return [
    ...[...ending.values()].flatMap((key) => keyCheck(key, cover, world.now)),
    ...lostChecks(cover),
    ...decisions.conflicts.map((conflict): Check => {
      return {
        name: `checkpoints about ${formatVersion(conflict.later.entry.version)}`,
        is: 'warning',
        says: describeConflict(conflict),
      };
    }),
    ...(cover.lost.length + cover.soon.length > 0
      ? []
      : [
          passed(
            checkName,
            `for the next ${noticeDays} days every version is vouched for${unread > 0 ? `; ${unread} old ones were not looked at` : ''}`,
          ),
        ]),
  ];
}

/** Versions whose release was begun and has no statement yet: they are to be released, not vouched for. */
function unfinished({ decided }: ProjectTags, imageTags: readonly ImageTag[]): readonly string[] {
  const held = new Set<string>(imageTags);
  return decided.flatMap(({ name, tag }) =>
    name.kind === 'release' && held.has(candidateTag(tag.object)) && !held.has(statementTag(name.version))
      ? [formatVersion(name.version)]
      : [],
  );
}

/** So many versions that no lasting checkpoint lists are looked at, the highest first: each takes some requests. */
const versionsRead = 100;

function openVersions(
  published: readonly Version[],
  checkpoints: Parameters<typeof judgeCover>[1],
  ending: ReadonlyMap<string, EndingKey>,
): readonly Version[] {
  const unknown = published.map((version): StandingVersion => ({ version, standing: { is: 'unstated', reason: '' } }));
  const { lost, soon } = judgeCover(unknown, checkpoints, ending);
  return [...lost, ...soon].map(({ version }) => version).toSorted((left, right) => compareVersions(right, left));
}

async function readStandings(
  world: ReadWorld,
  loaded: LoadedPolicy,
  versions: readonly Version[],
): Promise<readonly StandingVersion[]> {
  const found: StandingVersion[] = [];
  await sideBySide(versions, 8, async (version) => {
    found.push({ version, standing: await standingOf(world, loaded, version) });
  });
  return found;
}

async function standingOf(world: ReadWorld, loaded: LoadedPolicy, version: Version): Promise<Standing> {
  const record = await readRecord(world, loaded, version);
  switch (record.is) {
    case 'absent':
      return { is: 'unstated', reason: 'it has no release statement' };
    case 'rejected':
      return { is: 'rejected', reason: record.reason };
    case 'valid':
      return { is: 'counts', fingerprint: (await signerOfRelease(world, loaded, record.release))?.fingerprint };
  }
}

function keyCheck(key: EndingKey, cover: KeyCover, now: number): readonly Check[] {
  const own = cover.soon.filter(({ key: { fingerprint } }) => fingerprint === key.fingerprint);
  if (key.at === undefined) return [];
  const name = `key of ${key.name}`;
  const day = new Date(key.at * 1000).toISOString().slice(0, 10);
  const left = Math.max(0, Math.ceil((key.at - now) / 86_400));
  const says = `${key.fingerprint} counts until ${day}, ${left === 1 ? '1 day' : `${left} days`} from now`;
  if (own.length === 0) return [{ name, is: 'warning', says: `${says}; all it signed is covered by a checkpoint` }];
  const versions = own.map(({ version }) => version);
  return [
    {
      name,
      is: 'warning',
      says: `${says}, and then nothing vouches for ${namesOf(versions)}; before that run, where git signs with the key of another maintainer: cutwater import --yes --push`,
    },
  ];
}

/** What nothing vouches for today. Where there is a statement that does not count, a person has to name the versions. */
function lostChecks({ lost }: KeyCover): readonly Check[] {
  const unstated = lost.filter(({ standing }) => standing.is === 'unstated').map(({ version }) => version);
  const rejected = lost.filter(({ standing }) => standing.is === 'rejected');
  const [first] = rejected;
  const versions = rejected.map(({ version }) => version);
  return [
    ...(unstated.length === 0
      ? []
      : [
          {
            name: checkName,
            is: 'warning',
            says: `${namesOf(unstated)} ${verbOf(unstated)} no statement and no checkpoint; look at the list of 'cutwater import', then run: cutwater import --yes --push`,
          } as const,
        ]),
    ...(first === undefined
      ? []
      : [
          {
            name: checkName,
            is: 'warning',
            says: `nothing vouches for ${namesOf(versions)} any more; if the images are right, run: cutwater import ${vouchArguments(versions)} --yes --push; it is because ${first.standing.reason}`,
          } as const,
        ]),
  ];
}

/** Arguments of `import` that name these versions, the lowest first; many of them as one range. */
function vouchArguments(versions: readonly Version[]): string {
  const [lowest] = versions;
  const highest = versions.at(-1);
  if (versions.length <= 3 || lowest === undefined || highest === undefined)
    return versions.map((version) => `--vouch ${formatVersion(version)}`).join(' ');
  return `--vouch ${formatVersion(lowest)}..${formatVersion(highest)}`;
}

function namesOf(versions: readonly Version[]): string {
  const shown = versions.slice(-5).map(formatVersion).toReversed().join(', ');
  return versions.length > 5 ? `${shown} and ${versions.length - 5} more` : shown;
}

function verbOf(versions: readonly Version[]): string {
  return versions.length === 1 ? 'has' : 'have';
}
