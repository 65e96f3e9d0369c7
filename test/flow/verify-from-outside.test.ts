import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { bundleVerifier } from '../../src/adapters/sigstore-bundle/bundle-verifier.ts';
import { emptyEnvironment } from '../../src/adapters/process/run-tool.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { imageTag, parseImageReference } from '../../src/domain/image-name.ts';
import { makeArtifact } from '../../src/domain/oci-manifest.ts';
import { mediaTypes } from '../../src/domain/oci.ts';
import { streamOf } from '../../src/engine/facts/read-artifact.ts';
import { verifyImage } from '../../src/engine/verify/verify-image.ts';
import type { ImageRepository } from '../../src/ports/repository.ts';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import { changePolicy, maintainer, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import { makeKeylessProject } from '../make/keyless-project.ts';
import type { Ended } from '../make/program.ts';
import { runProgram, succeed } from '../make/program.ts';
import type { TestProject } from '../make/project.ts';
import { makeProject } from '../make/project.ts';
import { workflow } from '../make/sigstore-servers.ts';
import { companion, makeTwoImages } from '../make/two-images.ts';

/** Someone with an empty folder, files they were given, and a registry they can reach. */
interface Operator {
  verify(...args: readonly string[]): Promise<Ended>;
  /** Writes a file and gives its name. */
  file(name: string, text: string): Promise<string>;
}

async function makeOperator(scope: Scope): Promise<Operator> {
  const folder = await makeFolder(scope);
  const at = { folder, env: { ...emptyEnvironment(), HOME: folder } };
  return {
    verify: (...args) => runProgram(['verify', ...args], at),
    file: async (name, text) => {
      await writeFile(join(folder, name), text);
      return name;
    },
  };
}

async function startRegistry(scope: Scope): Promise<{ readonly host: string; open(name: string): ImageRepository }> {
  const registry = await listenRegistry({ folder: await makeFolder(scope) });
  scope.after(() => registry.close());
  const host = registry.url.slice('http://'.length);
  return {
    host,
    open: (name) => {
      const repository = openRepository({ registry: host, repository: name }, {});
      scope.after(async () => repository.close());
      return repository;
    },
  };
}

async function released(scope: Scope): Promise<{
  readonly project: TestProject;
  readonly image: string;
  readonly repository: ImageRepository;
  readonly operator: Operator;
  readonly key: string;
}> {
  const registry = await startRegistry(scope);
  const image = `${registry.host}/tiny`;
  const project = await makeProject(scope, { image, ciKey: 'p256' });
  await project.tag('1.0.0');
  await succeed(['release', '1.0.0'], await runner(scope, project));
  const operator = await makeOperator(scope);
  const key = await operator.file('cosign.pub', project.ciPublicPem);
  return { project, image, repository: registry.open('tiny'), operator, key };
}

async function passes(ended: Promise<Ended>): Promise<string> {
  const { exitCode, stdout, stderr } = await ended;
  assert.equal(exitCode, 0, stdout + stderr);
  return stdout;
}

async function digestAt(repository: ImageRepository, tag: string): Promise<string> {
  return (await repository.resolve(imageTag(tag)))?.digest ?? '';
}

void suite('an operator with a reference and a key', { concurrency: 2 }, () => {
  void test('verifies by tag, alias and digest, and is told what only others could tell', async (t) => {
    const { project, image, repository, operator, key } = await released(t);
    const index = await digestAt(repository, '1.0.0');
    for (const reference of [`${image}:1.0.0`, `${image}:1.0`, `${image}:latest`, `${image}@${index}`]) {
      const { exitCode, stdout, stderr } = await operator.verify(reference, '--key', key);
      assert.equal(exitCode, 0, `${reference}\n${stdout}\n${stderr}`);
      assert.match(stdout, /is 1\.0\.0 as CI released it: \d+ checks passed\. The notes say what was not checked\./);
    }
    const { checks }: { readonly checks: readonly { name: string; is: string; says: string }[] } = JSON.parse(
      (await operator.verify(`${image}@${index}`, '--key', key, '--json')).stdout,
    );
    const by = (name: string) => checks.find((check) => check.name === name);
    assert.match(by('statement')?.says ?? '', /^signed as CI by cosign\.pub: it is tiny 1\.0\.0$/);
    assert.deepEqual(
      [by('provenance')?.is, by('sbom linux/amd64')?.is, by('image')?.is],
      ['passed', 'passed', 'passed'],
    );
    assert.match(
      by('maintainer')?.says ?? '',
      /CI says that v1\.0\.0 is signed by Ada; only the maintainers' keys tell/,
    );
    assert.match(by('withdrawals')?.says ?? '', /no record that 1\.0\.0 was withdrawn/);

    const notes = await readFile(join(project.data, 'releases', 'v1.0.0', 'notes.md'), 'utf8');
    const [, told = ''] = /^cutwater verify (\S+ --key \S+)$/m.exec(notes) ?? [];
    await operator.file('ci.pub', project.ciPublicPem);
    assert.equal((await operator.verify(...told.split(' '))).exitCode, 0, 'the release notes say what works');

    const ada = await maintainer(project);
    await succeed(['withdraw', '1.0.0', '--reason', 'loses uploads', '--push', '--aliases', 'hold'], ada);
    await succeed(['reconcile'], await runner(t, project));
    const later = await operator.verify(`${image}:1.0.0`, '--key', key);
    assert.match(later.stdout, /1\.0\.0 was WITHDRAWN by 1 of the registry's records, and restored by 0;/);
    assert.match(later.stdout, /is 1\.0\.0 as CI released it, but records in the registry withdraw it: \d+ checks/);
    const manifest = await repository.readManifest(imageTag('1.0.0'));
    assert.ok(manifest);
    const { manifests }: { readonly manifests: readonly { digest: string }[] } = JSON.parse(
      Buffer.from(manifest.bytes).toString(),
    );
    const platform = await operator.verify(`${image}@${manifests[0]?.digest ?? ''}`, '--key', key);
    assert.equal(platform.exitCode, 0, platform.stdout);
    assert.match(platform.stdout, /the linux\/amd64 of sha256:/);
  });

  void test('is told of another image under the tag, of one that nobody released, and of one that is gone', async (t) => {
    const { project, image, repository, operator, key } = await released(t);
    await changePolicy(project, (text) => `${text}channels: {edge: true}\n`);
    await project.commit({ 'app.txt': 'two\n' });
    await succeed(['edge'], await runner(t, project));
    const built = await operator.verify(`${image}:edge`, '--key', key);
    assert.equal(built.exitCode, 3, built.stdout + built.stderr);
    assert.match(built.stdout, /signed is only: provenance.*It was built, and not released/);
    assert.match(built.stdout, /is NOT a release that this signer made\. Do not deploy it\./);

    const edge = await repository.readManifest(imageTag('edge'));
    assert.ok(edge);
    for (const tag of ['1.0.0', '1.0', 'stranger']) await repository.writeManifest(imageTag(tag), edge);
    const moved = await operator.verify(`${image}:1.0.0`, '--key', key);
    assert.equal(moved.exitCode, 3);
    assert.match(
      moved.stdout,
      /the signed statement of 1\.0\.0 names sha256:[0-9a-f]{64}, this is sha256:[0-9a-f]{64}/,
    );
    assert.equal((await operator.verify(`${image}:1.0`, '--key', key)).exitCode, 3);
    assert.equal((await operator.verify(`${image}:stranger`, '--key', key)).exitCode, 3);
    const gone = await operator.verify(`${image}:9.9.9`, '--key', key);
    assert.equal(gone.exitCode, 3);
    assert.match(gone.stderr, /the registry does not have it.*next: Check its name and tag/s);
  });

  void test('is not given an old release under the tag of a version that nobody released, nor in a clone', async (t) => {
    const { project, image, repository, operator, key } = await released(t);
    const old = await repository.readManifest(imageTag('1.0.0'));
    assert.ok(old);
    for (const tag of ['1.0.1', '2.0.0-rc.1', 'edge', 'stable']) await repository.writeManifest(imageTag(tag), old);
    for (const tag of ['1.0.1', '2.0.0-rc.1']) {
      const { exitCode, stdout } = await operator.verify(`${image}:${tag}`, '--key', key);
      assert.equal(exitCode, 3, stdout);
      assert.match(stdout, new RegExp(`FAILED\\s+tag\\s+${tag.replaceAll('.', '\\.')} holds the image of 1\\.0\\.0`));
    }
    // Names that are no versions promise none.
    for (const tag of ['edge', 'stable'])
      assert.match(await passes(operator.verify(`${image}:${tag}`, '--key', key)), /note\s+tag\s+\w+ leads to 1\.0\.0/);
    assert.match(await passes(operator.verify(`${image}:1.0`, '--key', key)), /ok\s+tag\s+1\.0 leads to 1\.0\.0/);
    const statement = await repository.readManifest(imageTag('statement-1.0.0'));
    assert.ok(statement);
    // An alias that was left behind, or put back, by whoever may push.
    await repository.writeManifest(imageTag('statement-1.0.3'), statement);
    assert.match(
      await passes(operator.verify(`${image}:1.0`, '--key', key)),
      /note\s+tag\s+1\.0 leads to 1\.0\.0, and the registry lists a\s+statement of 1\.0\.3; whether/,
    );
    await repository.writeManifest(imageTag('statement-2.0.0-rc.1'), statement);
    const stated = await operator.verify(`${image}:2.0.0-rc.1`, '--key', key);
    assert.equal(stated.exitCode, 3, stated.stdout);
    assert.match(stated.stdout, /statement-2\.0\.0-rc\.1: it speaks of version 1\.0\.0/);
    const inClone = await runProgram(['verify', `${image}:1.0.1`], await runner(t, project));
    assert.equal(inClone.exitCode, 3, inClone.stdout);
    assert.match(inClone.stdout, /there is no release statement for 1\.0\.1/);
  });

  void test('finds the release although strangers attached more to its image than anybody reads', async (t) => {
    const { project, image, repository } = await released(t);
    const reference = parseImageReference(`${image}:latest`);
    const subject = await repository.resolve(imageTag('latest'));
    assert.ok(reference.is === 'ok' && subject);
    const bytes = new TextEncoder().encode('no bundle');
    const layer = { mediaType: mediaTypes.sigstoreBundle, digest: digestOf(bytes), size: bytes.length };
    await repository.writeBlob(layer, () => streamOf(bytes));
    const own = (await repository.listReferrers(subject.digest)).map(({ digest }) => digest);
    for (let at = 0; at < 60; at += 1) {
      const artifact = { artifactType: layer.mediaType, layers: [layer], subject, annotations: { at: String(at) } };
      const manifest = makeArtifact(artifact);
      await repository.writeManifest(manifest.digest, manifest);
    }
    // A registry lists them in whatever order; here the strangers' come first.
    const listReferrers: ImageRepository['listReferrers'] = async (digest) =>
      (await repository.listReferrers(digest)).toSorted(
        (left, right) => Number(own.includes(left.digest)) - Number(own.includes(right.digest)),
      );
    const listed = { ...repository, listReferrers };
    const trust = {
      maintainers: [],
      ci: [{ kind: 'key', name: 'ci', publicKeyPem: project.ciPublicPem }] as const,
      origin: '--key',
    };
    const { verdict, version } = await verifyImage(
      { repository: listed, statements: listed, bundleVerifier: bundleVerifier() },
      { reference: reference.value, releasedAs: image, trust },
    );
    assert.deepEqual([verdict, version], ['passed', '1.0.0']);
  });

  void test('with the key of another project learns that nothing counts, and of a silent registry that nobody could look', async (t) => {
    const { image, operator } = await released(t);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const other = await operator.file('other.pub', publicKey.export({ type: 'spki', format: 'pem' }).toString());
    const strange = await operator.verify(`${image}:1.0.0`, '--key', other);
    assert.equal(strange.exitCode, 3);
    assert.match(
      strange.stdout,
      /statement-1\.0\.0: its signature does not count: no CI key trusted by "other\.pub" made/,
    );
    const silent = await operator.verify('127.0.0.1:1/tiny:1.0.0', '--key', other);
    assert.equal(silent.exitCode, 6, silent.stderr);
  });

  void test('of a mirror says what it is a mirror of; the right image of another name does not pass for this one', async (t) => {
    const project = await makeTwoImages(t);
    await project.tag('1.0.0');
    await succeed(['release', '1.0.0'], await runner(t, project));
    const registry = await listenRegistry({ folder: join(project.data, 'registry'), readOnly: true });
    t.after(() => registry.close());
    const host = registry.url.slice('http://'.length);
    const operator = await makeOperator(t);
    const key = await operator.file('cosign.pub', project.ciPublicPem);
    const other = await operator.verify(`${host}/tiny:1.0.0`, '--key', key);
    assert.equal(other.exitCode, 3);
    assert.match(
      other.stdout,
      /it was released as embedded\/tiny, and not as 127\.0\.0\.1:\d+\/tiny; for a copy of it say --mirror-of/,
    );
    const copy = await operator.verify(`${host}/tiny:1.0.0`, '--key', key, '--mirror-of', 'embedded/tiny');
    assert.equal(copy.exitCode, 0, copy.stdout);
    assert.match(copy.stdout, /1 other images of the release/);

    const web = [`${host}/${companion}:1.0.0`, '--key', key, '--mirror-of', `embedded/${companion}`];
    const alone = await operator.verify(...web);
    assert.equal(alone.exitCode, 3, 'its own repository has no statement');
    const whole = await operator.verify(...web, '--statements', `${host}/tiny`);
    assert.equal(whole.exitCode, 0, whole.stdout);
    const swapped = [`${host}/${companion}:1.0.0`, '--key', key, '--mirror-of', 'embedded/tiny'];
    assert.equal((await operator.verify(...swapped, '--statements', `${host}/tiny`)).exitCode, 3);
  });

  void test('of a workflow needs its identity, its issuer and a trusted root, and no other identity passes', async (t) => {
    const registry = await startRegistry(t);
    const image = `${registry.host}/tiny`;
    const { services, at } = await makeKeylessProject(t, { image });
    await succeed(['release', '1.0.0'], at);
    const operator = await makeOperator(t);
    const root = await operator.file('root.json', services.trustedRoot);
    const verify = (identity: string, issuer: string) =>
      operator.verify(
        `${image}:1.0.0`,
        '--certificate-identity',
        identity,
        '--certificate-oidc-issuer',
        issuer,
        '--trusted-root',
        root,
      );
    const asked = services.requests.length;
    const right = await verify(workflow.identity, workflow.issuer);
    assert.equal(right.exitCode, 0, right.stdout + right.stderr);
    assert.match(right.stdout, /statement\s+signed as CI by https:\/\/github\.com/);
    assert.equal(services.requests.length, asked, 'no service is asked');
    const other = await verify(workflow.identity.replace('release.yml', 'other.yml'), workflow.issuer);
    assert.equal(other.exitCode, 3);
    assert.match(other.stdout, /its certificate is of "https:\/\/github\.com\/acme\/app\//);
    assert.equal((await verify(workflow.identity, 'https://issuer.example')).exitCode, 3);
    const { publicKey } = generateKeyPairSync('ed25519');
    const pem = await operator.file('key.pub', publicKey.export({ type: 'spki', format: 'pem' }).toString());
    const byKey = await operator.verify(`${image}:1.0.0`, '--key', pem);
    assert.match(byKey.stdout, /signed with a certificate, and "key\.pub" trusts keys alone/);
  });
});
