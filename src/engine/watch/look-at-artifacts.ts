import { checksums } from '../../report/documents/checksums.ts';
import type { Check } from '../../report/verification.ts';
import { failed, passed } from '../../report/verification.ts';
import { formatVersion } from '../../domain/version.ts';
import type { Alias } from '../../estate/alias.ts';
import { aliasesOfVersion } from '../../estate/alias.ts';
import { candidateTag, versionTag } from '../../estate/registry-tags.ts';
import type { ForgeRelease } from '../../ports/forge.ts';
import type { AliasState } from '../facts/gather-estate.ts';
import { gatherEstate } from '../facts/gather-estate.ts';
import type { LoadedPolicy } from '../facts/load-policy.ts';
import type { ReleaseRecord } from '../facts/read-record.ts';
import { readRecord } from '../facts/read-record.ts';
import type { ProjectTags } from '../facts/read-tags.ts';
import type { AdmittedRelease } from '../release/admit-release.ts';
import { assetNames } from '../release/publish-release.ts';
import { guarded } from '../verify/guarded-check.ts';
import type { ReadWorld } from '../world.ts';

export interface ArtifactQuestion {
  readonly admitted: AdmittedRelease;
  readonly tags: ProjectTags;
}

/**
 * What became of each artifact of a release, by names, digests and sizes: the statement, the image tag, the release page
 * with its files, the aliases. Nothing is downloaded to be hashed; that is what `verify` does.
 */
export async function lookAtArtifacts(
  world: ReadWorld,
  loaded: LoadedPolicy,
  question: ArtifactQuestion,
): Promise<readonly Check[]> {
  const { admitted, tags } = question;
  let record: ReleaseRecord = { is: 'absent' };
  const statement = await guarded('statement', async () => {
    record = await readRecord(world, loaded, admitted.version);
    return judgeStatement(record, admitted);
  });
  const found = record as ReleaseRecord;
  return [
    statement,
    await guarded(`image ${formatVersion(admitted.version)}`, () => lookAtImage(world, admitted, found)),
    ...(await lookAtPage(world, admitted, found)),
    ...(statement.is === 'passed' ? await lookAtAliases(world, loaded, { admitted, tags }) : []),
  ];
}

function judgeStatement(record: ReleaseRecord, { tag }: AdmittedRelease): Check {
  const name = 'statement';
  switch (record.is) {
    case 'absent':
      return failed(name, 'there is none: the version is not published');
    case 'rejected':
      return failed(name, record.reason);
    case 'valid':
      return record.release.tag.object === tag.object
        ? passed(name, `${record.statement}, signed as CI by ${record.ciSigner}`)
        : failed(name, `it is about the tag object ${record.release.tag.object}, the tag is ${tag.object}`);
  }
}

async function lookAtImage(
  { repository }: ReadWorld,
  { version, tag }: AdmittedRelease,
  record: ReleaseRecord,
): Promise<Check> {
  const name = `image ${formatVersion(version)}`;
  const there = (await repository.resolve(versionTag(version)))?.digest;
  if (record.is === 'valid') {
    const { index } = record.release.image;
    return there === index ? passed(name, index) : failed(name, `it is ${there ?? 'missing'}, ${index} was released`);
  }
  if (there !== undefined) return failed(name, `${there}, and no statement that counts names it`);
  const candidate = (await repository.resolve(candidateTag(tag.object)))?.digest;
  return failed(name, candidate === undefined ? 'it is not built yet' : `built, ${candidate}, and not published yet`);
}

async function lookAtPage(
  { forge }: ReadWorld,
  { tag }: AdmittedRelease,
  record: ReleaseRecord,
): Promise<readonly Check[]> {
  let page: ForgeRelease | undefined;
  const name = 'release page';
  const check = await guarded(name, async () => {
    page = await forge.findRelease(tag.name);
    if (page === undefined) return failed(name, `${tag.name} has none on ${forge.description}`);
    const files = page.assets.length === 1 ? 'one file' : `${page.assets.length} files`;
    return page.state === 'published'
      ? passed(name, `published on ${forge.description} with ${files}`)
      : failed(name, `a draft on ${forge.description} with ${files}, not published yet`);
  });
  return [check, ...(record.is === 'valid' && page !== undefined ? judgeFiles(page, record) : [])];
}

function judgeFiles(page: ForgeRelease, { release, bundle }: Extract<ReleaseRecord, { is: 'valid' }>): Check[] {
  const sums = new TextEncoder().encode(checksums(release.assets)).length;
  const wanted: readonly { readonly name: string; readonly size?: number; readonly digest?: string }[] = [
    ...release.assets,
    { name: assetNames.checksums, size: sums },
    { name: assetNames.checksumsBundle },
    { name: assetNames.statement, size: bundle.length },
  ];
  return wanted.map(({ name, size, digest }) => {
    const there = page.assets.find((one) => one.name === name);
    if (there === undefined) return failed(`file ${name}`, 'it is missing');
    if (size !== undefined && size !== there.size)
      return failed(`file ${name}`, `it has ${there.size} bytes, ${size} were released`);
    return passed(`file ${name}`, digest ?? `${there.size} bytes`);
  });
}

/** The aliases that the version may have, right or still to be moved. */
async function lookAtAliases(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { admitted, tags }: ArtifactQuestion,
): Promise<readonly Check[]> {
  let checks: readonly Check[] = [];
  const outcome = await guarded('aliases', async () => {
    checks = (await aliasStates(world, loaded, { admitted, tags })).map(judgeAliasState);
    return passed('aliases', 'they were looked at');
  });
  return outcome.is === 'passed' ? checks : [outcome];
}

/** Whether every alias of the version is where it belongs. */
export async function aliasesAreRight(
  world: ReadWorld,
  loaded: LoadedPolicy,
  question: ArtifactQuestion,
): Promise<boolean> {
  return (await aliasStates(world, loaded, question)).map(judgeAliasState).every(({ is }) => is !== 'failed');
}

async function aliasStates(
  world: ReadWorld,
  loaded: LoadedPolicy,
  { admitted, tags }: ArtifactQuestion,
): Promise<readonly AliasState[]> {
  const { version } = admitted;
  const own = aliasesOfVersion(version, loaded.policy.channels);
  if (own.length === 0) return [];
  const estate = await gatherEstate(world, loaded, { tags, only: version });
  return estate.aliases.filter(({ alias }) => own.some((one: Alias) => one.name === alias.name));
}

function judgeAliasState({ alias, judgement }: AliasState): Check {
  const name = `alias ${alias.name}`;
  switch (judgement.is) {
    case 'right':
      return passed(name, `${judgement.digest}, which is ${formatVersion(judgement.version)}`);
    case 'create':
    case 'move':
      return failed(name, `it does not point at ${formatVersion(judgement.to.version)} yet`);
    case 'stays':
      return { name, is: 'warning', says: 'it points at a withdrawn version' };
    case 'absent':
      return { name, is: 'warning', says: 'no version for it' };
    case 'refused':
      return failed(name, judgement.reason);
  }
}
