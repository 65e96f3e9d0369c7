import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { digestOf } from '../../src/domain/digest.ts';
import { makeFolder } from '../make/folder.ts';
import { makeKeylessProject } from '../make/keyless-project.ts';
import { cutwater } from '../make/project.ts';
import { workflow } from '../make/sigstore-servers.ts';
import { cosign, oras, realTest, skopeo, startDockerRegistry, succeed } from './peers.ts';
import type { Published } from './published-releases.ts';
import { publishReleases, withdrawNewest } from './published-releases.ts';

async function publish(context: TestContext): Promise<Published> {
  const registry = await startDockerRegistry();
  context.after(() => registry.close());
  return publishReleases(context, registry.host);
}

realTest(
  'skopeo finds every release on docker-registry under its tags, with a backport that moved only its own line',
  ['docker-registry', 'skopeo'],
  async (context) => {
    const { image } = await publish(context);
    const at = async (tag: string): Promise<string> =>
      digestOf(await succeed(skopeo(['inspect', '--raw', '--tls-verify=false', `docker://${image}:${tag}`])));
    const newest = await at('1.1.0');
    for (const alias of ['latest', '1', '1.1']) assert.equal(await at(alias), newest, alias);
    assert.equal(await at('1.0'), await at('1.0.1'));
    assert.equal(await at('1.0.0'), await at('1.0.0-rc.1'));
    const config: unknown = JSON.parse(
      await succeed(
        skopeo(['inspect', '--config', '--tls-verify=false', '--override-arch=arm64', `docker://${image}:latest`]),
      ),
    );
    assert.equal(Reflect.get(Object(config), 'architecture'), 'arm64');
  },
);

realTest(
  'a withdrawal moves the aliases on docker-registry back, and verify agrees with skopeo',
  ['docker-registry', 'skopeo'],
  async (context) => {
    const published = await publish(context);
    const { image } = published;
    const said = await withdrawNewest(context, published);
    const at = async (tag: string): Promise<string> =>
      digestOf(await succeed(skopeo(['inspect', '--raw', '--tls-verify=false', `docker://${image}:${tag}`])));
    assert.equal(await at('latest'), await at('1.0.1'));
    assert.notEqual(await at('latest'), await at('1.1.0'));
    assert.match(said, /is what was released/);
  },
);

realTest(
  'cosign verifies provenance, SBOMs, release statement and checksums of a release, and refuses another key',
  ['docker-registry', 'cosign', 'skopeo'],
  async (context) => {
    const { project, image, publicKeyFile } = await publish(context);
    const raw = await succeed(skopeo(['inspect', '--raw', '--tls-verify=false', `docker://${image}:1.1.0`]));
    const index: { manifests: readonly { digest: string }[] } = JSON.parse(raw);
    const attested = (type: string, digest: string, key = publicKeyFile): ReturnType<typeof cosign> =>
      cosign(['verify-attestation', '--key', key, '--insecure-ignore-tlog', '--type', type, `${image}@${digest}`]);
    await succeed(attested('slsaprovenance1', digestOf(raw)));
    await succeed(attested('https://in-toto.io/attestation/release/v0.1', digestOf(raw)));
    for (const { digest } of index.manifests) await succeed(attested('cyclonedx', digest));
    const assets = join(project.data, 'releases/v1.1.0/assets');
    const blob = ['--bundle', join(assets, 'SHA256SUMS.sigstore.json'), join(assets, 'SHA256SUMS')];
    await succeed(cosign(['verify-blob', '--key', publicKeyFile, '--insecure-ignore-tlog', ...blob]));
    const stranger = join(await makeFolder(context), 'stranger.pub');
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    await writeFile(stranger, publicKey.export({ type: 'spki', format: 'pem' }));
    assert.notEqual((await attested('slsaprovenance1', digestOf(raw), stranger)).exitCode, 0);
    assert.notEqual((await attested('cyclonedx', digestOf(raw))).exitCode, 0, 'the index has no SBOM of its own');
    assert.ok((await readFile(join(assets, 'statement.sigstore.json'))).length > 0);
  },
);

realTest(
  'oras discovers the documents of a release through the fallback tag',
  ['docker-registry', 'oras', 'skopeo'],
  async (context) => {
    const { image } = await publish(context);
    const said = await succeed(oras(['discover', '--plain-http', '--format', 'json', `${image}:1.1.0`]));
    const types = [...said.matchAll(/"artifactType": *"([^"]+)"/g)].map(([, type]) => type);
    assert.ok(types.filter((type) => type === 'application/vnd.dev.sigstore.bundle.v0.3+json').length >= 2, said);
  },
);

realTest(
  'cosign verifies offline what a workflow without a key has signed, and refuses another identity',
  ['docker-registry', 'cosign', 'skopeo'],
  async (context) => {
    const registry = await startDockerRegistry();
    context.after(() => registry.close());
    const image = `${registry.host}/acme/tiny`;
    const { project, services, at } = await makeKeylessProject(context, { image });
    await cutwater(['release', '1.0.0'], at);
    const root = join(await makeFolder(context), 'root.json');
    await writeFile(root, services.trustedRoot);
    const raw = await succeed(skopeo(['inspect', '--raw', '--tls-verify=false', `docker://${image}:1.0.0`]));
    const identity = (file: string): string =>
      `^https://github\\.com/acme/app/\\.github/workflows/${file}@refs/tags/[^/]*$`;
    const attested = (type: string, file: string): ReturnType<typeof cosign> =>
      cosign([
        'verify-attestation',
        `--certificate-identity-regexp=${identity(file)}`,
        `--certificate-oidc-issuer=${workflow.issuer}`,
        `--trusted-root=${root}`,
        `--type=${type}`,
        `${image}@${digestOf(raw)}`,
      ]);
    for (const type of ['slsaprovenance1', 'https://in-toto.io/attestation/release/v0.1']) {
      await succeed(attested(type, 'release\\.yml'));
      assert.notEqual((await attested(type, 'other\\.yml')).exitCode, 0);
    }
    const assets = join(project.data, 'releases/v1.0.0/assets');
    const blob = [
      `--certificate-identity-regexp=${identity('release\\.yml')}`,
      `--certificate-oidc-issuer=${workflow.issuer}`,
      `--trusted-root=${root}`,
      `--bundle=${join(assets, 'SHA256SUMS.sigstore.json')}`,
      join(assets, 'SHA256SUMS'),
    ];
    await succeed(cosign(['verify-blob', ...blob]));
  },
);
