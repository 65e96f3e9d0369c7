import type { Announcement } from '../../domain/announcement.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { digestOf, hexOf } from '../../domain/digest.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion, releaseClassOf } from '../../domain/version.ts';
import type { AnnouncementName } from '../../estate/announcement-tag.ts';
import { announcementTag } from '../../estate/announcement-tag.ts';
import { newsOf, takesClass } from '../../estate/news.ts';
import type { AnnouncePolicy } from '../../policy/announce-schema.ts';
import { nearestName } from '../../policy/nearest-name.ts';
import { announcementStep } from '../../plan/announcement-steps.ts';
import { announcement } from '../../report/documents/announcement.ts';
import type { Announcer } from '../../ports/announcer.ts';
import type { AnnouncementRecord } from '../../report/documents/announcement-record.ts';
import type { AnnouncedVersion, ToldNews } from './announced-version.ts';
import { factsToTell, readAnnouncedVersion } from './announced-version.ts';
import { observeAnnouncement, prepareRecord, storeRecord } from './announcement-records.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { runStep } from '../run-step.ts';
import { requireTrustedSigner } from '../release/trusted-signer.ts';
import type { AnnounceWorld } from '../world.ts';

export interface AnnounceRequest {
  readonly version: Version;
  /** Undefined: every channel that takes releases of this class. */
  readonly channel: string | undefined;
}

/** What one channel knows now. */
export interface Announced {
  readonly channel: string;
  /** `sent` by this run; `known` where the channel was told before. */
  readonly is: 'sent' | 'known';
  /** Undefined where there was nothing to tell. */
  readonly kind: AnnouncementName['kind'] | undefined;
  readonly tag: string | undefined;
  readonly title: string | undefined;
  readonly id?: string;
  readonly url?: string;
}

/**
 * Tells each channel what it does not know yet about a version, and records it in the registry, so that no later run on any
 * machine tells it again. A crash between the two may tell it twice, with the same key. All channels are tried; what
 * failed is thrown at the end.
 */
export async function announce(
  world: AnnounceWorld,
  loaded: LoadedPolicy,
  request: AnnounceRequest,
): Promise<readonly Announced[]> {
  const { version } = request;
  const channels = chooseChannels(loaded.policy.announce, request);
  const act = `announce ${formatVersion(version)}`;
  await requireTrustedSigner(world, loaded, act);
  const about = await readAnnouncedVersion(world, loaded, version);
  const result: Announced[] = [];
  const failures: { readonly channel: string; readonly error: CutwaterError }[] = [];
  for (const channel of channels)
    try {
      result.push(await tell(world, loaded, { channel, about }));
    } catch (error) {
      if (!isCutwaterError(error) || error.code === 'INTERRUPTED') throw error;
      failures.push({ channel: channel.name, error });
    }
  failTogether(act, failures);
  return result;
}

/** The one failure as it is; several as one, with the next step of the first. */
function failTogether(
  act: string,
  failures: readonly { readonly channel: string; readonly error: CutwaterError }[],
): void {
  const [first, ...more] = failures;
  if (first === undefined) return;
  if (more.length === 0) throw first.error;
  throw new CutwaterError(
    'ANNOUNCEMENT_INCOMPLETE',
    `Cannot ${act} on ${failures.map(({ channel }) => channel).join(', ')}: each of them failed`,
    { details: failures.map(({ channel, error }) => `${channel}: ${error.message}`), hint: first.error.hint },
  );
}

function chooseChannels(
  channels: readonly AnnouncePolicy[],
  { version, channel }: AnnounceRequest,
): readonly AnnouncePolicy[] {
  const name = formatVersion(version);
  if (channels.length === 0)
    throw new CutwaterError('CONFIG_INVALID', `Cannot announce ${name}: the policy names no channel`, {
      hint: 'Add one under announce in cutwater.yaml and commit it',
    });
  if (channel !== undefined) {
    const own = channels.find((one) => one.name === channel);
    if (own !== undefined) return [own];
    const names = channels.map((one) => one.name);
    const near = nearestName(channel, names);
    throw new CutwaterError('USAGE', `Cannot announce ${name} on ${quote(channel)}: the policy names no such channel`, {
      hint: near === undefined ? `Take one of ${names.join(', ')}` : `Did you mean ${near}?`,
    });
  }
  const taking = channels.filter((one) => takesClass(one, version));
  if (taking.length > 0) return taking;
  throw new CutwaterError(
    'USAGE',
    `Cannot announce ${name}: no channel takes releases of class ${releaseClassOf(version)}`,
    { hint: 'Name one with --channel, or add the class to its classes in cutwater.yaml' },
  );
}

async function tell(
  world: AnnounceWorld,
  loaded: LoadedPolicy,
  { channel, about }: { readonly channel: AnnouncePolicy; readonly about: AnnouncedVersion },
): Promise<Announced> {
  const told = about.told.filter((name) => name.channel === channel.name);
  const news = newsOf(about, told);
  if (news === undefined)
    return { channel: channel.name, is: 'known', kind: undefined, tag: undefined, title: undefined };
  const name: AnnouncementName = { ...news, channel: channel.name, version: about.version };
  const facts = await factsToTell(world, loaded, { about, kind: news.kind });
  const text = announcement(facts, loaded.policy);
  // Whatever can be missing is looked for before anything is said.
  const announcer = await world.openAnnouncer(channel);
  const place = { name, index: about.index };
  const record = await runStep(
    announcementStep(name),
    {
      observe: () => observeAnnouncement(world, loaded, place),
      apply: async () => {
        const draft = recordOf(world, { name, about, text, project: loaded.policy.project });
        const prepared = await prepareRecord(world, draft, { index: about.index, trust: loaded.trust });
        await amendRelease(world, announcer, { told, text });
        const receipt = await announcer.send(text, draft.key);
        const isPlain = receipt.id === undefined && receipt.url === undefined;
        const final = isPlain
          ? prepared
          : await prepareRecord(world, { ...draft, ...receipt }, { index: about.index, trust: loaded.trust });
        await storeRecord(world.repository, final, place);
      },
    },
    world,
  );
  return {
    channel: channel.name,
    is: 'sent',
    kind: news.kind,
    tag: announcementTag(name),
    title: text.title,
    ...(record.id === undefined ? {} : { id: record.id }),
    ...(record.url === undefined ? {} : { url: record.url }),
  };
}

/**
 * Whoever finds the old announcement of a release has to learn that it is withdrawn, or back. It is changed first, since
 * once the news is recorded nobody comes back to it; one that is gone from the channel keeps no news from being told.
 */
async function amendRelease(
  { report }: Pick<AnnounceWorld, 'report'>,
  announcer: Announcer,
  { told, text }: { readonly told: readonly ToldNews[]; readonly text: Announcement },
): Promise<void> {
  const id = told.find(({ kind }) => kind === 'released')?.id;
  if (id === undefined || announcer.amend === undefined) return;
  try {
    await announcer.amend(id, text);
  } catch (error) {
    if (!isCutwaterError(error) || error.code !== 'ANNOUNCEMENT_REFUSED') throw error;
    report({ type: 'note', level: 'warning', text: error.message });
  }
}

function recordOf(
  world: AnnounceWorld,
  {
    name,
    about,
    text,
    project,
  }: {
    readonly name: AnnouncementName;
    readonly about: AnnouncedVersion;
    readonly text: Announcement;
    readonly project: string;
  },
): AnnouncementRecord {
  const { kind, number, channel } = name;
  const which = { project, version: formatVersion(name.version), release: about.release, kind, number, channel };
  return {
    schema: 'cutwater.announced/1',
    ...which,
    // Of what it is about and not of how it is said: a word changed between two tries makes no other announcement.
    key: hexOf(digestOf(canonicalJson(which))).slice(0, 32),
    announcement: digestOf(canonicalJson(text)),
    sentAt: world.now,
  };
}
