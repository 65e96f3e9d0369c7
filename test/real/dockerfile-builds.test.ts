import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildah } from '../../src/adapters/buildah/buildah.ts';
import { buildx } from '../../src/adapters/buildx/buildx.ts';
import { dockerfileBuilder } from '../../src/adapters/commit-build/dockerfile-builder.ts';
import { imageFiles } from '../../src/adapters/image-files/extract-file.ts';
import { openLayout } from '../../src/adapters/oci-layout/open-layout.ts';
import { pushLayout } from '../../src/adapters/oci-layout/push-layout.ts';
import { runTool } from '../../src/adapters/process/run-tool.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { readElf } from '../../src/domain/elf.ts';
import { parseIndex, platformsOf } from '../../src/domain/oci-manifest.ts';
import type { PartIndex } from '../../src/domain/part-index.ts';
import { composeIndex, readPartIndex } from '../../src/domain/part-index.ts';
import type { Platform } from '../../src/domain/platform.ts';
import type { BuildRequest } from '../../src/ports/builder.ts';
import type { DockerfileTool } from '../../src/ports/dockerfile-builder.ts';
import { makeFolder } from '../make/folder.ts';
import { memoryRepository } from '../memory-repository.ts';
import { obtainBuildkit, startBuildkit } from './buildkit-peer.ts';
import { notRun, pathOf, realTest, succeed } from './peers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

realTest(
  'buildah builds a multi-stage Dockerfile for two platforms, twice the same, and leaves nothing in its storage',
  ['buildah', 'busybox'],
  async (t) => {
    const home = await makeFolder(t);
    const environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      STORAGE_DRIVER: 'vfs',
      BUILDAH_ISOLATION: 'chroot',
      CONTAINERS_STORAGE_CONF: join(home, 'storage.conf'),
    };
    const storage = `[storage]\ndriver = "vfs"\nrunroot = "${join(home, 'run')}"\ngraphroot = "${join(home, 'root')}"\n`;
    await writeFile(environment.CONTAINERS_STORAGE_CONF, storage);
    await checkBuilds(t, buildah({ environment }));
    const left = await succeed(runTool({ command: 'buildah', args: ['images', '--json', '--all'], env: environment }));
    assert.deepEqual(JSON.parse(left) ?? [], []);
  },
);

const buildkit = await obtainBuildkit(join(root, 'node_modules/.cache/test-real'));
if (buildkit.is === 'missing') notRun('buildx builds the same Dockerfile on a remote BuildKit', buildkit.why);
else
  void test('buildx builds the same Dockerfile on a remote BuildKit', { timeout: 300_000 }, async (t) => {
    const running = await startBuildkit(buildkit);
    t.after(() => running.close());
    await checkBuilds(t, buildx({ environment: running.environment }));
  });

/** Builds twice, compares, and takes the programs out of the images again. */
async function checkBuilds(t: TestContext, tool: DockerfileTool): Promise<void> {
  const sourceFolder = await makeSources(t);
  const first = await build(t, tool, sourceFolder);
  const second = await build(t, tool, sourceFolder);
  assert.equal(first.index.digest, second.index.digest, 'the same commit gives the same digest');
  const parts = [
    await readPart(t, tool, { sourceFolder, platform: amd64 }),
    await readPart(t, tool, { sourceFolder, platform: arm64 }),
  ];
  const composed = composeIndex(
    parts.map(({ entry }) => entry),
    parts[0]?.annotations ?? {},
  );
  assert.equal(composed.digest, first.index.digest, 'built one by one the platforms give the same image');
  const repository = memoryRepository();
  await pushLayout({ layout: await openLayout(first.layoutFolder), index: first.index, repository });
  const top = await repository.readManifest(first.index.digest);
  const index = parseIndex(top ?? assert.fail('the index was not pushed'));
  assert.ok(index.is === 'ok');
  const platforms = platformsOf(index.value);
  assert.deepEqual(
    platforms.map(({ platform }) => platform),
    ['linux/amd64', 'linux/arm64'],
  );
  const files = imageFiles(await makeFolder(t));
  for (const { platform, descriptor } of platforms) {
    const found = await files.extract(repository, descriptor.digest, '/usr/local/bin/backend');
    assert.ok(found !== undefined, platform);
    const built = await readFile(join(sourceFolder, 'out', `harbor-${platform.slice('linux/'.length)}`));
    assert.equal(found.digest, digestOf(built), platform);
    const elf = readElf(await readFile(found.file));
    assert.equal(elf.is === 'ok' && elf.value.machine, platform === 'linux/amd64' ? 'x86_64' : 'aarch64');
    assert.equal(
      await files.extract(repository, descriptor.digest, '/secret.txt'),
      undefined,
      'deleted in the last stage',
    );
  }
}

const amd64 = { os: 'linux', architecture: 'amd64' };
const arm64 = { os: 'linux', architecture: 'arm64' };

/** What a job that builds one platform would push. */
async function readPart(
  t: TestContext,
  tool: DockerfileTool,
  { sourceFolder, platform }: { readonly sourceFolder: string; readonly platform: Platform },
): Promise<PartIndex> {
  const { layoutFolder, index } = await build(t, tool, sourceFolder, [platform]);
  const manifest = await (await openLayout(layoutFolder)).readManifest(index);
  const part = readPartIndex(manifest ?? assert.fail('there is no index'), platform);
  return part.is === 'ok' ? part.value : assert.fail(part.reason);
}

async function build(
  t: TestContext,
  tool: DockerfileTool,
  sourceFolder: string,
  platforms: readonly Platform[] = [amd64, arm64],
): Promise<{ readonly layoutFolder: string; readonly index: Awaited<ReturnType<typeof buildWith>>['index'] }> {
  const layoutFolder = await makeFolder(t);
  return { layoutFolder, index: (await buildWith(tool, { sourceFolder, layoutFolder, platforms })).index };
}

function buildWith(tool: DockerfileTool, request: Pick<BuildRequest, 'sourceFolder' | 'layoutFolder' | 'platforms'>) {
  return dockerfileBuilder([tool]).build({
    ...request,
    build: {
      kind: 'dockerfile',
      dockerfile: 'docker/backend.Dockerfile',
      context: '.',
      builder: 'auto',
      target: undefined,
      args: { PROFILE: 'release' },
    },
    sourceDateEpoch: 1_770_000_000,
    annotations: { 'org.opencontainers.image.revision': 'abc' },
  });
}

/** Two stages that "compile" on the machine that builds, and a last one that holds the program alone, like RustShare's. */
async function makeSources(t: TestContext): Promise<string> {
  const folder = await makeFolder(t);
  const harbor = await makeFolder(t);
  await cp(join(root, 'examples/harbor'), harbor, { recursive: true });
  await succeed(runTool({ command: process.execPath, args: [join(harbor, 'build.mjs')] }));
  await cp(join(harbor, 'build'), join(folder, 'out'), { recursive: true });
  await mkdir(join(folder, 'docker'));
  await cp(pathOf('busybox'), join(folder, 'busybox'));
  await writeFile(join(folder, 'docker/backend.Dockerfile'), dockerfile);
  return folder;
}

const dockerfile = `FROM --platform=$BUILDPLATFORM scratch AS toolchain
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]

FROM toolchain AS build
ARG TARGETARCH
ARG PROFILE
WORKDIR /src
COPY out out
RUN test "$PROFILE" = release && mkdir -p /dist && cp "out/harbor-$TARGETARCH" /dist/backend && echo hush > /dist/secret.txt

FROM scratch
COPY --from=build /dist/backend /usr/local/bin/backend
ENTRYPOINT ["/usr/local/bin/backend"]
`;
