import { isAssetName } from '../../domain/asset-name.ts';
import type { Parsed } from '../../domain/brand.ts';
import { accept, refuse } from '../../domain/brand.ts';
import { isDigest } from '../../domain/digest.ts';
import { parseImageName } from '../../domain/image-name.ts';
import { isObjectId } from '../../domain/object-id.ts';
import { parsePlatform } from '../../domain/platform.ts';
import type {
  InTotoStatement,
  ReleasePredicate,
  ReleasedBinary,
  ReleasedCompanion,
  ReleasedDocument,
  ReleasedImage,
} from '../../domain/release-statement.ts';
import { predicateTypes, statementType } from '../../domain/release-statement.ts';
import { parseVersion } from '../../domain/version.ts';
import { count, decodeJson, list, nullable, oneOf, plainText, record, text } from './json-check.ts';
import { base64Text, evidenceCheck, gateCheck, signerCheck } from './parse-release-checks.ts';
import { faultInRelease } from './release-consistency.ts';

/** A release names tens of files, not thousands; what is larger is an attack or a mistake. Bytes. */
const limit = 4 * 1024 * 1024;

/**
 * Reads a release statement, whose signature must have been verified over these very bytes. Every member is checked and
 * unknown ones are refused; the parts must agree with each other: subjects with contents, tag with version, binaries
 * with assets.
 */
export function parseReleaseStatement(bytes: Uint8Array): Parsed<InTotoStatement<ReleasePredicate>> {
  const decoded = decodeJson(bytes, limit);
  if (decoded.is === 'refused') return decoded;
  const statement = decoded.value;
  if (!isReleaseStatement(statement))
    return refuse(`is no release statement: ${statementCheck(statement, 'it') ?? ''}`);
  const disagreement = faultInRelease(statement);
  return disagreement === undefined ? accept(statement) : refuse(`is no release statement: ${disagreement}`);
}

const digest = text(isDigest, '"sha256:" and 64 lower-case hexadecimal digits');
const commit = text(isObjectId, 'a git object id');
const platform = text((value) => parsePlatform(value).is === 'ok', 'os/architecture[/variant]');
const assetName = text(isAssetName, 'an asset name');
const some = { atLeast: 0, atMost: 1000 };

const tag = record<ReleasePredicate['tag']>(
  {
    name: plainText,
    object: commit,
    raw: base64Text,
    signer: nullable(signerCheck),
    unsignedReason: plainText,
  },
  ['unsignedReason'],
);

const imageName = text((value) => parseImageName(value).is === 'ok', 'an image name such as host/name');

const imageMembers = {
  name: imageName,
  index: digest,
  platforms: list(record<ReleasedImage['platforms'][number]>({ platform, digest }), {
    atLeast: 1,
    atMost: 100,
  }),
};

const binary = record<ReleasedBinary>(
  {
    name: assetName,
    image: imageName,
    platform,
    path: text((value) => /^\/[^\p{Cc}\p{Cs}]{1,4095}$/u.test(value), 'an absolute path'),
    digest,
    size: count,
  },
  ['image'],
);

const document = record<ReleasedDocument>(
  { role: oneOf('provenance', 'sbom', 'scan'), platform, subject: digest, referrer: digest, payload: digest },
  ['platform'],
);

const companion = record<ReleasedCompanion>({ ...imageMembers, documents: list(document, some) });

const version = text((value) => parseVersion(value).is === 'ok', 'a version by SemVer 2.0.0');

const predicate = record<ReleasePredicate>(
  {
    purl: text((value) => /^pkg:[a-z][a-z0-9.-]*\/[\x21-\x7e]{1,2000}$/.test(value), 'a package URL'),
    version,
    schema: oneOf('cutwater.release/1'),
    project: plainText,
    class: oneOf('stable', 'rc'),
    tag,
    source: record<ReleasePredicate['source']>({ commit }),
    build: record<ReleasePredicate['build']>({ commit }),
    promotes: record<NonNullable<ReleasePredicate['promotes']>>({ version, tag: commit }),
    rebuild: record<NonNullable<ReleasePredicate['rebuild']>>({ reason: plainText, insteadOf: version }),
    image: record<ReleasedImage>(imageMembers),
    companions: list(companion, { atLeast: 1, atMost: 100 }),
    binaries: list(binary, some),
    documents: list(document, some),
    gates: list(gateCheck, some),
    evidence: list(evidenceCheck, some),
    assets: list(record<ReleasePredicate['assets'][number]>({ name: assetName, digest, size: count }), some),
  },
  ['promotes', 'rebuild', 'companions'],
);

const subject = record<InTotoStatement<unknown>['subject'][number]>({
  name: plainText,
  digest: record<InTotoStatement<unknown>['subject'][number]['digest']>({
    sha256: text((value) => /^[0-9a-f]{64}$/.test(value), '64 lower-case hexadecimal digits'),
  }),
});

const statementCheck = record<InTotoStatement<ReleasePredicate>>({
  _type: oneOf(statementType),
  subject: list(subject, { atLeast: 1, atMost: 1024 }),
  predicateType: oneOf(predicateTypes.release),
  predicate,
});

// statementCheck has one check for each member of this very type, which the compiler sees to.
function isReleaseStatement(value: unknown): value is InTotoStatement<ReleasePredicate> {
  return statementCheck(value, 'it') === undefined;
}
