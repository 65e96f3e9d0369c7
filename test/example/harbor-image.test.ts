import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { assembleBuilder } from '../../src/adapters/assemble/assemble-builder.ts';
import { imageFiles } from '../../src/adapters/image-files/extract-file.ts';
import { openLayout } from '../../src/adapters/oci-layout/open-layout.ts';
import { pushLayout } from '../../src/adapters/oci-layout/push-layout.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { isStatic, readElf } from '../../src/domain/elf.ts';
import { parseIndex, platformsOf } from '../../src/domain/oci-manifest.ts';
import type { AssembleBuild } from '../../src/policy/policy.ts';
import { memoryRepository } from '../memory-repository.ts';

test('the image of harbor is built, pushed, and gives back the very binaries that went in', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'cutwater-harbor-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const source = join(folder, 'source');
  await cp(new URL('../../examples/harbor/', import.meta.url), source, { recursive: true });
  const layoutFolder = join(folder, 'layout');
  const { index } = await assembleBuilder().build({
    sourceFolder: source,
    layoutFolder,
    build: harborBuild,
    platforms: [
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ],
    sourceDateEpoch: 1_770_000_000,
    annotations: { 'org.opencontainers.image.version': '0.4.0' },
  });
  const repository = memoryRepository();
  await pushLayout({ layout: await openLayout(layoutFolder), index, repository });
  const top = await repository.readManifest(index.digest);
  const parsed = parseIndex(top ?? assert.fail('the index was not pushed'));
  assert.ok(parsed.is === 'ok');
  const platforms = platformsOf(parsed.value);
  assert.deepEqual(
    platforms.map(({ platform }) => platform),
    ['linux/amd64', 'linux/arm64'],
  );
  for (const { platform, descriptor } of platforms) {
    const found = await imageFiles(folder).extract(repository, descriptor.digest, '/usr/local/bin/harbor');
    assert.ok(found !== undefined);
    const built = await readFile(join(source, 'build', `harbor-${platform.slice('linux/'.length)}`));
    assert.deepEqual([found.digest, found.size, found.mode], [digestOf(built), built.length, 0o755]);
    const elf = readElf(await readFile(found.file));
    assert.ok(elf.is === 'ok');
    assert.deepEqual(isStatic(elf.value, new Uint8Array()), { is: 'ok', value: true });
    assert.equal(elf.value.machine, platform === 'linux/amd64' ? 'x86_64' : 'aarch64');
  }
});

const harborBuild: AssembleBuild = {
  kind: 'assemble',
  base: 'scratch',
  prepare: [['node', 'build.mjs']],
  writableFolders: [],
  files: [{ from: 'build/harbor-{arch}', to: '/usr/local/bin/harbor', mode: 0o755 }],
  entrypoint: ['/usr/local/bin/harbor'],
  cmd: [],
  env: {},
  user: '65532:65532',
  workdir: undefined,
  ports: ['8080/tcp'],
};
