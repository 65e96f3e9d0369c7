import type { Digest } from '../../src/domain/digest.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import { objectId } from '../../src/domain/object-id.ts';
import type { PartRecord } from '../../src/domain/part-record.ts';
import { composeIndex } from '../../src/domain/part-index.ts';
import { parsePlatform } from '../../src/domain/platform.ts';
import { predicateTypes } from '../../src/domain/release-statement.ts';
import { writeBundle } from '../../src/engine/facts/signed-documents.ts';
import type { Attestor } from '../../src/ports/attestor.ts';
import { parseIndex } from '../../src/domain/oci-manifest.ts';
import { partStatement } from '../../src/report/documents/part-statement.ts';
import { statementBytes } from '../../src/report/documents/statement.ts';
import type { TestProject } from './project.ts';
import { withRegistry } from './registry-writer.ts';

export interface ForgedPart {
  /** A part that a job built, whose image and annotations are taken. */
  readonly from: Digest;
  /** The tag that is pointed at the forged part. */
  readonly tag: string;
  /** What the index says the image is for. */
  readonly platform: string;
  /** Overrides what it says of the image. */
  readonly annotations?: Readonly<Record<string, string>>;
  readonly record: Required<Pick<PartRecord, 'tag'>> & Partial<PartRecord>;
  readonly by: Attestor;
}

/** Puts a part of somebody's making into the registry, with a record that somebody signed; its digest. */
export async function forgePart(project: TestProject, forged: ForgedPart): Promise<Digest> {
  const { from, platform, record, by } = forged;
  const commit = objectId(await project.clone.git('rev-parse', `${record.tag.object}^{commit}`));
  const policy = digestOf(`${await project.clone.git('show', `${commit}:cutwater.yaml`)}\n`);
  return withRegistry(project.data, async (repository) => {
    const source = await repository.readManifest(from);
    const read = source && parseIndex(source);
    const wanted = parsePlatform(platform);
    if (read?.is !== 'ok' || wanted.is !== 'ok') throw new Error(`${from} is no part`);
    const [entry] = read.value.manifests;
    if (entry === undefined) throw new Error(`${from} is empty`);
    const annotations = { ...read.value.annotations, ...forged.annotations };
    const index = composeIndex([{ ...entry, platform: wanted.value }], annotations);
    await repository.writeManifest(index.digest, index);
    const statement = partStatement({
      schema: 'cutwater.part/1',
      project: 'tiny',
      image: 'embedded/tiny',
      platform,
      index: index.digest,
      manifest: entry.digest,
      commit,
      policy,
      builder: { type: 'urn:cutwater:build:assemble:v1', id: 'urn:cutwater:builder:ci' },
      ...record,
    });
    const subject = { mediaType: index.mediaType, digest: index.digest, size: index.bytes.length };
    const bundle = await by.signStatement(statementBytes(statement));
    await writeBundle(repository, bundle, { subject, predicateType: predicateTypes.part });
    await repository.writeManifest(imageTag(forged.tag), index);
    return index.digest;
  });
}
