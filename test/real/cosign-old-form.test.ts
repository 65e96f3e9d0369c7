import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../../src/domain/digest.ts';
import { maintainer, runner } from '../make/actors.ts';
import type { Scope } from '../make/folder.ts';
import { makeFolder } from '../make/folder.ts';
import { readJson, succeed as release } from '../make/program.ts';
import { makeKeylessProject } from '../make/keyless-project.ts';
import { makeCiKey, makeProject } from '../make/project.ts';
import { identityToken } from '../make/sigstore-servers.ts';
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
    assert.match(ours, /"signature in the old form of cosign" on index by ci/);
    assert.match(ours, /"https:\/\/example\.org\/review\/v1 in the old form of cosign" on index by ci/);
    assert.match(ours, /"https:\/\/sigstore\.dev\/cosign\/sign\/v1" on index by ci/);
    const foreign = says('foreign documents');
    assert.match(foreign, /"signature in the old form of cosign" on index as sha256-\S+\.sig: no CI key trusted/);
    assert.match(foreign, /"sigstore bundle" on index as sha256:\S+: no CI key trusted/);
    assert.match(foreign, /"sigstore bundle" on index as sha256:\S+: the bundle is not a sigstore bundle/);
    assert.equal(foreign.split('; ').length, 3, foreign);
    // Whatever stands in the registry: nothing is built or signed again.
    await release(['release', '1.0.0'], await runner(t, project));
  },
);

realTest(
  'what a workflow signed by cosign without a key in the old form counts by its certificate and the log',
  ['docker-registry', 'cosign', 'skopeo'],
  async (t) => {
    const registry = await startDockerRegistry();
    t.after(() => registry.close());
    const image = `${registry.host}/acme/tiny`;
    const { at, services } = await makeKeylessProject(t, { image });
    await release(['release', '1.0.0'], at);
    const raw = await succeed(skopeo(['inspect', '--raw', '--tls-verify=false', `docker://${image}:1.0.0`]));
    const roots = await writeRoots(t, services.trustedRoot);
    const sign = (claims: Readonly<Record<string, string>> = {}): Promise<void> =>
      withoutKey(identityToken(claims), [services.url, `${image}@${digestOf(raw)}`], roots);
    await sign({ sub: 'https://github.com/acme/fork/.github/workflows/release.yml@refs/tags/v1.0.0' });
    const says = async (name: string): Promise<string> => {
      const { checks } = await readJson(['verify', '1.0.0'], at);
      const found: Record<string, unknown> =
        Object(checks).find((check: { name: string }) => check.name === name) ?? {};
      return `${String(found['is'])}: ${String(found['says'])}`;
    };
    assert.match(
      await says('foreign documents'),
      /cosign" on index as sha256-\S+\.sig: it is signed by none of the workflows/,
    );
    let shown = await says('other documents');
    // The mock of the log signs promises whose encoding no verifier can read now and then.
    for (let tries = 0; tries < 5 && !shown.startsWith('passed: '); tries += 1) {
      await sign();
      shown = await says('other documents');
    }
    assert.match(shown, /"signature in the old form of cosign" on index by ci$/);
  },
);

/** Signs with a token, as a workflow does; the authority of these tests looks at no signature of it. */
async function withoutKey(
  identity: string,
  [services, image]: readonly [string, string],
  roots: Readonly<Record<string, string>>,
): Promise<void> {
  const [, claims = ''] = identity.split('.');
  const part = (text: string): string => Buffer.from(text).toString('base64url');
  const token = [part('{"alg":"RS256","typ":"JWT"}'), claims, part('not looked at')].join('.');
  const quiet = ['--use-signing-config=false', '--new-bundle-format=false', '--yes'];
  const urls = [`--fulcio-url=${services}`, `--rekor-url=${services}`];
  await succeed(cosign(['sign', ...quiet, ...urls, `--identity-token=${token}`, image], roots));
}

/** The trusted root of the services in the files that cosign took before there was one. */
async function writeRoots(scope: Scope, trustedRoot: string): Promise<Readonly<Record<string, string>>> {
  const folder = await makeFolder(scope);
  const { tlogs, ctlogs, certificateAuthorities }: Roots = JSON.parse(trustedRoot);
  const write = async (name: string, label: string, base64 = ''): Promise<string> => {
    const lines = base64.match(/.{1,64}/g) ?? [];
    await writeFile(
      join(folder, name),
      [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n'),
    );
    return join(folder, name);
  };
  return {
    SIGSTORE_REKOR_PUBLIC_KEY: await write('rekor.pub', 'PUBLIC KEY', tlogs[0]?.publicKey.rawBytes),
    SIGSTORE_CT_LOG_PUBLIC_KEY_FILE: await write('ct.pub', 'PUBLIC KEY', ctlogs[0]?.publicKey.rawBytes),
    SIGSTORE_ROOT_FILE: await write(
      'root.pem',
      'CERTIFICATE',
      certificateAuthorities[0]?.certChain.certificates[0]?.rawBytes,
    ),
  };
}

interface Roots {
  readonly tlogs: readonly { readonly publicKey: { readonly rawBytes: string } }[];
  readonly ctlogs: readonly { readonly publicKey: { readonly rawBytes: string } }[];
  readonly certificateAuthorities: readonly {
    readonly certChain: { readonly certificates: readonly { readonly rawBytes: string }[] };
  }[];
}

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
