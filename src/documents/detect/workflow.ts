import { readYaml } from '../../policy/yaml-source.ts';
import { entriesOf, member, textsOf } from './yaml-members.ts';

/** A workflow of GitHub's kind, as far as it says what becomes of a push. */
export interface Workflow {
  readonly path: string;
  readonly name: string;
  /** Whether it writes images, packages or releases, as far as its text shows. */
  readonly publishes: boolean;
  /** Whether a pushed tag starts it. */
  readonly startsOnTags: boolean;
  readonly onBranches: BranchFilter;
  readonly jobs: readonly (readonly [id: string, job: unknown])[];
  /** What `platforms:` of its steps names. */
  readonly platforms: readonly string[];
  /** `host/owner/name` of each image that its steps name for Docker's actions, in order. */
  readonly images: readonly string[];
  /** Its text, with the names that it gives itself and those of the repository put in their places. */
  readonly text: string;
}

export type BranchFilter =
  | { readonly is: 'never' }
  /** It has a filter that says what is left out. */
  | { readonly is: 'unclear' }
  /** Patterns of branches, and of the paths one of which must have changed; no path: any. */
  | { readonly is: 'some'; readonly branches: readonly string[]; readonly paths: readonly string[] };

/** What is read as a workflow; undefined for what is none. */
export function readWorkflow(path: string, text: string, repository: string | undefined): Workflow | undefined {
  const { value } = readYaml(text);
  const jobs = entriesOf(member(value, 'jobs'));
  const triggers = member(value, 'on');
  if (jobs.length === 0 || triggers === undefined) return undefined;
  const push = pushOf(triggers);
  const put = namesOf(value, repository);
  const name = member(value, 'name');
  return {
    path,
    name: typeof name === 'string' ? name : path,
    publishes: publishing.test(text),
    startsOnTags: startsOnTags(triggers, push),
    onBranches: branchesOf(push),
    jobs,
    platforms: stepsOf(jobs).flatMap(platformsOf),
    images: [...new Set(stepsOf(jobs).flatMap((step) => imagesOf(step, put)))],
    text: put(text),
  };
}

const publishing =
  /^\s*packages:\s*write\b|^\s*contents:\s*write\b|docker\/build-push-action@|\bdocker (?:buildx )?push\b|--push\b|action-gh-release@|\bgh release create\b|goreleaser|\bpush:\s*true\b/m;

/** The filters of pushes: undefined where no push starts it, an empty mapping where each does. */
function pushOf(triggers: unknown): unknown {
  const names = textsOf(triggers);
  if (names !== undefined) return names.includes('push') ? {} : undefined;
  const isNamed = entriesOf(triggers).some(([name]) => name === 'push');
  return isNamed ? (member(triggers, 'push') ?? {}) : undefined;
}

function startsOnTags(triggers: unknown, push: unknown): boolean {
  if (textsOf(triggers)?.includes('release') === true || entriesOf(triggers).some(([name]) => name === 'release'))
    return true;
  return push !== undefined && (member(push, 'tags') !== undefined || entriesOf(push).length === 0);
}

function branchesOf(push: unknown): BranchFilter {
  if (push === undefined) return { is: 'never' };
  if (member(push, 'branches-ignore') !== undefined || member(push, 'paths-ignore') !== undefined)
    return { is: 'unclear' };
  const branches = textsOf(member(push, 'branches') ?? []);
  const paths = textsOf(member(push, 'paths') ?? []);
  if (branches === undefined || paths === undefined) return { is: 'unclear' };
  if (branches.length === 0 && member(push, 'tags') !== undefined) return { is: 'never' };
  if ([...branches, ...paths].some((pattern) => /[!?+[\]]/.test(pattern))) return { is: 'unclear' };
  return { is: 'some', branches: branches.length === 0 ? ['**'] : branches, paths };
}

function stepsOf(jobs: Workflow['jobs']): readonly unknown[] {
  return jobs.flatMap(([, job]) => {
    const steps = member(job, 'steps');
    return Array.isArray(steps) ? steps : [];
  });
}

function platformsOf(step: unknown): readonly string[] {
  const text = member(member(step, 'with'), 'platforms');
  if (typeof text !== 'string') return [];
  return text.split(/[\s,]+/).filter((one) => /^linux\/[a-z0-9]+(?:\/v\d)?$/.test(one));
}

/** What is tagged by docker/metadata-action, or pushed by docker/build-push-action with names of its own. */
function imagesOf(step: unknown, put: (text: string) => string): readonly string[] {
  const uses = member(step, 'uses');
  const given = member(step, 'with');
  const isNaming = typeof uses === 'string' && /^docker\/(?:metadata|build-push)-action@/.test(uses);
  if (!isNaming) return [];
  const named = [member(given, 'images'), member(given, 'tags')].filter((text) => typeof text === 'string');
  return named
    .flatMap((text) => put(text).split(/[\s,]+/))
    .flatMap((one) => wholeName(one.replace(/^name=/, '')) ?? []);
}

/** With the host that Docker adds in silence; undefined for a part of a name, and for what is none. */
function wholeName(text: string): string | undefined {
  const name = /^([a-z0-9][a-z0-9.:-]*(?:\/[a-z0-9._-]+)+?)(?::[\w${][^/]*)?$/.exec(text.toLowerCase())?.[1];
  if (name === undefined) return undefined;
  return /^[^/]*[.:]|^localhost\//.test(name) ? name : `docker.io/${name}`;
}

/** Puts in `${{ env.NAME }}` of the file's own env, and the names of the repository; `${{ github.repository }}` is OWNER/NAME. */
function namesOf(workflow: unknown, repository: string | undefined): (text: string) => string {
  const known = new Map<string, string>();
  if (repository !== undefined) {
    known.set('github.repository', repository);
    known.set('github.repository_owner', repository.split('/')[0] ?? '');
    known.set('github.event.repository.name', repository.split('/').at(-1) ?? '');
  }
  const put = (one: string): string =>
    one.replaceAll(/\$\{\{ *([a-z._]+(?:\.[A-Za-z0-9_]+)*) *\}\}/g, (whole, name: string) => known.get(name) ?? whole);
  for (const holder of [workflow, ...entriesOf(member(workflow, 'jobs')).map(([, job]) => job)])
    for (const [name, value] of entriesOf(member(holder, 'env')))
      if (typeof value === 'string' && !known.has(`env.${name}`)) known.set(`env.${name}`, put(value));
  return put;
}
