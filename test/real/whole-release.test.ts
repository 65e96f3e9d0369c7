import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ToolResult } from '../../src/adapters/process/run-tool.ts';
import type { Digest } from '../../src/domain/digest.ts';
import { digestOf, hexOf } from '../../src/domain/digest.ts';
import type { ReleasePredicate } from '../../src/domain/release-statement.ts';
import { parseReleaseStatement } from '../../src/report/documents/parse-release-statement.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import { runProgram, succeed as release } from '../make/program.ts';
import type { HarborProject } from './harbor-with-dockerfile.ts';
import { makeHarborProject } from './harbor-with-dockerfile.ts';
import { cosign, oras, realTest, skopeo, succeed } from './peers.ts';

/** One signed document of the release, as others find it. */
interface Attestation {
  readonly about: Digest;
  /** As cosign's --type takes it. */
  readonly type: string;
  /** The referrer manifest. */
  readonly referrer: Digest;
}

const releaseType = 'https://in-toto.io/attestation/release/v0.1';
const types = {
  provenance: 'slsaprovenance1',
  sbom: 'cyclonedx',
  scan: 'https://in-toto.io/attestation/vulns/v0.2',
} as const;

realTest(
  'an image of two platforms goes through buildah into docker-registry whole: cosign, oras and skopeo read every document, and verify finds it right',
  ['docker-registry', 'buildah', 'busybox', 'skopeo', 'cosign', 'oras'],
  async (t) => {
    const harbor = await makeHarborProject(t, '1.0.0');
    await harbor.project.tag('1.0.0');
    await release(['release', '1.0.0'], harbor.ci);
    const assets = join(harbor.project.data, 'releases/v1.0.0/assets');
    const stated = await readStatement(join(assets, 'statement.sigstore.json'));
    assert.equal(stated.binaries.length, 2);
    assert.deepEqual(
      stated.documents.map(({ role, platform }) => `${role} ${platform ?? 'index'}`),
      ['provenance index', 'sbom linux/amd64', 'sbom linux/arm64', 'scan linux/amd64', 'scan linux/arm64'],
    );
    assert.deepEqual(
      stated.gates.map(({ name, outcome }) => `${name} ${outcome}`),
      ['smoke passed'],
    );
    const statement = digestOf(await rawManifest(`${harbor.image}:statement-1.0.0`));
    const attestations: readonly Attestation[] = [
      ...stated.documents.map(({ role, subject, referrer }) => ({ about: subject, type: types[role], referrer })),
      { about: stated.image.index, type: releaseType, referrer: statement },
    ];

    await t.test('skopeo reads the released digests under every tag, and a copy has them too', () =>
      checkCopies(t, harbor, stated),
    );
    await t.test('oras lists every document below the image it is about', () => checkLists(harbor, attestations));
    await t.test('cosign verifies each on the image, and refuses another key, type and image', async () => {
      const stranger = await makeStranger(t);
      for (const attestation of attestations) await checkOnImage(harbor, attestation, stranger);
    });
    await t.test('cosign verifies each as a file, and refuses another key, type and digest', async () => {
      const stranger = await makeStranger(t);
      for (const attestation of attestations) await checkAsFile(t, harbor, { attestation, stranger });
    });
    await t.test('cosign verifies the downloaded programs by provenance and statement, and refuses changed ones', () =>
      checkPrograms(t, harbor, { assets, stated }),
    );
    await t.test('verify --deep --start finds everything right for somebody without a key', () =>
      checkOwn(harbor, stated),
    );
    await t.test(
      'verify --rebuild has buildah make the same image from the commit, and leaves the registry alone',
      () => checkRebuilt(harbor, stated),
    );
  },
);

realTest(
  'verify --rebuild says which file buildah made another way, that the program is the same, and ends with 3',
  ['docker-registry', 'buildah', 'busybox', 'skopeo'],
  async (t) => {
    const { ci, project } = await makeHarborProject(t, '1.0.0');
    const file = 'docker/backend.Dockerfile';
    const written = await project.clone.git('show', `HEAD:${file}`);
    const stamped = written
      .replace('chmod 0755 /harbor', 'chmod 0755 /harbor && cat /proc/sys/kernel/random/uuid > /stamp')
      .concat('\nCOPY --from=build /stamp /etc/stamp\n');
    await project.commit({ [file]: stamped });
    await project.tag('1.0.0');
    await release(['release', '1.0.0'], ci);
    const { exitCode, stdout } = await runProgram(['verify', '1.0.0', '--rebuild', '--json'], ci);
    const { checks, verdict }: { checks: readonly Record<string, string>[]; verdict: string } = JSON.parse(stdout);
    const lines = checks.flatMap(({ is, says = '' }) => (is === 'differs' ? [says] : []));
    assert.deepEqual([exitCode, verdict, lines.length], [3, 'differs', 2], stdout);
    for (const line of lines) {
      assert.match(line, /by dockerfile: layer \d: "etc\/stamp" has other bytes \(/);
      assert.match(line, /; program "harbor-\w+-linux" has the same bytes$/);
    }
  },
);

async function checkCopies(scope: Scope, { image }: HarborProject, stated: ReleasePredicate): Promise<void> {
  const { index, platforms } = stated.image;
  const commit = `sha-${stated.build.commit}`;
  for (const tag of ['1.0.0', '1.0', '1', 'latest', commit])
    assert.equal(digestOf(await rawManifest(`${image}:${tag}`)), index, tag);
  const copy = `oci:${await makeFolder(scope)}:copy`;
  await succeed(
    skopeo(['copy', '--all', '--preserve-digests', '--src-tls-verify=false', `docker://${image}:1.0.0`, copy]),
  );
  const raw = await succeed(skopeo(['inspect', '--raw', copy]));
  assert.equal(digestOf(raw), index);
  const { manifests }: { manifests: readonly { digest: string }[] } = JSON.parse(raw);
  assert.deepEqual(
    manifests.map((entry) => entry.digest),
    platforms.map((platform) => platform.digest),
  );
  for (const [architecture, user] of [
    ['amd64', '65532:65532'],
    ['arm64', '65532:65532'],
  ] as const) {
    const asked = ['inspect', '--config', `--override-arch=${architecture}`, copy];
    const config: unknown = JSON.parse(await succeed(skopeo(asked)));
    assert.equal(Reflect.get(Object(config), 'architecture'), architecture);
    assert.equal(Reflect.get(Object(Reflect.get(Object(config), 'config')), 'User'), user);
  }
}

async function checkLists({ image }: HarborProject, attestations: readonly Attestation[]): Promise<void> {
  for (const { about, referrer, type } of attestations) {
    const listed = await succeed(oras(['discover', '--plain-http', '--format', 'json', `${image}@${about}`]));
    assert.ok(listed.includes(referrer), `${type} of ${about}: ${listed}`);
    assert.ok(listed.includes('application/vnd.dev.sigstore.bundle.v0.3+json'), listed);
  }
}

async function checkOnImage(harbor: HarborProject, attestation: Attestation, stranger: string): Promise<void> {
  const { about, type } = attestation;
  const attested = (changed: { readonly type?: string; readonly key?: string; readonly image?: string } = {}) =>
    cosign([
      'verify-attestation',
      `--key=${changed.key ?? harbor.publicKeyFile}`,
      '--insecure-ignore-tlog',
      `--type=${changed.type ?? type}`,
      changed.image ?? `${harbor.image}@${about}`,
    ]);
  await succeed(attested());
  await fails(attested({ key: stranger }), type);
  await fails(attested({ type: 'openvex' }), type);
  // Whoever may push can attach a document to another image; it still speaks of the one it is about.
  const other = digestOf(await rawManifest(`${harbor.base}:12`));
  const bundle = join(harbor.project.data, `${hexOf(attestation.referrer)}.json`);
  await writeFile(bundle, await readBundle(harbor, attestation));
  const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
  const words = ['attach', '--plain-http', '--disable-path-validation', `--artifact-type=${mediaType}`];
  await succeed(oras([...words, `${harbor.base}@${other}`, `${bundle}:${mediaType}`]));
  await fails(attested({ image: `${harbor.base}@${other}` }), type);
}

async function checkAsFile(
  scope: Scope,
  harbor: HarborProject,
  { attestation, stranger }: { readonly attestation: Attestation; readonly stranger: string },
): Promise<void> {
  const { about, type } = attestation;
  const bundle = join(await makeFolder(scope), 'bundle.json');
  await writeFile(bundle, await readBundle(harbor, attestation));
  const attested = (changed: { readonly type?: string; readonly key?: string; readonly digest?: Digest } = {}) =>
    verifyBlob({ bundle, key: changed.key ?? harbor.publicKeyFile, type: changed.type ?? type }, [
      '--digestAlg=sha256',
      `--digest=${hexOf(changed.digest ?? about)}`,
    ]);
  await succeed(attested());
  await fails(attested({ key: stranger }), type);
  await fails(attested({ type: 'openvex' }), type);
  await fails(attested({ digest: digestOf('another image') }), type);
}

async function checkPrograms(
  scope: Scope,
  harbor: HarborProject,
  { assets, stated }: { readonly assets: string; readonly stated: ReleasePredicate },
): Promise<void> {
  const changed = join(await makeFolder(scope), 'changed');
  for (const { name } of stated.binaries) {
    await writeFile(changed, Buffer.concat([await readFile(join(assets, name)), Buffer.from([0])]));
    for (const [file, type] of [
      ['provenance.sigstore.json', types.provenance],
      ['statement.sigstore.json', releaseType],
    ] as const) {
      const by = { bundle: join(assets, file), key: harbor.publicKeyFile, type };
      await succeed(verifyBlob(by, [join(assets, name)]));
      await fails(verifyBlob(by, [changed]), `${name} ${type}`);
    }
  }
}

async function checkOwn({ image, outsider }: HarborProject, stated: ReleasePredicate): Promise<void> {
  const asked = ['verify', `${image}@${stated.image.index}`, '--deep', '--start'];
  const { exitCode, stdout, stderr } = await runProgram(asked, outsider);
  for (const platform of ['linux/amd64', 'linux/arm64'])
    assert.match(stdout, new RegExp(`ok +sbom contents ${platform} `));
  assert.match(stdout, /ok +start harbor-\S+ +it says 1\.0\.0/);
  // Without an emulator nobody can look at the program of the other machine, and that is said.
  assert.equal(exitCode, /not checked +start harbor-/.test(stdout) ? 6 : 0, `${stdout}\n${stderr}`);
}

async function checkRebuilt({ ci, image }: HarborProject, stated: ReleasePredicate): Promise<void> {
  const tags = async (): Promise<string> => succeed(oras(['repo', 'tags', '--plain-http', image]));
  const before = await tags();
  const rebuilt = await runProgram(['verify', '1.0.0', '--rebuild'], ci);
  assert.match(rebuilt.stdout, /rebuild +built again from \w{12} by dockerfile: the same image,/, rebuilt.stderr);
  assert.ok(rebuilt.stdout.replaceAll(/\s/g, '').includes(`thesameimage,${stated.image.index}`), rebuilt.stdout);
  assert.equal(rebuilt.exitCode, 0, rebuilt.stderr);
  assert.equal(await tags(), before);
}

function verifyBlob(
  by: { readonly bundle: string; readonly key: string; readonly type: string },
  subject: readonly string[],
): Promise<ToolResult> {
  const words = [`--key=${by.key}`, '--insecure-ignore-tlog', `--bundle=${by.bundle}`, `--type=${by.type}`];
  return cosign(['verify-blob-attestation', ...words, ...subject]);
}

async function fails(running: Promise<ToolResult>, what: string): Promise<void> {
  const { exitCode, stderr } = await running;
  assert.equal(exitCode > 0, true, `${what} was believed`);
  // And it is no failure to find or read anything.
  assert.doesNotMatch(stderr, /unknown flag|no such file|connection refused|usage:/i, what);
}

/** The bundle inside a referrer, fetched by a client of others. */
async function readBundle({ image }: HarborProject, { referrer }: Attestation): Promise<string> {
  const manifest: { layers: readonly { digest: string }[] } = JSON.parse(await rawManifest(`${image}@${referrer}`));
  const layer = manifest.layers[0]?.digest ?? '';
  return succeed(oras(['blob', 'fetch', '--plain-http', '--output=-', `${image}@${layer}`]));
}

function rawManifest(name: string): Promise<string> {
  return succeed(skopeo(['inspect', '--raw', '--tls-verify=false', `docker://${name}`]));
}

async function makeStranger(scope: Scope): Promise<string> {
  const file = join(await makeFolder(scope), 'stranger.pub');
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  await writeFile(file, publicKey.export({ type: 'spki', format: 'pem' }));
  return file;
}

async function readStatement(file: string): Promise<ReleasePredicate> {
  const bundle: { dsseEnvelope: { payload: string } } = JSON.parse(await readFile(file, 'utf8'));
  const read = parseReleaseStatement(new Uint8Array(Buffer.from(bundle.dsseEnvelope.payload, 'base64')));
  return read.is === 'ok' ? read.value.predicate : assert.fail(read.reason);
}
