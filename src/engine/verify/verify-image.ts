import type { Digest } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { ImageReference } from '../../domain/image-name.ts';
import { formatImageName } from '../../domain/image-name.ts';
import { parseIndex, platformsOf } from '../../domain/oci-manifest.ts';
import { quote } from '../../domain/quote.ts';
import type { ReleasePredicate, ReleasedImage } from '../../domain/release-statement.ts';
import { releasedImages } from '../../domain/release-statement.ts';
import type { Trust } from '../../domain/trust.ts';
import type { RegistryTag } from '../../estate/registry-tags.ts';
import { readRegistryTag } from '../../estate/registry-tags.ts';
import { countRecords, newestStated } from '../../estate/told-by-tags.ts';
import type { Check, Verification } from '../../report/verification.ts';
import { failed, passed, verdictOf } from '../../report/verification.ts';
import { guarded } from './guarded-check.ts';
import type { OutsideStatement, OutsideWorld } from './outside-statement.ts';
import { findStatement } from './outside-statement.ts';
import { checkDocument, documentLabel } from './verify-contents.ts';
import { checkExtra } from './verify-extra.ts';

export interface ImageQuestion {
  readonly reference: ImageReference;
  /** `host/name` under which it was released; another one than it is asked at where that is a mirror. */
  readonly releasedAs: string;
  /** The one key or workflow whose signature counts, as CI's. */
  readonly trust: Trust;
}

/**
 * Verifies an image with nothing but its reference and who signs as CI: no project, no git, no forge, no maintainers' keys.
 * Starts from the signed release statement, as `verifyRelease` does, and says what nobody could look at.
 */
export async function verifyImage(world: OutsideWorld, question: ImageQuestion): Promise<Verification> {
  const { name, target } = question.reference;
  const at = target.kind === 'tag' ? target.tag : target.digest;
  const shown = `${formatImageName(name)}${target.kind === 'tag' ? ':' : '@'}${at}`;
  const found = await world.repository.resolve(at);
  if (found === undefined)
    throw new CutwaterError('NOT_PUBLISHED', `Cannot verify ${quote(shown)}: the registry does not have it`, {
      hint: 'Check its name and tag, and log in where the image is not public',
    });
  const { digest } = found;
  let verification: Verification | undefined;
  const outcome = await guarded('statement', async () => {
    verification = await verifyFound(world, question, digest);
    return passed('statement', 'it was looked at');
  });
  return verification ?? report({ version: '', image: `${formatImageName(name)}@${digest}` }, [outcome]);
}

function report(about: Pick<Verification, 'version' | 'image'>, checks: readonly Check[]): Verification {
  return { schema: 'cutwater.verification/1', ...about, verdict: verdictOf(checks), checks };
}

async function verifyFound(world: OutsideWorld, question: ImageQuestion, digest: Digest): Promise<Verification> {
  const { reference, trust } = question;
  const tag = reference.target.kind === 'tag' ? readRegistryTag(reference.target.tag) : undefined;
  const asked = tag?.kind === 'version' ? tag.version : undefined;
  const image = `${formatImageName(reference.name)}@${digest}`;
  const tags = (await world.statements.listTags()).map(readRegistryTag);
  const found = await findStatement(world, { digest, tags, asked, trust });
  if (found.is === 'none') return report({ version: '', image }, [failed('statement', found.reason)]);
  const { release } = found;
  const documents: Check[] = [];
  for (const document of found.image.documents) {
    const name = documentLabel(document, '');
    documents.push(await guarded(name, () => checkDocument(world, trust, { name, document, release })));
  }
  return report({ version: release.version, image }, [
    passed('statement', `signed as CI by ${found.signer}: it is ${release.project} ${release.version}`),
    checkName(found.image, question),
    ...checkTag(release, reference, tags),
    await guarded('image', () => checkIndex(world, found.image, digest)),
    ...documents,
    ...(await checkExtra(world, { trust }, extraQuery(world, found))),
    ...gateChecks(release),
    tagNote(release),
    withdrawalNote(release, tags),
    unseenNote(release),
  ]);
}

/** One key may sign several images: the right signature of another one is no right image. */
function checkName({ name }: ReleasedImage, { releasedAs }: ImageQuestion): Check {
  return name === releasedAs
    ? passed('name', `it was released as ${name}`)
    : failed('name', `it was released as ${name}, and not as ${releasedAs}; for a copy of it say --mirror-of ${name}`);
}

/**
 * The tag of a version must hold that version, and `1.2` one of its line: else who may push could give an old release out as
 * a new one. Where any other tag should lead is for the project to say.
 */
function checkTag(
  { version }: ReleasePredicate,
  { target }: ImageReference,
  tags: readonly RegistryTag[],
): readonly Check[] {
  if (target.kind === 'digest') return [];
  const { tag } = target;
  const { kind } = readRegistryTag(tag);
  if (kind === 'version')
    return tag === version
      ? [passed('tag', `${tag} is what it says`)]
      : [failed('tag', `${tag} holds the image of ${version}, and no committed release statement is of ${tag}`)];
  if (kind !== 'alias' || tag === 'latest')
    return [
      { name: 'tag', is: 'warning', says: `${tag} leads to ${version}; whether it should shows 'verify' in a clone` },
    ];
  const isOfLine = version.startsWith(`${tag}.`) && !version.includes('-');
  if (!isOfLine) return [failed('tag', `${tag} leads to ${version}`)];
  return [newerNote({ tag, version, tags }) ?? passed('tag', `${tag} leads to ${version}`)];
}

interface LineQuestion {
  /** Such as `1.2`. */
  readonly tag: string;
  /** What it leads to. */
  readonly version: string;
  readonly tags: readonly RegistryTag[];
}

/** Where the line has a newer statement; whether the alias should lead there the maintainers' decisions say. */
function newerNote({ tag, version, tags }: LineQuestion): Check | undefined {
  const newest = newestStated(tags, tag);
  if (newest === undefined || newest === version) return undefined;
  const { withdrawn, restored } = countRecords(tags, newest);
  const why = withdrawn > restored ? ', which records of the registry call withdrawn' : '';
  const says = `${tag} leads to ${version}, and the registry lists a statement of ${newest}${why}; whether it should shows 'verify' in a clone`;
  return { name: 'tag', is: 'warning', says };
}

async function checkIndex({ repository }: OutsideWorld, image: ReleasedImage, digest: Digest): Promise<Check> {
  const name = 'image';
  const manifest = await repository.readManifest(image.index);
  const index = manifest && parseIndex(manifest);
  if (index?.is !== 'ok') return failed(name, `${image.index} ${index?.reason ?? 'is gone'}`);
  for (const { platform, digest: wanted } of image.platforms) {
    const child = platformsOf(index.value).find((one) => one.platform === platform)?.descriptor.digest;
    if (child !== wanted)
      return failed(name, `${platform} is ${child ?? 'missing'} in the index, ${wanted} was released`);
  }
  const platform = image.platforms.find((one) => one.digest === digest)?.platform;
  const all = image.platforms.map((one) => one.platform).join(', ');
  return passed(
    name,
    platform === undefined ? `${digest} with ${all}` : `${digest}, the ${platform} of ${image.index}`,
  );
}

function extraQuery(world: OutsideWorld, { image, statement }: Extract<OutsideStatement, { is: 'found' }>) {
  const own = world.statements === world.repository ? [statement] : [];
  return {
    images: [
      { name: 'index', digest: image.index },
      ...image.platforms.map(({ platform, digest }) => ({ name: platform, digest })),
    ],
    named: [...own, ...image.documents.map(({ referrer }) => referrer)],
  };
}

function gateChecks({ gates, evidence }: ReleasePredicate): readonly Check[] {
  const names = [...gates, ...evidence].filter(({ outcome }) => outcome === 'passed').map(({ name }) => name);
  return names.length === 0 ? [] : [passed('gates', `CI signed that these passed: ${names.join(', ')}`)];
}

function tagNote({ tag }: ReleasePredicate): Check {
  const by = tag.signer === null ? 'unsigned' : `signed by ${tag.signer.name}`;
  return {
    name: 'maintainer',
    is: 'warning',
    says: `CI says that ${tag.name} is ${by}; only the maintainers' keys tell (--trust, in a clone)`,
  };
}

/** Records of the registry are the maintainers' word, which CI's key says nothing about. */
function withdrawalNote({ version }: ReleasePredicate, tags: readonly RegistryTag[]): Check {
  const { withdrawn, restored } = countRecords(tags, version);
  return {
    // As `verify` in a clone calls it, where more was withdrawn than restored.
    name: withdrawn > restored ? 'withdrawn' : 'withdrawals',
    is: 'warning',
    says:
      withdrawn === 0
        ? `the registry has no record that ${version} was withdrawn`
        : `${version} was WITHDRAWN by ${withdrawn} of the registry's records, and restored by ${restored}; only the maintainers' keys tell whether they count`,
  };
}

function unseenNote(release: ReleasePredicate): Check {
  const others = releasedImages(release).length - 1;
  const things = [
    'release page',
    ...(release.binaries.length === 0 ? [] : ['binaries']),
    ...(others === 0 ? [] : [`${others} other images of the release`]),
    'git',
    'mirrors',
    'where aliases should be',
  ];
  return { name: 'not looked at', is: 'warning', says: things.join(', ') };
}
