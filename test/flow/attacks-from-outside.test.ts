import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { bundleVerifier } from '../../src/adapters/sigstore-bundle/bundle-verifier.ts';
import { gitObjectIdOf } from '../../src/domain/digest.ts';
import type { ImageReference } from '../../src/domain/image-name.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import { objectId } from '../../src/domain/object-id.ts';
import { verifyImage } from '../../src/engine/verify/verify-image.ts';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import type { Scope } from '../make/folder.ts';
import { restate, restateDocuments } from '../make/forged-statement.ts';
import type { TestProject } from '../make/project.ts';
import { copyProject } from '../make/project.ts';
import { digestAt, pointImageTags } from '../make/registry-writer.ts';
import { makeReleasedProject } from '../make/released-project.ts';

/** What somebody with CI's public key alone is told of a tag, as lines. */
async function told(scope: Scope, project: TestProject, tag: string): Promise<readonly string[]> {
  const registry = await listenRegistry({ folder: join(project.data, 'registry'), readOnly: true });
  const address = { protocol: 'http', host: '127.0.0.1', port: registry.port } as const;
  const repository = openRepository({ registry: 'embedded', repository: 'tiny' }, { address });
  scope.after(async () => {
    repository.close();
    await registry.close();
  });
  const reference: ImageReference = { name: repository.name, target: { kind: 'tag', tag: imageTag(tag) } };
  const signer = { kind: 'key', name: 'ci.pub', publicKeyPem: project.ciPublicPem } as const;
  const { checks } = await verifyImage(
    { repository, statements: repository, bundleVerifier: bundleVerifier() },
    { reference, releasedAs: 'embedded/tiny', trust: { maintainers: [], ci: [signer], origin: 'ci.pub' } },
  );
  return checks.map(({ name, is, says }) => `${is} ${name}: ${says}`);
}

void test('from outside, a statement that CI signed and that does not hold together is no release', async (t) => {
  const released = await makeReleasedProject(t);
  const version = '1.0.0';
  const index = await digestAt(released.data, version);
  const whole = await told(t, released, version);
  assert.deepEqual(
    whole.filter((line) => line.startsWith('failed')),
    [],
  );
  assert.ok(whole.length > 7);

  const renamed = await copyProject(t, released);
  await pointImageTags(renamed.data, index, '2.0.0');
  await pointImageTags(renamed.data, await digestAt(renamed.data, `statement-${version}`), 'statement-2.0.0');
  assert.match(
    (await told(t, renamed, '2.0.0'))[0] ?? '',
    /^failed statement: statement-2\.0\.0: it speaks of version 1\.0\.0/,
  );

  const elsewhere = { commit: objectId('1'.repeat(40)) };
  const moved = await copyProject(t, released);
  await restate(moved, version, (release) => ({ ...release, source: elsewhere, build: elsewhere }));
  assert.match((await told(t, moved, version))[0] ?? '', /^failed statement: .*points at another commit than it names/);

  const retagged = await copyProject(t, released);
  await restate(retagged, version, (release) => ({
    ...release,
    tag: { ...release.tag, object: objectId('2'.repeat(40)) },
  }));
  assert.match((await told(t, retagged, version))[0] ?? '', /^failed statement: .*does not have the id it names/);

  const other = await copyProject(t, released);
  await restate(other, version, (release) => {
    const text = Buffer.from(release.tag.raw, 'base64').toString('latin1').replace('\ntag v1.0.0\n', '\ntag v0.9.0\n');
    const raw = Buffer.from(text, 'latin1');
    return {
      ...release,
      tag: { ...release.tag, raw: raw.toString('base64'), object: gitObjectIdOf('tag', raw, release.tag.object) },
    };
  });
  assert.match((await told(t, other, version))[0] ?? '', /^failed statement: .*the release tag in it is another one/);

  const swapped = await copyProject(t, released);
  await restate(swapped, version, (release) => {
    const [one, two, ...more] = release.image.platforms;
    assert.ok(one && two && more.length === 0);
    const platforms = [
      { ...one, digest: two.digest },
      { ...two, digest: one.digest },
    ];
    return { ...release, image: { ...release.image, platforms }, documents: [] };
  });
  assert.ok(
    (await told(t, swapped, version)).some((line) => /^failed image: linux\/amd64 is sha256:.*was released/.test(line)),
  );

  const foreign = await copyProject(t, released);
  const change = (json: string): string =>
    json.replaceAll('v1.0.0', 'v0.9.0').replaceAll(/"object":"[0-9a-f]{40}"/g, `"object":"${'3'.repeat(40)}"`);
  await restateDocuments(foreign, version, { role: 'provenance', change });
  assert.ok(
    (await told(t, foreign, version)).some((line) => line.startsWith('failed provenance: it speaks of another tag')),
  );
});
