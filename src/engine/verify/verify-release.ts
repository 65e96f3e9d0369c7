import type { Digest } from '../../domain/digest.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import { releasedImages } from '../../domain/release-statement.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion } from '../../domain/version.ts';
import { versionTag } from '../../estate/registry-tags.ts';
import { checkpointChecks } from '../../report/checkpoint-checks.ts';
import type { Check, Verification } from '../../report/verification.ts';
import { failed, passed, verdictOf } from '../../report/verification.ts';
import { everyAlias, gatherEstate } from '../facts/gather-estate.ts';
import { placeOfImage } from '../facts/image-places.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { guarded } from './guarded-check.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { checkMirror } from '../mirrors/check-mirror.ts';
import { readVouchedStatement } from '../facts/vouched-statement.ts';
import { readDecisions } from '../facts/read-decisions.ts';
import { readRecord } from '../facts/read-record.ts';
import type { ReleaseRecord } from '../facts/read-record.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import { checkBuildCommit } from './verify-build.ts';
import { checkCompanions, checkImages } from './verify-images.ts';
import { checkEvidence, checkGates } from './verify-checks.ts';
import { checkAssets, checkBinaries, checkDocuments } from './verify-contents.ts';
import { checkAllExtra, checkExtra } from './verify-extra.ts';
import { checkRebuilds } from './verify-rebuild.ts';
import { checkStarted } from './verify-started.ts';
import { checkSbomFiles, remakeSboms } from './verify-sbom.ts';
import type { VerifyWorld } from '../world.ts';

export interface VerifyRequest {
  readonly version: Version;
  readonly tags: ProjectTags;
  /** The image asked about, when one was: what its tag or digest leads to in the repository of that name. */
  readonly image?: { readonly name: string; readonly digest: Digest };
  /** Whether the SBOMs are made again: each layer is downloaded twice for it. */
  readonly deep?: boolean;
  /** Whether the released programs are started and asked for their version. */
  readonly start?: boolean;
  /** Whether the commit is built again: this runs its build, with its tools, on this machine. */
  readonly rebuild?: boolean;
}

type ValidRecord = Extract<ReleaseRecord, { is: 'valid' }>;

/**
 * Rechecks a release as an outsider would, starting from its signed statement: tag, image, platforms, documents, files,
 * and that the binaries are the bytes inside the image. Everything is downloaded again and hashed.
 */
export async function verifyRelease(
  world: VerifyWorld,
  loaded: LoadedPolicy,
  request: VerifyRequest,
): Promise<Verification> {
  const version = formatVersion(request.version);
  // What cannot be read at all is one check that could not be made, as any other.
  let verification: Verification | undefined;
  const outcome = await guarded('statement', async () => {
    verification = await verifyStated(world, loaded, request);
    return passed('statement', 'it was looked at');
  });
  return verification ?? report(version, '', [outcome]);
}

async function verifyStated(world: VerifyWorld, loaded: LoadedPolicy, request: VerifyRequest): Promise<Verification> {
  const version = formatVersion(request.version);
  const record = await readRecord(world, loaded, request.version);
  const vouched = record.is === 'valid' ? undefined : await checkVouched(world, loaded, request);
  if (vouched !== undefined) return report(version, vouched.image, vouched.checks);
  if (record.is !== 'valid') {
    const says =
      record.is === 'absent' ? `there is no release statement for ${version}; it was never finished` : record.reason;
    return report(version, '', [failed('statement', says)]);
  }
  const { release } = record;
  const built = await checkBuildCommit(world, loaded.policy, release);
  const checks: Check[] = [
    passed('statement', `signed as CI by ${record.ciSigner}`),
    ...checkTag(record, request),
    ...(await checkImages(world, release, request)),
    ...built,
    ...(await checkGates(world, release)),
    ...(await checkEvidence(world, loaded, release)),
    ...(await checkDocuments(world, loaded, release)),
    ...(await checkAllExtra(world, loaded, record)),
    ...(await checkSbomFiles(world, loaded, release)),
    ...(request.deep === true ? await remakeSboms(world, loaded, release) : []),
    ...(await checkAssets(world, loaded, record)),
    ...(await checkBinaries(world, release)),
    ...(request.rebuild === true ? await checkRebuilds(world, release, built) : []),
    ...(request.start === true ? await checkStarted(world, loaded.policy, release) : []),
    ...(await checkPointers(world, loaded, { ...request, released: release.image.index })),
    ...(await checkMirrors(world, loaded, release)),
  ];
  return report(version, `${release.image.name}@${release.image.index}`, checks);
}

/** A version that a checkpoint vouches for: its image is compared, and nothing is said about what it was made from. */
async function checkVouched(
  world: VerifyWorld,
  loaded: LoadedPolicy,
  request: VerifyRequest,
): Promise<{ readonly image: string; readonly checks: readonly Check[] } | undefined> {
  const decisions = await readDecisions(world, loaded, {
    tags: request.tags,
    imageTags: await world.repository.listTags(),
  });
  const newest = decisions.checkpoints
    .toSorted((left, right) => right.number - left.number)
    .flatMap(({ number, entries }) => entries.map((entry) => ({ number, entry })))
    .find(({ entry }) => formatVersion(entry.version) === formatVersion(request.version));
  const digest = newest?.entry.digest;
  if (newest === undefined || digest === undefined) return undefined;
  const found = (await world.repository.resolve(versionTag(request.version)))?.digest;
  const vouched = passed('checkpoint', `vouched for by checkpoint ${newest.number}`);
  const image =
    found === digest && (request.image === undefined || request.image.digest === digest)
      ? passed('image', `it is ${digest}, as the checkpoint says`)
      : failed('image', `it is ${request.image?.digest ?? found ?? 'gone'}, the checkpoint says ${digest}`);
  const provenance = {
    name: 'provenance',
    is: 'warning',
    says: 'none: a checkpoint does not say what an image was made from',
  } as const;
  const name = formatImageName(world.repository.name);
  const { statement } = newest.entry;
  const stated = statement && (await readVouchedStatement(world, { version: request.version, digest, statement }));
  const companions = await checkCompanions(world, stated?.companions ?? [], request);
  return {
    image: `${name}@${digest}`,
    checks: [
      vouched,
      image,
      ...companions,
      provenance,
      ...(await checkExtra(world, loaded, { images: [{ name: 'index', digest }], named: [] })),
      ...(await checkPointers(world, loaded, request)),
    ],
  };
}

function report(version: string, image: string, checks: readonly Check[]): Verification {
  return { schema: 'cutwater.verification/1', version, image, verdict: verdictOf(checks), checks };
}

function checkTag({ release }: ValidRecord, request: VerifyRequest): readonly Check[] {
  const { tag } = release;
  const signed =
    tag.signer === null
      ? {
          name: 'tag',
          is: 'warning' as const,
          says: `${tag.name} is not signed: ${tag.unsignedReason ?? 'no reason given'}`,
        }
      : passed('tag', `${tag.name} signed by ${tag.signer.name} (${tag.signer.fingerprint})`);
  const moved = request.tags.moved.get(tag.name);
  const here = request.tags.decided.find((decided) => decided.tag.name === tag.name)?.tag;
  if (moved !== undefined)
    return [
      signed,
      failed('tag in git', `${tag.name} is ${moved.local.object} here and ${moved.remote.object} on the remote`),
    ];
  if (here === undefined)
    return [
      signed,
      {
        name: 'tag in git',
        is: 'warning',
        says: `this clone has no tag ${tag.name}; the one in the statement was checked`,
      },
    ];
  if (here.object === tag.object) return [signed, passed('tag in git', `the same object, ${tag.object}`)];
  return [
    signed,
    failed(
      'tag in git',
      `the tag object differs from the signed release statement: expected ${tag.object}, got ${here.object}`,
    ),
  ];
}

interface PointerRequest extends VerifyRequest {
  /** The image that the statement names, where there is one. */
  readonly released?: Digest;
}

/** Whether it is withdrawn and where its aliases are; one check that could not be made where the server does not answer. */
async function checkPointers(
  world: VerifyWorld,
  loaded: LoadedPolicy,
  request: PointerRequest,
): Promise<readonly Check[]> {
  let found: readonly Check[] = [];
  const name = 'withdrawals, aliases';
  const outcome = await guarded(name, async () => {
    found = await lookAtPointers(world, loaded, request);
    return passed(name, 'they were looked at');
  });
  return outcome.is === 'passed' ? found : [outcome];
}

async function lookAtPointers(
  world: VerifyWorld,
  loaded: LoadedPolicy,
  request: PointerRequest,
): Promise<readonly Check[]> {
  const estate = await gatherEstate(world, loaded, { tags: request.tags, only: request.version });
  const withdrawal = estate.withdrawals.get(formatVersion(request.version));
  const unread = await Promise.all(
    estate.unread.map(({ name, error }) => guarded(`aliases of ${name}`, () => Promise.reject(error))),
  );
  const said = checkpointChecks(estate.decisions, request.version, request.released);
  const checks: readonly Check[] = everyAlias(estate).flatMap(({ image, alias, judgement }): Check[] => {
    const name = image === undefined ? `alias ${alias.name}` : `alias ${image}:${alias.name}`;
    if (judgement.is === 'refused') return [failed(name, judgement.reason)];
    if (judgement.is === 'move' || judgement.is === 'create')
      return [
        {
          name,
          is: 'warning',
          says: `it should point at ${formatVersion(judgement.to.version)}; run 'cutwater reconcile'`,
        },
      ];
    if (judgement.is === 'right') return [passed(name, `points at ${formatVersion(judgement.version)}`)];
    return judgement.is === 'stays' ? [{ name, is: 'warning', says: 'it points at a withdrawn version' }] : [];
  });
  if (withdrawal === undefined) return [...said, ...checks, ...unread];
  return [
    { name: 'withdrawn', is: 'warning', says: `a maintainer withdrew this version: ${withdrawal.reason}` },
    ...checks,
    ...unread,
  ];
}

function checkMirrors(world: VerifyWorld, loaded: LoadedPolicy, release: ReleasePredicate): Promise<readonly Check[]> {
  const { channels } = loaded.policy;
  return Promise.all(
    releasedImages(release).flatMap((image) => {
      const place = placeOfImage(world, image.name);
      return (place?.mirrors ?? []).map((mirror) => {
        const name = `mirror ${formatImageName(mirror.name)}`;
        const { version } = release;
        return guarded(name, () =>
          checkMirror(place?.repository ?? world.repository, mirror, { name, version, image, channels }),
        );
      });
    }),
  );
}
