import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../src/domain/digest.ts';
import { parseDigest } from '../../src/domain/digest.ts';
import { parseIndex, platformsOf } from '../../src/domain/oci-manifest.ts';
import type { TestProject } from './project.ts';
import { readPublished } from './published.ts';
import { withRegistry } from './registry-writer.ts';

/** The tag under which the part of a platform is kept for a release tag of the project. */
export async function partTagOf(project: TestProject, version: string, platform: string): Promise<string> {
  const object = await project.clone.git('rev-parse', `refs/tags/v${version}`);
  return `candidate-${object}.${platform.replaceAll('/', '-')}`;
}

/** The manifest of each platform of an image of the first repository, by what its index lists. */
export async function platformDigests(data: string, tag: string): Promise<Readonly<Record<string, Digest>>> {
  const digest = parseDigest((await readPublished(data)).tags[tag] ?? '');
  if (digest.is === 'refused') throw new Error(`the registry has no tag ${tag}`);
  return withRegistry(data, async (repository) => {
    const manifest = await repository.readManifest(digest.value);
    const index = manifest && parseIndex(manifest);
    if (index?.is !== 'ok') throw new Error(`${tag} is no index`);
    return Object.fromEntries(platformsOf(index.value).map((one) => [one.platform, one.descriptor.digest]));
  });
}

/** The predicate of the provenance on the release page. */
export async function provenanceOf(data: string, version: string): Promise<Readonly<Record<string, unknown>>> {
  const file = join(data, 'releases', `v${version}`, 'assets', 'provenance.sigstore.json');
  const bundle: { readonly dsseEnvelope: { readonly payload: string } } = JSON.parse(await readFile(file, 'utf8'));
  return JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString('utf8')).predicate;
}
