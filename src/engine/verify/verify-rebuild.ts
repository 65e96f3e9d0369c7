import type { Digest } from '../../domain/digest.ts';
import { isCutwaterError } from '../../domain/error.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { parseIndex, platformsOf } from '../../domain/oci-manifest.ts';
import type { ReleasePredicate } from '../../domain/release-statement.ts';
import { coreVersion, formatVersion, readVersion } from '../../domain/version.ts';
import type { ImagePolicy } from '../../policy/policy.ts';
import type { CommitBuild } from '../../ports/image-builder.ts';
import type { Rebuilder } from '../../ports/rebuilder.ts';
import type { Check } from '../../report/verification.ts';
import { passed } from '../../report/verification.ts';
import { policyFile, readPolicyAt } from '../facts/load-policy.ts';
import { atImage, placeOfImage } from '../facts/image-places.ts';
import { commitBuildOf } from '../release/build-image.ts';
import type { VerifyWorld } from '../world.ts';
import { guarded } from './guarded-check.ts';
import { compareImages } from './rebuilt-image.ts';

/** What a rebuild needs of the world: neither keys nor forge. */
export type RebuildWorld = Pick<
  VerifyWorld,
  'git' | 'imageFiles' | 'openRebuilder' | 'report' | 'repository' | 'mirrors' | 'companions'
>;

const name = 'rebuild';

/** The same for every image of a release, each compared with what its own repository has. */
export async function checkRebuilds(
  world: RebuildWorld,
  release: ReleasePredicate,
  commit: readonly Check[],
): Promise<readonly Check[]> {
  const of = (image: string | undefined) => release.binaries.filter((binary) => binary.image === image);
  const checks: Check[] = [...(await checkRebuild(world, { ...release, binaries: of(undefined) }, commit))];
  for (const image of release.companions ?? []) {
    const place = placeOfImage(world, image.name);
    if (place === undefined) continue;
    const found = await checkRebuild(atImage(world, place), { ...release, image, binaries: of(image.name) }, commit);
    checks.push(...found.map((check) => ({ ...check, name: `${check.name} of ${image.name}` })));
  }
  return checks;
}

/**
 * Builds the commit of a release again and compares the image of each platform with what was published: is it what its
 * sources give? The build goes to a registry of this run alone; nothing that is published is touched. Another image makes no
 * release wrong, since a build need not be reproducible; what differs is said, down to the file.
 */
export async function checkRebuild(
  world: RebuildWorld,
  release: ReleasePredicate,
  /** What was found about the commit that was built: what is no maintainer's word is not run. */
  commit: readonly Check[],
): Promise<readonly Check[]> {
  if (commit.some(({ is }) => is === 'failed'))
    return [unchecked('the commit that was built is not the one that a maintainer signed', 'Do not build it')];
  let found: readonly Check[] = [];
  const outcome = await guarded(name, async () => {
    found = await rebuild(world, release);
    return passed(name, 'it was built');
  });
  return outcome.is === 'passed' ? found : [outcome];
}

async function rebuild(world: RebuildWorld, release: ReleasePredicate): Promise<readonly Check[]> {
  const order = await readOrder(world, release);
  if (order.is === 'unknown') return [unchecked(order.why, order.next)];
  const { commit } = release.build;
  const how = `built again from ${commit.slice(0, 12)} by ${order.image.build.kind}`;
  world.report({ type: 'stage', name: 'build again', detail: `${release.image.name} from ${commit.slice(0, 12)}` });
  const rebuilder = await world.openRebuilder();
  const { digest } = await rebuilder.builder.buildInto(rebuilder.repository, order.build);
  if (digest === release.image.index) return [passed(name, `${how}: the same image, ${digest}`)];
  const platforms = await comparePlatforms(world, rebuilder, { release, index: digest, how });
  if (platforms.some(({ is }) => is !== 'passed')) return platforms;
  const says = `${how}: the platforms are the same images, what the index says of them is other`;
  return [...platforms, { name, is: 'differs', says }];
}

type Order =
  | { readonly is: 'known'; readonly image: ImagePolicy; readonly build: CommitBuild }
  | { readonly is: 'unknown'; readonly why: string; readonly next: string };

/** How the commit was built: by the policy in its own tree. */
async function readOrder({ git }: RebuildWorld, release: ReleasePredicate): Promise<Order> {
  const { commit } = release.build;
  if ((await git.commitOf(commit)) === undefined)
    return { is: 'unknown', why: `this clone does not have commit ${commit}`, next: 'Verify in a clone that has it' };
  try {
    const policy = await readPolicyAt(git, commit, policyFile);
    const image = policy.images.find((one) => formatImageName(one.name) === release.image.name);
    if (image === undefined) {
      const why = `the policy of ${commit.slice(0, 12)} does not build ${release.image.name}`;
      return { is: 'unknown', why, next: 'Look at cutwater.yaml of that commit' };
    }
    // A release candidate says the version of the stable release inside.
    const version = formatVersion(coreVersion(readVersion(release.version)));
    const companion = image === policy.images[0] ? {} : { companion: image.name };
    const order = { build: policy, commit, image, version, ...companion };
    return { is: 'known', image, build: await commitBuildOf(git, order) };
  } catch (error) {
    if (!isCutwaterError(error, 'CONFIG_INVALID')) throw error;
    const why = `this version cannot read the policy of ${commit.slice(0, 12)}`;
    return { is: 'unknown', why, next: 'Verify with the version of Cutwater that released it' };
  }
}

async function comparePlatforms(
  world: RebuildWorld,
  { repository }: Rebuilder,
  { release, index, how }: { readonly release: ReleasePredicate; readonly index: Digest; readonly how: string },
): Promise<readonly Check[]> {
  const manifest = await repository.readManifest(index);
  const parsed = manifest && parseIndex(manifest);
  if (parsed?.is !== 'ok') throw new Error('An image that was just built has no index');
  const built = new Map(platformsOf(parsed.value).map(({ platform, descriptor }) => [platform, descriptor.digest]));
  const checks: Check[] = [];
  for (const { platform, digest } of release.image.platforms) {
    const own = `${name} ${platform}`;
    const here = built.get(platform);
    if (here === digest) checks.push(passed(own, `${how}: the same image, ${digest}`));
    else if (here === undefined)
      checks.push({ name: own, is: 'differs', says: `${how}: there is none for ${platform}` });
    else {
      const binaries = release.binaries.filter((binary) => binary.platform === platform);
      const lines = await compareImages(world, { released: digest, here, repository, binaries });
      checks.push({ name: own, is: 'differs', says: `${how}: ${lines.join('; ')}` });
    }
  }
  return checks;
}

function unchecked(why: string, next: string): Check {
  return { name, is: 'unchecked', says: `it was not built again: ${why}`, because: 'no-answer', next };
}
