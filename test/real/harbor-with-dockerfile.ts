import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTool } from '../../src/adapters/process/run-tool.ts';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import type { RunAt } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { makeProject } from '../make/project.ts';
import { makeTrivyStandIn } from '../make/trivy-stand-in.ts';
import { makeImageOf } from './make-image.ts';
import { notRun, pathOf, skopeo, startDockerRegistry, succeed } from './peers.ts';
import { dpkgStatus, osRelease } from './scanned-release.ts';
import { trivyPeer, trivyScanner } from './trivy-peer.ts';

export interface HarborProject {
  readonly project: TestProject;
  /** `127.0.0.1:PORT`. */
  readonly registry: string;
  /** `127.0.0.1:PORT/acme/harbor`. */
  readonly image: string;
  /** `127.0.0.1:PORT/acme/debian`: the image below, by the same registry. */
  readonly base: string;
  readonly publicKeyFile: string;
  /** A CI runner with buildah and the scanner. */
  readonly ci: RunAt;
  /** Somebody without any key. */
  readonly outsider: RunAt;
}

/**
 * The example as a project like RustShare: a Dockerfile with a stage that "compiles" on the machine that builds and a last
 * one on a base with packages, programs taken out of the image, a smoke test of the candidate, a scan. Docker-registry holds it all.
 */
export async function makeHarborProject(scope: Scope, version: string): Promise<HarborProject> {
  const docker = await startDockerRegistry();
  scope.after(() => docker.close());
  const registry = docker.host;
  const base = `${registry}/acme/debian`;
  const image = `${registry}/acme/harbor`;
  const debian = { '/etc/os-release': osRelease, '/etc/debian_version': '12.5\n', '/var/lib/dpkg/status': dpkgStatus };
  await push(scope, debian, `${base}:12`);
  await push(scope, { '/bin/busybox': await readFile(pathOf('busybox')) }, `${registry}/acme/toolchain:1`);
  const project = await makeProject(scope, { image, ciKey: 'p256' });
  await addHarbor(project.clone.folder, version);
  await changePolicy(project, policyOf, { 'docker/backend.Dockerfile': dockerfileOf(registry) });
  const tools = { ...(await buildahEnvironment(scope, registry)), ...(await scannerEnvironment(scope)) };
  const ci = await runner(scope, project);
  const PATH = [tools.PATH, ci.env['PATH']].join(delimiter);
  const publicKeyFile = join(await makeFolder(scope), 'ci.pub');
  await writeFile(publicKeyFile, project.ciPublicPem);
  return {
    project,
    registry,
    image,
    base,
    publicKeyFile,
    ci: { ...ci, env: { ...ci.env, ...tools, PATH } },
    outsider: { ...(await runner(scope, project)), env: (await maintainer(project)).env },
  };
}

/** Makes an image of two platforms and gives it a tag. */
async function push(scope: Scope, files: Readonly<Record<string, string | Uint8Array>>, name: string): Promise<void> {
  const { folder } = await makeImageOf(scope, files);
  await succeed(
    skopeo(['copy', '--all', '--preserve-digests', '--dest-tls-verify=false', `oci:${folder}`, `docker://${name}`]),
  );
}

/** The example's sources, and its programs as base64: there is no compiler in the stage that builds, but there is base64. */
async function addHarbor(folder: string, version: string): Promise<void> {
  const example = fileURLToPath(new URL('../../examples/harbor', import.meta.url));
  for (const part of ['src', 'toolchain', 'build.mjs', 'smoke.mjs'])
    await cp(join(example, part), join(folder, part), { recursive: true });
  await writeFile(join(folder, 'version.txt'), `${version}\n`);
  await succeed(runTool({ command: process.execPath, args: [join(folder, 'build.mjs')] }));
  await mkdir(join(folder, 'dist'));
  for (const name of ['harbor-amd64', 'harbor-arm64']) {
    const program = await readFile(join(folder, 'build', name));
    await writeFile(join(folder, 'dist', `${name}.b64`), `${program.toString('base64')}\n`);
  }
  await rm(join(folder, 'build'), { recursive: true });
}

function policyOf(text: string): string {
  return text
    .replace(/ {6}assemble:\n(?: {8}.*\n)+/, '      dockerfile: docker/backend.Dockerfile\n      builder: buildah\n')
    .concat(
      'binaries:',
      '\n  - { name: "harbor-{machine}-linux", path: /usr/local/bin/harbor, static: true, versionArgs: [--version] }',
      '\nversionFiles: [version.txt]',
      '\ngates:\n  - { name: smoke, on: candidate, command: [node, smoke.mjs, "{image}"], timeout: 1m }',
      '\nscan: { tool: trivy }\n',
    );
}

/** Two stages like RustShare's. The second platform is made by copying: nothing of it is run on this machine. */
function dockerfileOf(registry: string): string {
  return `FROM --platform=$BUILDPLATFORM ${registry}/acme/toolchain:1 AS toolchain
RUN ["/bin/busybox", "--install", "-s", "/bin"]

FROM toolchain AS build
ARG TARGETARCH
WORKDIR /src
COPY dist dist
RUN base64 -d "dist/harbor-$TARGETARCH.b64" > /harbor && chmod 0755 /harbor

FROM ${registry}/acme/debian:12
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/harbor"]
COPY --from=build /harbor /usr/local/bin/harbor
`;
}

/** Variables that make buildah store in a folder of its own, isolate without a namespace, and pull from this registry. */
export async function buildahEnvironment(scope: Scope, registry: string): Promise<Readonly<Record<string, string>>> {
  const home = await mkdtemp(join(tmpdir(), 'cw-buildah-'));
  scope.after(() => rm(home, { recursive: true, force: true, maxRetries: 3 }));
  const storage = `[storage]\ndriver = "vfs"\nrunroot = "${join(home, 'run')}"\ngraphroot = "${join(home, 'root')}"\n`;
  await writeFile(join(home, 'storage.conf'), storage);
  await writeFile(join(home, 'registries.conf'), `[[registry]]\nlocation = "${registry}"\ninsecure = true\n`);
  return {
    STORAGE_DRIVER: 'vfs',
    BUILDAH_ISOLATION: 'chroot',
    CONTAINERS_STORAGE_CONF: join(home, 'storage.conf'),
    CONTAINERS_REGISTRIES_CONF: join(home, 'registries.conf'),
  };
}

/** The real trivy with a finding that is mild; where it was not built, its stand-in, which is said. */
export async function scannerEnvironment(
  scope: Scope,
): Promise<Readonly<Record<string, string>> & { readonly PATH: string }> {
  if (trivyPeer.is === 'missing') {
    notRun('the scan of the whole release by the real trivy; a stand-in made the report', trivyPeer.why);
    return { PATH: (await makeTrivyStandIn(scope)).folder };
  }
  const { environment, path, tool, writeDatabase } = trivyScanner(scope, trivyPeer.path);
  const database = await makeFolder(scope);
  const mild = { id: 'CVE-2026-1002', package: 'zlib', fixedIn: '1:1.2.13.dfsg-2', severity: 'low' } as const;
  await writeDatabase(database, { advisories: [mild], updatedAt: new Date() });
  const bin = await makeFolder(scope);
  await symlink(path, join(bin, tool));
  return { ...environment(database), PATH: bin };
}
