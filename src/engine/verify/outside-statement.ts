import { gitObjectIdOf } from '../../domain/digest.ts';
import type { Digest } from '../../domain/digest.ts';
import type { ReleasePredicate, ReleasedCompanion } from '../../domain/release-statement.ts';
import { predicateTypes, releasedImages } from '../../domain/release-statement.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import { parseTagObject } from '../../domain/tag-object.ts';
import type { Trust } from '../../domain/trust.ts';
import type { Version } from '../../domain/version.ts';
import { formatVersion, parseVersion } from '../../domain/version.ts';
import type { RegistryTag } from '../../estate/registry-tags.ts';
import { statementTag } from '../../estate/registry-tags.ts';
import type { BundleVerifier } from '../../ports/attestor.ts';
import type { ImageRepository } from '../../ports/repository.ts';
import { parseReleaseStatement } from '../../report/documents/parse-release-statement.ts';
import { parseStatement } from '../../report/documents/statement.ts';
import { stableFirst } from '../facts/find-version.ts';
import { readForeign } from '../facts/read-foreign.ts';

/** What there is to look at without a project: registries, and a reader of signatures. */
export interface OutsideWorld {
  readonly repository: ImageRepository;
  /** Where the release statements are: with the first image of the project. */
  readonly statements: ImageRepository;
  readonly bundleVerifier: BundleVerifier;
}

export interface StatementQuestion {
  readonly digest: Digest;
  /** All tags of the repository with the statements. */
  readonly tags: readonly RegistryTag[];
  /** The version that was asked for by its tag. */
  readonly asked: Version | undefined;
  readonly trust: Trust;
}

export type OutsideStatement =
  | {
      readonly is: 'found';
      readonly release: ReleasePredicate;
      /** The one of its images that was asked about. */
      readonly image: ReleasedCompanion;
      /** Manifest of the statement. */
      readonly statement: Digest;
      readonly signer: string;
    }
  | { readonly is: 'none'; readonly reason: string };

/**
 * The committed release statement that names an image, signed by who is trusted. The tag asked for decides where there is
 * a statement of its version; else what is attached to the image says where to look, and then all of them are looked at.
 */
export async function findStatement(world: OutsideWorld, question: StatementQuestion): Promise<OutsideStatement> {
  const { asked, digest, tags } = question;
  const stated = tags.flatMap((tag) => (tag.kind === 'statement' ? [tag.version] : []));
  const isStated = (version: Version): boolean => stated.some((one) => formatVersion(one) === formatVersion(version));
  if (asked !== undefined && isStated(asked)) {
    const found = await readStated(world, question, asked);
    if (found.is !== 'other') return found;
    return {
      is: 'none',
      reason: `the signed statement of ${formatVersion(asked)} names ${found.index}, this is ${digest}`,
    };
  }
  const attached = await readAttached(world, question);
  const hinted = attached.versions.filter(isStated).toSorted(stableFirst);
  const refused = [...attached.refused];
  const known = new Set(hinted.map(formatVersion));
  // Whoever is trusted with nothing that is attached here signed no release of it either.
  const isStranger = attached.isWhole && attached.refused.length > 0 && attached.types.length === 0;
  const others = isStranger ? [] : stated;
  for (const version of [...hinted, ...others.filter((one) => !known.has(formatVersion(one))).toSorted(stableFirst)]) {
    const found = await readStated(world, question, version);
    if (found.is === 'found') return found;
    if (found.is === 'none') refused.push(found.reason);
  }
  return { is: 'none', reason: explain({ ...attached, refused }) };
}

function explain({ types, refused }: Pick<Attached, 'types' | 'refused'>): string {
  const [first, ...more] = refused;
  const rest = more.length === 0 ? '' : `, and ${more.length} more`;
  if (types.length > 0)
    return `no committed release statement names it; signed is only: ${types.join(', ')}. It was built, and not released`;
  return first === undefined ? 'nothing signed is attached to it' : `what is there does not count: ${first}${rest}`;
}

type Stated = OutsideStatement | { readonly is: 'other'; readonly index: Digest };

/** The statement of one version: `other` where it is right and about another image. */
async function readStated(
  { statements, bundleVerifier }: OutsideWorld,
  { digest, trust }: StatementQuestion,
  version: Version,
): Promise<Stated> {
  const tag = statementTag(version);
  const none = (reason: string): Stated => ({ is: 'none', reason: `${tag}: ${reason}` });
  const artifact = await readForeign(statements, tag, 1);
  if (artifact === undefined) return none('it is gone');
  if (artifact.is === 'refused') return none(`it ${artifact.reason}`);
  const verdict = await bundleVerifier.verifyStatement(artifact.value.layers[0]?.content ?? new Uint8Array(), trust);
  if (verdict.is === 'rejected') return none(`its signature does not count: ${verdict.reason}`);
  const statement = parseReleaseStatement(verdict.payload);
  if (statement.is === 'refused') return none(`it ${statement.reason}`);
  const release = statement.value.predicate;
  const fault = faultInStated(release, version);
  if (fault !== undefined) return none(fault);
  const image = releasedImages(release).find(
    ({ index, platforms }) => index === digest || platforms.some((platform) => platform.digest === digest),
  );
  if (image === undefined) return { is: 'other', index: release.image.index };
  return { is: 'found', release, image, statement: artifact.value.digest, signer: verdict.signer };
}

/** What the signed statement says of its release tag, by the tag's own bytes; who signed the tag is another question. */
function faultInStated(release: ReleasePredicate, version: Version): string | undefined {
  const { tag, source } = release;
  if (release.version !== formatVersion(version)) return `it speaks of version ${release.version}`;
  const raw = new Uint8Array(Buffer.from(tag.raw, 'base64'));
  if (gitObjectIdOf('tag', raw, tag.object) !== tag.object)
    return 'the release tag object in it does not have the id it names';
  const object = parseTagObject(raw);
  if (object.is === 'refused') return `the release tag object in it ${object.reason}`;
  if (tag.name !== releaseTagOf(version) || object.value.name !== tag.name)
    return 'the release tag in it is another one';
  return object.value.target === source.commit
    ? undefined
    : 'the release tag in it points at another commit than it names';
}

interface Attached {
  /** Of release statements that count by their signature. */
  readonly versions: readonly Version[];
  /** What was signed by who is trusted, each type once. */
  readonly types: readonly string[];
  /** Why other documents do not count. */
  readonly refused: readonly string[];
  /** Whether everything was looked at: what counts may stand behind many others. */
  readonly isWhole: boolean;
}

/** Whoever may push could attach any number. */
const mostOpened = 50;

async function readAttached(
  { repository, bundleVerifier }: OutsideWorld,
  { digest, trust }: StatementQuestion,
): Promise<Attached> {
  const versions: Version[] = [];
  const types = new Set<string>();
  const refused: string[] = [];
  const listed = await repository.listReferrers(digest);
  for (const { digest: referrer } of listed.slice(0, mostOpened)) {
    const artifact = await readForeign(repository, referrer, 1);
    if (artifact?.is !== 'ok' || artifact.value.parsed.subject?.digest !== digest) continue;
    const verdict = await bundleVerifier.verifyStatement(artifact.value.layers[0]?.content ?? new Uint8Array(), trust);
    if (verdict.is === 'rejected') {
      refused.push(verdict.reason);
      continue;
    }
    const statement = parseStatement(verdict.payload);
    if (statement.is === 'refused') continue;
    types.add(nameOf(statement.value.predicateType));
    const release = parseReleaseStatement(verdict.payload);
    const version = release.is === 'ok' ? parseVersion(release.value.predicate.version) : undefined;
    if (version?.is === 'ok') versions.push(version.value);
  }
  return { versions, types: [...types], refused, isWhole: listed.length <= mostOpened };
}

function nameOf(type: string): string {
  return Object.entries(predicateTypes).find(([, value]) => value === type)?.[0] ?? type;
}
