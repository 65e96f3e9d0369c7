import { CutwaterError } from '../../domain/error.ts';
import { quote } from '../../domain/quote.ts';
import { readObject } from '../forge-http/forge-json.ts';
import { readAllPages } from '../forge-http/forge-pages.ts';
import type { OwnWrites } from '../forge-http/own-writes.ts';
import { createOwnWrites } from '../forge-http/own-writes.ts';
import type { GithubApi } from './github-api.ts';
import type { GithubRelease } from './github-release.ts';
import { readGithubRelease } from './github-release.ts';

/** Finds releases by tag. GitHub shows a draft only in the list, and the list may be older than what was just done. */
export interface ReleaseFinder {
  find(tag: string): Promise<GithubRelease | undefined>;
  /** Throws NOT_PUBLISHED; `act` is a verb. */
  require(tag: string, act: string): Promise<GithubRelease>;
  /** One release per tag, as `find` would give it. */
  list(): Promise<readonly GithubRelease['release'][]>;
  /** What this process made: from now on it is asked for by its number. */
  remember(release: GithubRelease): void;
  /** What this process did to a release: reads are repeated until they show it. */
  readonly wrote: OwnWrites['add'];
  /** The draft of the tag that everyone takes: of several the oldest. */
  elect(tag: string): Promise<void>;
  forget(tag: string): void;
}

export function createReleaseFinder(api: GithubApi): ReleaseFinder {
  const drafts = new Map<string, number>();
  const own = createOwnWrites(api.session.retry);
  const look = async (tag: string): Promise<GithubRelease | undefined> => {
    const what = `read release ${quote(tag)}`;
    const known = drafts.get(tag);
    if (known !== undefined) {
      const found = await read(api, `releases/${known}`, what);
      if (found?.release.tag === tag) return found;
      drafts.delete(tag);
    }
    const published = await read(api, `releases/tags/${encodeURIComponent(tag)}`, what);
    // Without a token no draft is shown anyway.
    if (published !== undefined || api.session.token.is === 'none') return published;
    const [draft] = await listOf(api, tag);
    if (draft?.release.state === 'draft') drafts.set(tag, draft.id);
    return draft;
  };
  const find: ReleaseFinder['find'] = (tag) => own.readOne(tag, () => look(tag));
  return {
    find,
    wrote: own.add,
    require: async (tag, act) => {
      const found = await find(tag);
      if (found !== undefined) return found;
      throw new CutwaterError(
        'NOT_PUBLISHED',
        `Cannot ${act} release ${quote(tag)}: there is none on github ${api.place.label}`,
      );
    },
    list: () => own.readList(async () => firstOfEachTag(await listAll(api))),
    remember: ({ id, release }) => {
      drafts.set(release.tag, id);
      own.add(release.tag, { is: 'drafted' });
    },
    elect: async (tag) => {
      const ours = drafts.get(tag) ?? Number.POSITIVE_INFINITY;
      const listed = await listOf(api, tag);
      const [first] = listed;
      if (first !== undefined && (first.release.state === 'published' || first.id < ours)) drafts.set(tag, first.id);
      // The list may be too old to have the own one.
      if (listed.some(({ id }) => id !== ours))
        api.warn(
          `github ${api.place.label} has more than one draft of ${tag}: the oldest is used, remove the others there`,
        );
    },
    forget: (tag) => drafts.delete(tag),
  };
}

async function read(api: GithubApi, path: string, what: string): Promise<GithubRelease | undefined> {
  const reply = await api.session.send({ what, method: 'GET', url: api.url(path), returned: [404] });
  return reply.status === 404 ? undefined : readGithubRelease(what, readObject(what, reply));
}

async function listAll(api: GithubApi): Promise<readonly GithubRelease[]> {
  const what = `list the releases of ${api.place.label}`;
  const url = api.url('releases', { per_page: '100' });
  const items = await readAllPages(api.session, { what, method: 'GET', url });
  return items.map((item) => readGithubRelease(what, item));
}

async function listOf(api: GithubApi, tag: string): Promise<readonly GithubRelease[]> {
  return (await listAll(api)).filter(({ release }) => release.tag === tag).toSorted(inOrder);
}

function firstOfEachTag(releases: readonly GithubRelease[]): readonly GithubRelease['release'][] {
  const byTag = new Map<string, GithubRelease['release']>();
  for (const { release } of releases.toSorted(inOrder)) if (!byTag.has(release.tag)) byTag.set(release.tag, release);
  return [...byTag.values()];
}

/** Published ones first, then the oldest draft. */
function inOrder(left: GithubRelease, right: GithubRelease): number {
  const rank = ({ release }: GithubRelease): number => (release.state === 'published' ? 0 : 1);
  return rank(left) - rank(right) || left.id - right.id;
}
