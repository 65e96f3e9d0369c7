import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { ContainerTools, ToolLine } from '../../../test/make/container-tools.ts';
import { makeContainerTools } from '../../../test/make/container-tools.ts';
import type { Scope } from '../../../test/make/folder.ts';
import { makeFolder } from '../../../test/make/folder.ts';
import type { ErrorCode } from '../../domain/error-catalogue.ts';
import { isCutwaterError } from '../../domain/error.ts';
import type { DockerfileBuild } from '../../policy/policy.ts';
import type { BuiltImage } from '../../ports/builder.ts';
import { buildah } from '../buildah/buildah.ts';
import { buildx } from '../buildx/buildx.ts';
import { openLayout } from '../oci-layout/open-layout.ts';
import { dockerfileBuilder } from './dockerfile-builder.ts';

suite('dockerfileBuilder()', () => {
  void test('drives docker buildx with times of the commit, without its own attestations, and knows the digest before any push', async (t) => {
    const tools = await makeContainerTools(t, ['docker', 'buildah']);
    const { built, layout } = await build(t, tools, { target: 'server', args: { MODE: 'release, please' } });
    const line = await buildLine(tools);
    assert.deepEqual(line.argv.slice(0, 2), ['buildx', 'build']);
    for (const word of [
      '--platform=linux/amd64,linux/arm64',
      '--no-cache',
      '--provenance=false',
      '--sbom=false',
      '--target=server',
      '--build-arg=SOURCE_DATE_EPOCH=1700000000',
      '--build-arg=MODE=release, please',
      '--label=org.opencontainers.image.revision=abc',
      '--annotation=manifest:org.opencontainers.image.revision=abc',
    ])
      assert.ok(line.argv.includes(word), `${word} in ${line.argv.join(' ')}`);
    assert.match(
      line.argv.find((word) => word.startsWith('--output=')) ?? '',
      /type=oci,tar=false,rewrite-timestamp=true,"dest=.*lay,out:1"/,
    );
    assert.equal(line.argv.at(-2), '--');
    assert.equal(line.env['SOURCE_DATE_EPOCH'], '1700000000');
    assert.equal((await (await openLayout(layout)).readManifest(built.index))?.digest, built.index.digest);
  });

  void test('drives buildah where there is no docker, and takes what it built out of its storage again', async (t) => {
    const tools = await makeContainerTools(t, ['buildah']);
    await build(t, tools);
    const line = await buildLine(tools);
    for (const word of ['--format=oci', '--timestamp=1700000000', '--identity-label=false', '--no-cache'])
      assert.ok(line.argv.includes(word), `${word} in ${line.argv.join(' ')}`);
    const list = line.argv.find((word) => word.startsWith('--manifest='))?.slice('--manifest='.length) ?? '';
    const after = (await tools.lines()).map(({ argv }) => argv.slice(0, 3).join(' '));
    assert.ok(after.includes(`manifest rm ${list}`), after.join('\n'));
    assert.ok(
      after.some((words) => /^rmi [0-9a-f]{64} [0-9a-f]{64}$/.test(words)),
      after.join('\n'),
    );
  });

  void test('a path with commas and quotes is one Dockerfile to buildah, and one with a colon one folder', async (t) => {
    const tools = await makeContainerTools(t, ['buildah']);
    await build(t, tools, { dockerfile: 'docker/a,"b".Dockerfile' });
    const file = (await buildLine(tools)).argv.find((word) => word.startsWith('--file=')) ?? '';
    assert.match(file, /^--file="\/[^"]*\/docker\/a,""b""\.Dockerfile"$/);
    const push = (await tools.lines()).find(({ argv }) => argv[1] === 'push');
    assert.equal(push?.argv.at(-1), 'oci:.:image');
  });

  void test('passes docker over where its driver writes no OCI layouts, says so, and goes on with buildah', async (t) => {
    const tools = await makeContainerTools(t, ['docker', 'buildah'], { inspect: 'Name:   default\nDriver: docker' });
    const { passedOver } = await build(t, tools);
    assert.equal((await buildLine(tools)).argv[0], 'build');
    assert.match(passedOver.join(), /^not built with buildx: its builder has the driver "docker"/);
    await refuses(build(t, tools, { builder: 'buildx' }), 'TOOL_MISSING', /no builder can be used here/);
  });

  void test('gives a tool only the variables it is configured by', async (t) => {
    for (const tool of ['docker', 'buildah'] as const) {
      const tools = await makeContainerTools(t, [tool]);
      const secrets = { CUTWATER_CI_KEY: 'secret', GITHUB_TOKEN: 'secret', AWS_SECRET_ACCESS_KEY: 'secret' };
      const environment = { ...tools.environment, ...secrets, BUILDX_BUILDER: 'far', STORAGE_DRIVER: 'vfs' };
      await build(t, { ...tools, environment });
      const { env } = await buildLine(tools);
      assert.ok(!JSON.stringify(env).includes('secret'), tool);
      assert.equal(
        tool === 'docker' ? env['BUILDX_BUILDER'] : env['STORAGE_DRIVER'],
        tool === 'docker' ? 'far' : 'vfs',
      );
    }
  });

  void test('uses the tool that the policy names, and says of each why it cannot', async (t) => {
    const both = await makeContainerTools(t, ['docker', 'buildah']);
    await build(t, both, { builder: 'buildah' });
    assert.equal((await buildLine(both)).argv[0], 'build');
    const none = { ...(await makeContainerTools(t, [])), environment: { PATH: await makeFolder(t) } };
    await refuses(build(t, none), 'TOOL_MISSING', /no builder can be used here/, [
      'buildx: neither "docker buildx" nor "buildx" answers',
      'buildah: buildah is not installed',
    ]);
  });

  void test('a failing build shows the last lines of the tool, escaped, and what emulation would help', async (t) => {
    for (const tool of ['docker', 'buildah'] as const) {
      const tools = await makeContainerTools(t, [tool], { says: 'step 3\n\u001b[31mexec format error' });
      const failed = await build(t, tools).then(
        () => undefined,
        (error: unknown) => error,
      );
      assert.ok(isCutwaterError(failed, 'BUILD_FAILED'), String(failed));
      assert.deepEqual(failed.details, ['step 3', '\\u{1b}[31mexec format error']);
      assert.match(failed.hint, /qemu-user/);
    }
  });

  void test('refuses a Dockerfile or context that is not in the commit, or is a link out of it', async (t) => {
    const tools = await makeContainerTools(t, ['buildah']);
    await refuses(
      build(t, tools, { dockerfile: 'no/Dockerfile' }),
      'BUILD_FAILED',
      /has no Dockerfile "no\/Dockerfile"/,
    );
    await refuses(build(t, tools, { dockerfile: 'outside' }), 'BUILD_FAILED', /a link there leads out/);
    await refuses(build(t, tools, { context: 'away' }), 'BUILD_FAILED', /has no build context "away"/);
    assert.ok((await tools.lines()).every(({ argv }) => argv[0] !== 'build'));
  });
});

async function build(
  scope: Scope,
  tools: Pick<ContainerTools, 'environment'>,
  more: Partial<DockerfileBuild> = {},
): Promise<{ readonly built: BuiltImage; readonly layout: string; readonly passedOver: readonly string[] }> {
  const folder = await makeFolder(scope);
  const sourceFolder = join(folder, 'source');
  const layoutFolder = join(folder, 'lay,out:1');
  await mkdir(join(sourceFolder, 'docker'), { recursive: true });
  await mkdir(layoutFolder);
  await writeFile(join(sourceFolder, 'docker/app.Dockerfile'), 'FROM scratch\n');
  await writeFile(join(sourceFolder, 'docker/a,"b".Dockerfile'), 'FROM scratch\n');
  await symlink('/etc/hostname', join(sourceFolder, 'outside'));
  await symlink('..', join(sourceFolder, 'away'));
  const { environment } = tools;
  const passedOver: string[] = [];
  const builder = dockerfileBuilder([buildx({ environment }), buildah({ environment })], (text) =>
    passedOver.push(text),
  );
  const built = await builder.build({
    sourceFolder,
    layoutFolder,
    build: {
      kind: 'dockerfile',
      dockerfile: 'docker/app.Dockerfile',
      context: '.',
      builder: 'auto',
      target: undefined,
      args: {},
      ...more,
    },
    platforms: [
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ],
    sourceDateEpoch: 1_700_000_000,
    annotations: { 'org.opencontainers.image.revision': 'abc' },
  });
  return { built, layout: layoutFolder, passedOver };
}

async function buildLine(tools: ContainerTools): Promise<ToolLine> {
  const line = (await tools.lines()).find(({ argv }) => argv.includes('build') && !argv.includes('--help'));
  assert.ok(line !== undefined);
  return line;
}

async function refuses(
  act: Promise<unknown>,
  code: ErrorCode,
  found: RegExp,
  details?: readonly string[],
): Promise<void> {
  await assert.rejects(act, (error) => {
    assert.ok(isCutwaterError(error, code), String(error));
    assert.match(error.message, found);
    if (details !== undefined) assert.deepEqual(error.details, details);
    return true;
  });
}
