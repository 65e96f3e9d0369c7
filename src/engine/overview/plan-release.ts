import type { Digest } from '../../domain/digest.ts';
import { CutwaterError, isCutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import type { ObjectId } from '../../domain/object-id.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion, releaseClassOf } from '../../domain/version.ts';
import type { OriginJson } from '../../estate/describe-origin.ts';
import { describeOrigin, originJson } from '../../estate/describe-origin.ts';
import type { AliasJudgement } from '../../estate/judge-alias.ts';
import { candidateTag } from '../../estate/registry-tags.ts';
import { announcementStep, releaseAnnouncements } from '../../plan/announcement-steps.ts';
import { aliasStep, latestRelease } from '../../plan/pointer-steps.ts';
import { partSteps, releaseSteps } from '../../plan/release-steps.ts';
import type { Step } from '../../plan/step.ts';
import { admitRelease } from '../release/admit-release.ts';
import type { PlannedHotfix } from '../hotfix/hotfix-diff.ts';
import { planHotfix } from '../hotfix/hotfix-diff.ts';
import { planDocuments } from '../documents/plan-documents.ts';
import { mirrorSteps, mirrorsOf } from '../mirrors/fill-mirrors.ts';
import {
  imageProblems,
  plannedImages,
  plannedRelease,
  tagsOfImages,
  unbuiltIn,
  unreadProblems,
} from './plan-images.ts';
import type { AliasState, Estate } from '../facts/gather-estate.ts';
import { readDue } from '../announcement/due-announcements.ts';
import { everyAlias, gatherEstate } from '../facts/gather-estate.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { readPolicyAt } from '../facts/load-policy.ts';
import type { OriginQuestion } from '../release/find-origin.ts';
import type { PlannedChecks } from './plan-checks.ts';
import { planChecks } from './plan-checks.ts';
import type { PlanProblem } from './plan-origin.ts';
import { planOrigin, problemsOf } from './plan-origin.ts';
import { readRecord } from '../facts/read-record.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { readProjectTags } from '../facts/read-tags.ts';
import { pointerSteps } from '../pointers/reconcile.ts';
import { requireStanding, withdrawalsAmong } from '../facts/withdrawals-now.ts';
import type { ReadWorld } from '../world.ts';

export interface PlannedStep {
  readonly step: Step;
  readonly state: 'todo' | 'done';
}

export interface ReleasePlan {
  readonly schema: 'cutwater.plan/1';
  readonly version: string | undefined;
  readonly class: 'stable' | 'rc' | undefined;
  readonly commit: ObjectId | undefined;
  /** Where the image comes from; undefined where the plan is that of reconcile, or the release would be refused before. */
  readonly image: OriginJson | undefined;
  /** Where the image comes from, in sentences without final period. */
  readonly notes: readonly string[];
  /** What a hotfix changes of the version it stems from; undefined for any other release. */
  readonly hotfix: PlannedHotfix | undefined;
  /** Every gate and every kind of evidence with its state; undefined for the plan of reconcile. */
  readonly checks: PlannedChecks | undefined;
  /** Why the release would be refused as things stand; empty where it would go through. */
  readonly problems: readonly PlanProblem[];
  readonly steps: readonly PlannedStep[];
  readonly aliases: readonly AliasState[];
}

/** What `reconcile` would do. */
export async function planReconcile(world: ReadWorld, loaded: LoadedPolicy): Promise<ReleasePlan> {
  const tags = await readProjectTags(world.git, loaded.policy, world.tagSource);
  const estate = await gatherEstate(world, loaded, { tags });
  const steps = await pointerSteps(world, loaded, estate);
  const mirrors = await planMirrors(world, loaded, estate);
  const due = await readDue(world, loaded, { tags, estate });
  const announcements = due.filter(({ auto }) => auto).map(announcementStep);
  return {
    schema: 'cutwater.plan/1',
    version: undefined,
    class: undefined,
    commit: undefined,
    image: undefined,
    notes: [],
    hotfix: undefined,
    checks: undefined,
    problems: [...refusals(estate), ...unreadProblems(estate), ...mirrors.problems],
    steps: [...steps, ...mirrors.steps, ...announcements].map((step) => ({ step, state: 'todo' })),
    aliases: everyAlias(estate),
  };
}

/** What `release VERSION` would do: of its tag, or of HEAD where the tag does not exist yet. Writes nothing. */
export async function planRelease(world: ReadWorld, loaded: LoadedPolicy, version: Version): Promise<ReleasePlan> {
  const tags = await readProjectTags(world.git, loaded.policy, world.tagSource);
  const target = await findTarget(world, { tags, version });
  const build = await readPolicyAt(world.git, target.commit, `${target.commit.slice(0, 12)}:cutwater.yaml`);
  const withdrawn = await withdrawalsAmong(world, loaded, tags);
  const { commit, tagObject, message } = target;
  const pinned = tagObject && (await world.repository.resolve(candidateTag(tagObject)))?.digest;
  const act = `release ${releaseTagOf(version)}`;
  const question = { loaded, version, commit, tags, withdrawn, tagObject, message, act };
  const { origin, problems: doubts } = await planOrigin(world, question, pinned);
  const { checks, problems: waits } = await planChecks(world, question, build);
  const promotes = origin?.is === 'promotion' ? origin.promotion : undefined;
  const admission = await problemsOf(() => admitRelease(world, loaded, { tags, version }));
  const problems = [
    // A tag that is missing is none before it is made.
    ...admission.filter(({ code }) => tagObject !== undefined || code !== 'TAG_MISSING'),
    ...(await planDocuments(world, loaded, { version, commit, build, tags, tagMessage: message })),
    ...(await problemsOf(async () => requireStanding(withdrawn, version))),
    ...doubts,
    ...waits,
    ...(await imageProblems(world, loaded, { build, act, promotes })),
  ];
  const digest: Digest | undefined = pinned ?? promotes?.digest;
  const images = await plannedImages(world, loaded, { build, tagObject, promotes });
  const planned = plannedRelease(version, digest, { build, images });
  const estate = await gatherEstate(world, loaded, { tags, planned });
  const outlook = { policy: build, companions: images, version, commit, tagObject, digest, promotes };
  const taggedAt = tags.decided.find(({ tag }) => tag.name === releaseTagOf(version))?.tag.claimedAt;
  const steps = [
    ...partSteps(outlook),
    ...releaseSteps(outlook),
    ...aliasEffects(estate, unbuiltIn(planned)),
    ...releaseAnnouncements(loaded.policy.announce, version, { taggedAt, now: world.now }),
  ];
  const kind = releaseClassOf(version);
  return {
    schema: 'cutwater.plan/1',
    version: formatVersion(version),
    class: kind === 'prerelease' ? undefined : kind,
    commit,
    image: origin && originJson(origin, commit),
    notes: origin === undefined ? [] : describeOrigin(origin),
    checks,
    hotfix: await planHotfix(world, loaded, { version, commit, tags, decisions: estate.decisions }),
    problems: unique([...problems, ...refusals(estate), ...unreadProblems(estate)]),
    steps: await markDone(world, loaded, { version, steps }),
    aliases: everyAlias(estate),
  };
}

function unique(problems: readonly PlanProblem[]): readonly PlanProblem[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}

async function findTarget(
  world: ReadWorld,
  asked: { readonly tags: ProjectTags; readonly version: Version },
): Promise<Pick<OriginQuestion, 'commit' | 'tagObject' | 'message'>> {
  const name = releaseTagOf(asked.version);
  const tag = asked.tags.decided.find((decided) => decided.tag.name === name)?.tag;
  if (tag?.commit !== undefined) {
    const parsed = parseTagObject(tag.raw ?? new Uint8Array());
    const message = parsed.is === 'ok' ? parsed.value.message : '';
    return { commit: tag.commit, tagObject: tag.objectType === 'tag' ? tag.object : undefined, message };
  }
  const head = await world.git.commitOf('HEAD');
  if (head === undefined)
    throw new CutwaterError('TAG_MISSING', `Cannot plan ${name}: there is no such tag and no commit yet`);
  return { commit: head, tagObject: undefined, message: '' };
}

function aliasEffects(estate: Estate, unbuilt: readonly Digest[]): readonly Step[] {
  const latest = latestRelease(estate.aliases);
  const moves = everyAlias(estate).flatMap(({ alias, judgement, image }) => aliasStep(alias, judgement, image) ?? []);
  const moving = moves.some(({ alias }) => alias === 'latest');
  return [
    ...moves.map((step) =>
      step.digest !== undefined && unbuilt.includes(step.digest) ? { ...step, digest: undefined } : step,
    ),
    ...(moving && latest !== undefined ? [{ kind: 'latest', tag: latest } as const] : []),
  ];
}

/** What every mirror lacks as things stand; one that cannot be asked is a problem of the plan. */
async function planMirrors(
  world: ReadWorld,
  loaded: LoadedPolicy,
  estate: Estate,
): Promise<Pick<ReleasePlan, 'problems'> & { readonly steps: readonly Step[] }> {
  const steps: Step[] = [];
  const problems: ReleasePlan['problems'][number][] = [];
  for (const { place, mirror } of mirrorsOf(world))
    try {
      steps.push(...(await mirrorSteps(world, loaded, { estate, place, mirror })));
    } catch (error) {
      if (!isCutwaterError(error) || error.code === 'INTERRUPTED') throw error;
      const message = `Cannot fill ${formatImageName(mirror.name)}: ${error.message}`;
      problems.push({ code: error.code, message, details: error.details, hint: error.hint });
    }
  return { steps, problems };
}

function refusals(estate: Estate): ReleasePlan['problems'] {
  return everyAlias(estate).flatMap(({ image, alias, judgement }) =>
    judgement.is === 'refused'
      ? [
          {
            code: judgement.code,
            message: `Cannot move ${image === undefined ? '' : `${image}:`}${alias.name} from ${judgement.from.digest}: ${judgement.reason}`,
            details: [],
            hint: refusalHint(judgement),
          },
        ]
      : [],
  );
}

/** On a version without a statement, whose release was cut short or made by other means, and nothing to move to. */
function refusalHint({ from, to }: Extract<AliasJudgement, { is: 'refused' }>): string {
  const [version] = from.versions.map(formatVersion);
  if (to !== undefined || version === undefined) return "Run 'cutwater status' to see what is missing";
  return `Run 'cutwater import' if ${version} was published before the project used Cutwater, else 'cutwater release ${version}'`;
}

/** Whether each effect is there already, as far as names show it. */
async function markDone(
  world: ReadWorld,
  loaded: LoadedPolicy,
  planned: { readonly version: Version; readonly steps: readonly Step[] },
): Promise<readonly PlannedStep[]> {
  const committed = (await readRecord(world, loaded, planned.version)).is === 'valid';
  const tags = await tagsOfImages(world);
  const page = await world.forge.findRelease(releaseTagOf(planned.version));
  const isDone = (step: Step): boolean => {
    switch (step.kind) {
      case 'candidate':
      case 'part':
      case 'image-tag':
        return tags(step.image).has(step.imageTag);
      case 'commit':
      case 'decision':
      case 'announcement':
        return tags(undefined).has(step.imageTag);
      case 'draft':
        return page !== undefined;
      case 'asset':
        return page?.assets.some(({ name }) => name === step.name) ?? false;
      case 'publish':
        return page?.state === 'published';
      case 'document':
        return committed;
      case 'alias':
      case 'build':
      case 'channel':
      case 'mirror':
      case 'latest':
      case 'banner':
        return false;
    }
  };
  return planned.steps
    .map((step): PlannedStep => ({ step, state: isDone(step) ? 'done' : 'todo' }))
    .filter(({ step, state }) => step.kind !== 'part' || state === 'done');
}
