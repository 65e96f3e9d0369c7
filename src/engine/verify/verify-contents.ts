import type { Digest } from '../../domain/digest.ts';
import { digestOf } from '../../domain/digest.ts';
import type { ReleasePredicate, ReleasedDocument } from '../../domain/release-statement.ts';
import type { Trust } from '../../domain/trust.ts';
import { predicateTypes } from '../../domain/release-statement.ts';
import { checksums } from '../../report/documents/checksums.ts';
import { faultsInSbom } from '../../report/documents/judge-sbom.ts';
import { readSbom } from '../../report/documents/read-sbom.ts';
import { readProvenance } from '../../report/documents/parse-provenance.ts';
import type { ForgeRelease } from '../../ports/forge.ts';
import type { ReadStatement } from '../../report/documents/statement.ts';
import { hasSubject, parseStatement } from '../../report/documents/statement.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';
import { atImage, placeOfImage } from '../facts/image-places.ts';
import { readBinary } from '../facts/read-binary.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import { guarded } from './guarded-check.ts';
import { documentsOf } from '../release/released-documents.ts';
import { assetNames } from '../release/publish-release.ts';
import { readArtifact, readWhole } from '../facts/read-artifact.ts';
import type { ReleaseRecord } from '../facts/read-record.ts';
import { hashStream } from '../steps/forge.ts';
import type { VerifyWorld } from '../world.ts';

type ValidRecord = Extract<ReleaseRecord, { is: 'valid' }>;

/** Every signed document the statement names: there, signed, about the right image, unchanged. */
export async function checkDocuments(
  world: VerifyWorld,
  loaded: LoadedPolicy,
  release: ReleasePredicate,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const { document, prefix, place } of documentsOf(world, release)) {
    if (place === undefined) continue;
    const name = documentLabel(document, prefix);
    checks.push(
      await guarded(name, () => checkDocument(atImage(world, place), loaded.trust, { name, document, release })),
    );
  }
  return checks;
}

/** `sbom linux/amd64`, of a companion `frontend.sbom linux/amd64` */
export function documentLabel({ role, platform }: ReleasedDocument, prefix: string): string {
  return platform === undefined ? `${prefix}${role}` : `${prefix}${role} ${platform}`;
}

export async function checkDocument(
  world: Pick<VerifyWorld, 'repository' | 'bundleVerifier'>,
  trust: Trust,
  {
    name,
    document,
    release,
  }: { readonly name: string; readonly document: ReleasedDocument; readonly release: ReleasePredicate },
): Promise<Check> {
  const artifact = await readArtifact(world.repository, document.referrer);
  if (artifact === undefined) return failed(name, `${document.referrer} is gone from the registry`);
  if (artifact.is === 'refused') return failed(name, `${document.referrer} ${artifact.reason}`);
  if (artifact.value.parsed.subject?.digest !== document.subject)
    return failed(name, `${document.referrer} is attached to another image`);
  const verdict = await world.bundleVerifier.verifyStatement(artifact.value.content, trust);
  if (verdict.is === 'rejected') return failed(name, verdict.reason);
  if (digestOf(verdict.payload) !== document.payload)
    return failed(name, 'what is signed there is not what the release statement names');
  const statement = parseStatement(verdict.payload);
  if (statement.is === 'refused') return failed(name, statement.reason);
  const wanted = typesByRole[document.role];
  if (statement.value.predicateType !== wanted)
    return failed(name, `it is of type ${statement.value.predicateType}, ${wanted} is wanted`);
  const foreign = document.role === 'provenance' ? foreignProvenance(statement.value, release) : undefined;
  if (foreign !== undefined) return failed(name, foreign);
  const unsound = document.role === 'sbom' ? faultInSbom(statement.value.predicate, document.subject) : undefined;
  if (unsound !== undefined) return failed(name, unsound);
  if (!hasSubject(statement.value, document.subject)) return failed(name, `it does not speak of ${document.subject}`);
  const listed = (await world.repository.listReferrers(document.subject)).some(
    ({ digest }) => digest === document.referrer,
  );
  if (!listed)
    return failed(name, `the registry no longer lists ${document.referrer} among the referrers of ${document.subject}`);
  return passed(name, `signed as CI by ${verdict.signer}, attached to ${document.subject}`);
}

const typesByRole = {
  provenance: predicateTypes.provenance,
  sbom: predicateTypes.cyclonedx,
  scan: predicateTypes.scan,
} as const;

/** Why a provenance is not that of this release: it must speak of what was built, for its tag or the candidate it promotes. */
function foreignProvenance(statement: ReadStatement, release: ReleasePredicate): string | undefined {
  const read = readProvenance(statement);
  if (read.is === 'refused') return `it ${read.reason}`;
  const { commit, tag } = read.value;
  if (commit !== release.build.commit) return `it speaks of commit ${commit}, ${release.build.commit} was released`;
  const wanted = release.promotes?.tag ?? release.tag.object;
  return tag.object === wanted ? undefined : `it speaks of another tag, ${tag.name}`;
}

function faultInSbom(predicate: unknown, image: Digest): string | undefined {
  const sbom = readSbom(predicate);
  if (sbom.is === 'refused') return `it ${sbom.reason}`;
  const [first, ...more] = faultsInSbom(sbom.value, image);
  return first === undefined || more.length === 0 ? first : `${first}, and ${more.length} more faults`;
}

/** Every file of the release page, downloaded again; files that were not released are failures too. */
export async function checkAssets(
  world: VerifyWorld,
  loaded: LoadedPolicy,
  record: ValidRecord,
): Promise<readonly Check[]> {
  const { release } = record;
  const tag = release.tag.name;
  let found: ForgeRelease | undefined;
  const page = await guarded('release page', async () => {
    found = await world.forge.findRelease(tag);
    const { description } = world.forge;
    return found?.state === 'published'
      ? passed('release page', `${tag} is published on ${description}`)
      : failed('release page', `${tag} is not published on ${description}`);
  });
  if (found === undefined || page.is !== 'passed') return [page];
  const { assets } = found;
  const sums = new TextEncoder().encode(checksums(release.assets));
  const { bundle } = record;
  const expected = new Map<string, { readonly digest: Digest; readonly size: number }>([
    ...release.assets.map((asset) => [asset.name, asset] as const),
    [assetNames.checksums, { digest: digestOf(sums), size: sums.length }],
    [assetNames.statement, { digest: digestOf(bundle), size: bundle.length }],
  ]);
  const checks: Check[] = [];
  for (const [name, { digest, size }] of expected)
    checks.push(
      await guarded(`file ${name}`, async () => {
        if (!assets.some((asset) => asset.name === name)) return failed(`file ${name}`, 'it is missing');
        const got = await hashStream(world.forge.downloadAsset(tag, name), size);
        return got === digest
          ? passed(`file ${name}`, got)
          : failed(`file ${name}`, `it is ${got ?? `above ${size} bytes`}, ${digest} was released`);
      }),
    );
  checks.push(await guarded('checksums', () => checkChecksums(world, loaded, { tag, sums })));
  const extra = assets.filter(({ name }) => !expected.has(name) && name !== assetNames.checksumsBundle);
  for (const { name } of extra) checks.push(failed(`file ${name}`, 'it is on the release page, but was not released'));
  return checks;
}

async function checkChecksums(
  world: VerifyWorld,
  loaded: LoadedPolicy,
  signed: { readonly tag: string; readonly sums: Uint8Array },
): Promise<Check> {
  const bundle = await readWhole(world.forge.downloadAsset(signed.tag, assetNames.checksumsBundle));
  const verdict = await world.bundleVerifier.verifyBlob(bundle, signed.sums, loaded.trust);
  if (verdict.is === 'rejected') return failed('checksums', verdict.reason);
  return passed('checksums', `signed as CI by ${verdict.signer}`);
}

/** Every released binary against the file inside the image of its platform. */
export async function checkBinaries(world: VerifyWorld, release: ReleasePredicate): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const binary of release.binaries) {
    const name = `binary ${binary.name}`;
    const which =
      binary.image === undefined ? `${binary.platform} image` : `${binary.platform} image of ${binary.image}`;
    if (binary.image !== undefined && placeOfImage(world, binary.image) === undefined) {
      // Where images are is the protected branch's word.
      const says = `it came out of ${binary.image}; the policy names it no more, so nobody looked`;
      checks.push({ name, is: 'warning', says });
      continue;
    }
    checks.push(
      await guarded(name, async () => {
        const file = await readBinary(world, release, binary);
        if (file === undefined) return failed(name, `the ${which} has no ${binary.path}`);
        if (file.digest !== binary.digest)
          return failed(name, `${binary.path} in the image is ${file.digest}, the released file ${binary.digest}`);
        return passed(name, `the same bytes as ${binary.path} in the ${which}`);
      }),
    );
  }
  return checks;
}
