import { canonicalJson } from '../../domain/canonical-json.ts';
import { quote } from '../../domain/quote.ts';
import type { InTotoStatement, ReleasePredicate, ReleasedCompanion } from '../../domain/release-statement.ts';
import { imageOfBinary, releasedImages } from '../../domain/release-statement.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import { coreVersion, formatVersion, parseVersion, releaseClassOf } from '../../domain/version.ts';
import { faultInChecks } from './checks-consistency.ts';
import { firstFault } from './json-check.ts';
import { releaseSubjects } from './release-subjects.ts';

/** Where two parts of a release statement, each well formed, do not agree; undefined where all do. */
export function faultInRelease({ subject, predicate }: InTotoStatement<ReleasePredicate>): string | undefined {
  return (
    faultInVersion(predicate) ??
    faultInOrigin(predicate) ??
    faultInNames(predicate) ??
    faultInBinaries(predicate) ??
    faultInDocuments(predicate) ??
    faultInChecks(predicate) ??
    (canonicalJson(subject) === canonicalJson(releaseSubjects(predicate))
      ? undefined
      : 'subject does not list the index, the platforms and the binaries of the predicate, in this order')
  );
}

function faultInVersion({ version: text, tag, class: said }: ReleasePredicate): string | undefined {
  const version = parseVersion(text);
  if (version.is === 'refused') return `predicate.version ${version.reason}`;
  if (tag.name !== releaseTagOf(version.value))
    return `predicate.tag.name is ${quote(tag.name)} and predicate.version is ${quote(text)}`;
  if (said !== releaseClassOf(version.value)) return `predicate.class is ${quote(said)}, which ${quote(text)} is not`;
  if (tag.signer === null && tag.unsignedReason === undefined)
    return 'predicate.tag has no signer and no reason for it';
  if (tag.signer !== null && tag.unsignedReason !== undefined)
    return 'predicate.tag has a signer and a reason for none';
  return undefined;
}

/** Only a stable release has the image of another build than its own, and only that of one of its candidates. */
function faultInOrigin({ version, source, build, promotes, rebuild }: ReleasePredicate): string | undefined {
  if (promotes !== undefined && rebuild !== undefined) return 'predicate has both promotes and rebuild';
  if (promotes === undefined && source.commit !== build.commit)
    return 'predicate.build.commit is not predicate.source.commit, and predicate.promotes is not there';
  for (const candidate of [promotes?.version, rebuild?.insteadOf])
    if (candidate !== undefined && !isCandidateOf(candidate, version))
      return `predicate names ${quote(candidate)} as candidate, which is none of ${quote(version)}`;
  return undefined;
}

function isCandidateOf(candidate: string, version: string): boolean {
  const parsed = parseVersion(candidate);
  return (
    parsed.is === 'ok' && releaseClassOf(parsed.value) === 'rc' && formatVersion(coreVersion(parsed.value)) === version
  );
}

function faultInNames(release: ReleasePredicate): string | undefined {
  const { binaries, assets } = release;
  const images = releasedImages(release);
  return (
    firstFault(images.entries(), ([place, image]) =>
      faultInImage(place === 0 ? 'predicate' : `predicate.companions[${place - 1}]`, image),
    ) ??
    faultInUnique(
      'predicate.companions',
      images.map(({ name }) => name),
    ) ??
    faultInUnique(
      'predicate.companions',
      images.map(({ name }) => shortName(name)),
    ) ??
    faultInUnique(
      'predicate.binaries',
      binaries.map(({ name }) => name),
    ) ??
    faultInUnique(
      'predicate.assets',
      assets.map(({ name }) => name),
    )
  );
}

function faultInImage(at: string, { platforms, documents }: ReleasedCompanion): string | undefined {
  const listed = at === 'predicate' ? `${at}.image.platforms` : `${at}.platforms`;
  return (
    faultInUnique(
      listed,
      platforms.map(({ platform }) => platform),
    ) ??
    faultInUnique(
      listed,
      platforms.map(({ digest }) => digest),
    ) ??
    faultInUnique(
      `${at}.documents`,
      documents.map(({ referrer }) => referrer),
    ) ??
    faultInUnique(
      `${at}.documents`,
      documents.map(({ role, subject }) => `${role} of ${subject}`),
    )
  );
}

/** What files of a companion are named by: two alike would take each other's names. */
function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

function faultInBinaries(release: ReleasePredicate): string | undefined {
  const { binaries, assets } = release;
  return firstFault(binaries, (binary) => {
    const { name, platform, digest, size } = binary;
    const image = imageOfBinary(release, binary);
    if (image === undefined) return `binary ${quote(name)} is of ${quote(binary.image ?? '')}, which is no companion`;
    if (!image.platforms.some((known) => known.platform === platform))
      return `binary ${quote(name)} is for ${quote(platform)}, which the image does not have`;
    const asset = assets.find((known) => known.name === name);
    if (asset === undefined) return `binary ${quote(name)} is not among the assets`;
    if (asset.digest !== digest || asset.size !== size)
      return `binary ${quote(name)} differs from the asset of its name`;
    return undefined;
  });
}

function faultInDocuments(release: ReleasePredicate): string | undefined {
  return firstFault(releasedImages(release), ({ index, platforms, documents }) =>
    firstFault(documents, ({ role, platform, subject }) => {
      const wanted = platform === undefined ? index : platforms.find((known) => known.platform === platform)?.digest;
      if (subject === wanted) return undefined;
      return `document ${quote(role)} of ${platform === undefined ? 'the index' : quote(platform)} has another subject`;
    }),
  );
}

function faultInUnique(at: string, values: readonly string[]): string | undefined {
  const repeated = values.find((value, index) => values.indexOf(value) !== index);
  return repeated === undefined ? undefined : `${at} has ${quote(repeated)} twice`;
}
