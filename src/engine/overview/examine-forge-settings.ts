import type { ImageName } from '../../domain/image-name.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { searchRegexp } from '../../domain/regexp-search.ts';
import type { HostedForgePolicy } from '../../policy/forge-schema.ts';
import type {
  ForgeSettings,
  ForgeSettingsReader,
  JobVariable,
  SettingsQuestion,
  Told,
} from '../../ports/forge-settings.ts';
import type { ForgeAdvice } from '../../report/forge-advice/forge-advice.ts';
import { adviceFor } from '../../report/forge-advice/advice-for.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';
import type { CiIdentity } from './ci-identity.ts';
import { judgeTagRules } from './judge-tag-rules.ts';

export interface SettingsAsked extends SettingsQuestion {
  readonly forge: HostedForgePolicy;
  readonly images: readonly ImageName[];
  readonly ciIdentity: CiIdentity;
  /** Unix seconds. */
  readonly now: number;
}

/** What the forge itself should refuse, and whether it does. Cutwater refuses it all the same, later. */
export async function examineForgeSettings(
  reader: ForgeSettingsReader,
  asked: SettingsAsked,
): Promise<readonly Check[]> {
  try {
    return judgeForgeSettings(await reader.readSettings(asked), asked);
  } catch (error) {
    if (!isCutwaterError(error) || error.code === 'INTERRUPTED') throw error;
    return [{ name: 'settings of the forge', is: 'warning', says: `${error.message}; ${error.hint}` }];
  }
}

export function judgeForgeSettings(settings: ForgeSettings, asked: SettingsAsked): readonly Check[] {
  const advice = adviceFor(asked.forge);
  const { tagRules, branchIsProtected, locksReleases, jobsMayPush, variables, imageTags } = settings;
  return [
    ...judgeToken(settings, asked, advice),
    ...(tagRules.is === 'told' ? judgeTagRules(tagRules.value, advice) : []),
    ...(branchIsProtected.is === 'told' ? [judgeBranch(branchIsProtected.value, asked.branch, advice)] : []),
    ...(locksReleases.is === 'told' ? [judgeLock(locksReleases.value, advice)] : []),
    ...(jobsMayPush.is === 'told' ? [judgeJobs(jobsMayPush.value, advice)] : []),
    ...judgeVariables(variables, advice),
    ...judgeImageTags(imageTags, asked.images, advice),
    ...unseen([
      ['rules about tags', tagRules],
      [`protection of ${asked.branch}`, branchIsProtected],
      ['whether releases are locked', locksReleases],
      ['what workflows may do', jobsMayPush],
      ['which jobs get its secrets', variables],
      ['rules about tags of images', imageTags],
    ]),
  ];
}

/** Each right that is missing, and each answer that was none, once, with all that it hides. */
function unseen(questions: readonly (readonly [what: string, answer: Told<unknown>])[]): readonly Check[] {
  const hidden = new Map<string, readonly string[]>();
  for (const [what, answer] of questions) {
    const reason = reasonOf(answer);
    if (reason !== undefined) hidden.set(reason, [...(hidden.get(reason) ?? []), what]);
  }
  return [...hidden].map(([reason, whats]) =>
    note('settings of the forge', `could not look at ${whats.join(', ')}: ${reason}`),
  );
}

function reasonOf(answer: Told<unknown>): string | undefined {
  switch (answer.is) {
    case 'withheld':
      return `that takes ${answer.takes}`;
    case 'failed':
      return answer.because;
    case 'told':
    case 'absent':
      return undefined;
  }
}

function note(name: string, says: string): Check {
  return { name, is: 'warning', says };
}

const soon = 14 * 86_400;

function judgeToken(
  { token }: ForgeSettings,
  { ciIdentity, now }: SettingsAsked,
  { makeToken }: ForgeAdvice,
): readonly Check[] {
  const name = 'rights on the forge';
  const refuse = (says: string): readonly Check[] => [
    ciIdentity === 'none' ? note(name, `${says}; a maintainer who only signs tags needs none`) : failed(name, says),
  ];
  switch (token.is) {
    case 'writes': {
      const isEnding = token.lastDay !== undefined && Date.parse(token.lastDay) / 1000 < now + soon;
      const may = 'the token here may write releases';
      return [isEnding ? note(name, `${may} until ${token.lastDay ?? ''}; ${makeToken}`) : passed(name, may)];
    }
    case 'untold':
      return [note(name, 'whether the token here may write releases shows only when it does')];
    case 'failed':
      return [note(name, `could not look at them: ${token.because}`)];
    case 'missing':
      return refuse(`no token here may write releases; ${token.advice}`);
    case 'reads':
      return refuse(`the token here ${token.because}; ${makeToken}`);
  }
}

function judgeBranch(isProtected: boolean, branch: string, advice: ForgeAdvice): Check {
  const name = 'protection of the branch';
  if (isProtected) return passed(name, `${branch} is protected`);
  return note(name, `whoever may push to ${branch} decides whose signatures count; ${advice.protectBranch(branch)}`);
}

function judgeLock(locks: boolean, { lockReleases }: ForgeAdvice): Check {
  const name = 'immutable releases';
  return locks
    ? passed(name, 'files and tag of a published release are locked')
    : note(name, withStep('files of a published release can be exchanged', lockReleases));
}

function judgeJobs(mayPush: boolean, { restrictJobs }: ForgeAdvice): Check {
  const name = 'rights of workflows';
  return mayPush
    ? note(name, withStep('a workflow that asks for nothing may push commits and tags', restrictJobs))
    : passed(name, 'a workflow that asks for nothing may only read');
}

function judgeVariables(variables: ForgeSettings['variables'], { guardVariables }: ForgeAdvice): readonly Check[] {
  if (variables.is !== 'told' || variables.value.length === 0) return [];
  const name = 'secrets of jobs';
  const named = (reach: JobVariable['reach']): readonly string[] =>
    variables.value.filter((one) => one.reach === reach).map((one) => one.name);
  const [bare, untold] = [named('everywhere'), named('untold')];
  if (bare.length === 0 && untold.length === 0)
    return [passed(name, 'only jobs of protected branches and tags get them')];
  return [
    ...(bare.length === 0
      ? []
      : [
          note(
            name,
            withStep(
              `jobs of any branch get ${bare.join(', ')}, so whoever may push one reads them`,
              guardVariables?.(bare),
            ),
          ),
        ]),
    ...(untold.length === 0
      ? []
      : [note(name, `could not tell which jobs get ${untold.join(', ')}: there are several of that name`)]),
  ];
}

function judgeImageTags(
  imageTags: ForgeSettings['imageTags'],
  images: readonly ImageName[],
  { guardImageTags }: ForgeAdvice,
): readonly Check[] {
  if (imageTags.is !== 'told') return [];
  const { prefix, guarded } = imageTags.value;
  const own = images.map(formatImageName).filter((image) => image === prefix || image.startsWith(`${prefix}/`));
  if (own.length === 0) return [];
  const name = 'tags of images';
  const open = ['1.2.3', 'latest'].filter((tag) => !guarded.some((source) => searchRegexp(source, tag) === true));
  if (open.length === 0) return [passed(name, 'not everyone who may push can replace them')];
  return [
    note(
      name,
      withStep(
        `whoever may push to the repository can replace tags such as ${open.join(', ')} of ${own.join(', ')}, which verify and reconcile notice only later`,
        guardImageTags,
      ),
    ),
  ];
}

function withStep(says: string, step: string | undefined): string {
  return step === undefined ? says : `${says}; ${step}`;
}
