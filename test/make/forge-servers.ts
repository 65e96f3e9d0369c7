import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { HostedForgeKind } from '../../src/domain/forge-capabilities.ts';
import type { Scope } from './folder.ts';
import { startGiteaServer } from './gitea-server.ts';
import { startGithub } from './github-server.ts';
import { startGitlabServer } from './gitlab-server.ts';
import type { ForgeHost } from './hosted-project.ts';

/** A release as the server has it, without numbers and times. */
export interface ShownRelease {
  readonly tag: string;
  readonly title: string;
  readonly notes: string;
  readonly isDraft: boolean;
  /** Undefined where the forge knows no such mark. */
  readonly isPrerelease: boolean | undefined;
  readonly isLatest: boolean;
  /** `NAME sha256`, sorted; a name may stand there twice. */
  readonly files: readonly string[];
  /** What the page leads to, where that is said apart from the files. */
  readonly links: readonly string[];
}

/** Answers instead of the server, or meddles with what it will answer; undefined where the server shall go on. */
export type ForgeInterference = (
  request: { readonly method: string; readonly path: string },
  response: ServerResponse,
) => 'answered' | undefined;

/** The test server of any forge, as tests see it that are about all of them. */
export interface ForgeServer extends ForgeHost {
  /** Keeps everything as it is now; what it gives puts it back. */
  keep(): () => void;
  shown(): readonly ShownRelease[];
  /** Open pull or merge requests, as `FROM into INTO`. */
  openRequests(): readonly string[];
  /** From now on each request is shown to this one first. */
  interfere(interference: ForgeInterference): void;
  /** A release that a person or another tool made; what is waiting on a forge without drafts is files alone. */
  add(release: { readonly tag: string; readonly isDraft: boolean; readonly files: readonly string[] }): void;
  /** Leaves in a draft what a machine leaves that dies in the middle of a file, on a forge that shows it. */
  leaveHalfFile(tag: string, name: string): void;
}

type Tags = ReadonlyMap<string, string>;

export function startForgeServer(scope: Scope, kind: HostedForgeKind, tags: Tags = new Map()): Promise<ForgeServer> {
  switch (kind) {
    case 'github':
      return startGithubHost(scope, tags);
    case 'forgejo':
    case 'gitea':
      return startGiteaHost(scope, tags);
    case 'gitlab':
      return startGitlabHost(scope, tags);
  }
}

async function startGithubHost(scope: Scope, tags: Tags): Promise<ForgeServer> {
  const github = await startGithub(scope, new Map(tags));
  return {
    ...github,
    openRequests: () => github.pulls.flatMap(({ head, base, isOpen }) => (isOpen ? [`${head} into ${base}`] : [])),
    interfere: (interference) => {
      github.interfere = interference;
    },
    shown: () =>
      github.releases.map(({ id, assets, ...release }) => ({
        ...shownText(release),
        isPrerelease: release.isPrerelease,
        isLatest: id === github.latest,
        files: filesOf(assets),
        links: [],
      })),
    add: ({ tag, isDraft, files }) => {
      const made = { id: 1, tag, ...foreignText, isDraft, isPrerelease: false, isImmutable: false, assets: [] };
      github.releases.push(made);
      for (const name of files) github.newAsset(made, name, 'uploaded', Buffer.from(name));
    },
    leaveHalfFile: (tag, name) => {
      const draft = github.releases.find((release) => release.tag === tag && release.isDraft);
      if (draft?.assets.every((asset) => asset.name !== name) === true) github.newAsset(draft, name, 'starter');
    },
  };
}

async function startGiteaHost(scope: Scope, tags: Tags): Promise<ForgeServer> {
  const gitea = await startGiteaServer(scope, new Map(tags));
  return {
    ...gitea,
    openRequests: () => gitea.pulls.flatMap(({ head, base, isOpen }) => (isOpen ? [`${head} into ${base}`] : [])),
    interfere: (interference) => {
      gitea.interfere = ({ method = '', url: path = '' }, response) => interference({ method, path }, response);
    },
    shown: () => {
      const latest = gitea.releases.findLast(({ isDraft, isPrerelease }) => !isDraft && !isPrerelease);
      return gitea.releases.map((release) => ({
        ...shownText(release),
        isPrerelease: release.isPrerelease,
        isLatest: release === latest,
        files: filesOf(release.assets),
        links: [],
      }));
    },
    add: ({ tag, isDraft, files }) => {
      const assets = files.map((name, id) => ({ id: id + 1, name, bytes: Buffer.from(name) }));
      gitea.releases.push({ id: 1, tag, ...foreignText, isDraft, isPrerelease: false, assets });
    },
    leaveHalfFile: () => undefined,
  };
}

async function startGitlabHost(scope: Scope, tags: Tags): Promise<ForgeServer> {
  const gitlab = await startGitlabServer(scope, new Map(tags));
  return {
    ...gitlab,
    openRequests: () => gitlab.requests.flatMap(({ from, into, isOpen }) => (isOpen ? [`${from} into ${into}`] : [])),
    interfere: (interference) => {
      gitlab.interfere = ({ method = '', url: path = '' }, response) => interference({ method, path }, response);
    },
    shown: () => {
      const filesFor = (tag: string): readonly string[] => filesOf(gitlab.files.filter((file) => file.tag === tag));
      const published = gitlab.releases.map((release, index) => ({
        ...shownText({ ...release, isDraft: false }),
        isPrerelease: undefined,
        isLatest: index === 0,
        files: filesFor(release.tag),
        links: release.links.map(({ name, url }) => `${name} ${new URL(url).pathname}`),
      }));
      const waiting = new Set(gitlab.files.map(({ tag }) => tag));
      for (const { tag } of published) waiting.delete(tag);
      const text = { title: '', notes: '', isDraft: true, isPrerelease: undefined, isLatest: false, links: [] };
      return [...published, ...[...waiting].map((tag) => ({ ...text, tag, files: filesFor(tag) }))];
    },
    add: ({ tag, isDraft, files }) => {
      gitlab.files.push(...files.map((name, id) => ({ id: id + 1, tag, name, bytes: Buffer.from(name) })));
      if (!isDraft) gitlab.releases.unshift({ tag, ...foreignText, links: [] });
    },
    leaveHalfFile: () => undefined,
  };
}

/** What a release of ours would say, too. */
const foreignText = { title: 'tiny v1.0.0', notes: 'tiny v1.0.0 is being published.\n' };

type ShownText = Pick<ShownRelease, 'tag' | 'title' | 'notes' | 'isDraft'>;

function shownText({ tag, title, notes, isDraft }: ShownText): ShownText {
  return { tag, title, notes, isDraft };
}

function filesOf(files: readonly { readonly name: string; readonly bytes: Uint8Array }[]): readonly string[] {
  return files.map(({ name, bytes }) => `${name} ${createHash('sha256').update(bytes).digest('hex')}`).toSorted();
}
