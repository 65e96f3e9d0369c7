import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../../src/domain/digest.ts';
import { maintainer, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import { readJson, succeed as release } from '../make/program.ts';
import { makeCiKey, makeProject } from '../make/project.ts';
import { cosign, oras, realTest, skopeo, startDockerRegistry, succeed } from './peers.ts';

realTest(
  'what cosign signed in its old form and in its new one is shown beside a release on docker-registry, by whose key it is',
  ['docker-registry', 'cosign', 'oras', 'skopeo'],
  async (t) => {
    const registry = await startDockerRegistry();
    t.after(() => registry.close());
    const image = `${registry.host}/acme/tiny`;
    const project = await makeProject(t, { image, ciKey: 'p256' });
    await project.tag('1.0.0');
    await release(['release', '1.0.0'], await runner(t, project));
    const raw = await succeed(skopeo(['inspect', '--raw', '--tls-verify=false', `docker://${image}:1.0.0`]));
    const signed = `${image}@${digestOf(raw)}`;
    const own = await importKey(t, project.ciKeyPem);
    const stranger = await importKey(t, makeCiKey('p256').privatePem);
    const predicate = join(await makeFolder(t), 'predicate.json');
    await writeFile(predicate, '{"looked":"twice"}');
    const attest = ['attest', '--type', 'https://example.org/review/v1', '--predicate', predicate];
    const old = '--new-bundle-format=false';
    await withCosign(['sign', old, '--key', own, signed]);
    await withCosign(['sign', old, '--key', stranger, signed]);
    await withCosign([...attest, old, '--key', own, signed]);
    const publicKey = own.replace(/\.key$/, '.pub');
    await succeed(cosign(['verify', '--key', publicKey, '--insecure-ignore-tlog', old, signed]));
    // These write the fallback index anew, which our own documents are in.
    await withCosign(['sign', '--key', own, signed]);
    await withCosign([...attest, '--key', stranger, signed]);
    const junk = join(await makeFolder(t), 'junk');
    await writeFile(junk, 'no bundle at all');
    const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
    const words = ['attach', '--plain-http', '--disable-path-validation', `--artifact-type=${bundleType}`];
    await succeed(oras([...words, signed, `${junk}:${bundleType}`]));

    const { checks, verdict } = await readJson(['verify', '1.0.0'], await maintainer(project));
    assert.equal(verdict, 'passed', JSON.stringify(checks));
    const says = (name: string): string =>
      String(Object(checks).find((check: Record<string, unknown>) => check['name'] === name)?.says);
    const ours = says('other documents');
    assert.match(ours, /"signature in the old form of cosign" on index by CI key ci/);
    assert.match(ours, /"https:\/\/example\.org\/review\/v1 in the old form of cosign" on index by CI key ci/);
    assert.match(ours, /"https:\/\/sigstore\.dev\/cosign\/sign\/v1" on index by CI key ci/);
    const foreign = says('foreign documents');
    assert.match(foreign, /"signature in the old form of cosign" on index as sha256-\S+\.sig: no CI key trusted/);
    assert.match(foreign, /"sigstore bundle" on index as sha256:\S+: no CI key trusted/);
    assert.match(foreign, /"sigstore bundle" on index as sha256:\S+: the bundle is not a sigstore bundle/);
    assert.equal(foreign.split('; ').length, 3, foreign);
    // Whatever stands in the registry: nothing is built or signed again.
    await release(['release', '1.0.0'], await runner(t, project));
  },
);

const password = { COSIGN_PASSWORD: '' };

/** Signs without a log and without any service. */
async function withCosign([act = '', ...words]: readonly string[]): Promise<void> {
  const quiet = ['--use-signing-config=false', '--tlog-upload=false', '--yes'];
  await succeed(cosign([act, ...quiet, ...words], password));
}

/** A key as cosign keeps it. */
async function importKey(scope: Scope, pem: string): Promise<string> {
  const folder = await makeFolder(scope);
  const file = join(folder, 'key.pem');
  await writeFile(file, pem);
  const prefix = join(folder, 'imported');
  await succeed(cosign(['import-key-pair', '--key', file, '--output-key-prefix', prefix, '--yes'], password));
  return `${prefix}.key`;
}
