import { createHash } from 'node:crypto';
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

/** The test server of any forge, as tests see it that are about all of them. */
export interface ForgeServer extends ForgeHost {
  /** Keeps everything as it is now; what it gives puts it back. */
  keep(): () => void;
  shown(): readonly ShownRelease[];
  /** Leaves in a draft what a machine leaves that dies in the middle of a file, on a forge that shows it. */
  leaveHalfFile(tag: string, name: string): void;
}

export function startForgeServer(scope: Scope, kind: HostedForgeKind): Promise<ForgeServer> {
  switch (kind) {
    case 'github':
      return startGithubHost(scope);
    case 'forgejo':
    case 'gitea':
      return startGiteaHost(scope);
    case 'gitlab':
      return startGitlabHost(scope);
  }
}

async function startGithubHost(scope: Scope): Promise<ForgeServer> {
  const github = await startGithub(scope, new Map());
  return {
    ...github,
    shown: () =>
      github.releases.map(({ id, assets, ...release }) => ({
        ...shownText(release),
        isPrerelease: release.isPrerelease,
        isLatest: id === github.latest,
        files: filesOf(assets),
        links: [],
      })),
    leaveHalfFile: (tag, name) => {
      const draft = github.releases.find((release) => release.tag === tag && release.isDraft);
      if (draft?.assets.every((asset) => asset.name !== name) === true) github.newAsset(draft, name, 'starter');
    },
  };
}

async function startGiteaHost(scope: Scope): Promise<ForgeServer> {
  const gitea = await startGiteaServer(scope, new Map());
  return {
    ...gitea,
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
    leaveHalfFile: () => undefined,
  };
}

async function startGitlabHost(scope: Scope): Promise<ForgeServer> {
  const gitlab = await startGitlabServer(scope, new Map());
  return {
    ...gitlab,
    shown: () => {
      const filesFor = (tag: string): readonly string[] => filesOf(gitlab.files.filter((file) => file.tag === tag));
      const published = gitlab.releases.map((release, index) => ({
        ...shownText({ ...release, isDraft: false }),
        isPrerelease: undefined,
        isLatest: index === 0,
        files: filesFor(release.tag),
        links: release.links.map(({ name, url }) => `${name} ${url}`),
      }));
      const waiting = new Set(gitlab.files.map(({ tag }) => tag));
      for (const { tag } of published) waiting.delete(tag);
      const text = { title: '', notes: '', isDraft: true, isPrerelease: undefined, isLatest: false, links: [] };
      return [...published, ...[...waiting].map((tag) => ({ ...text, tag, files: filesFor(tag) }))];
    },
    leaveHalfFile: () => undefined,
  };
}

type ShownText = Pick<ShownRelease, 'tag' | 'title' | 'notes' | 'isDraft'>;

function shownText({ tag, title, notes, isDraft }: ShownText): ShownText {
  return { tag, title, notes, isDraft };
}

function filesOf(files: readonly { readonly name: string; readonly bytes: Uint8Array }[]): readonly string[] {
  return files.map(({ name, bytes }) => `${name} ${createHash('sha256').update(bytes).digest('hex')}`).toSorted();
}
