import assert from 'node:assert/strict';
import { listenRegistry } from '../../src/registry-server/listen-registry.ts';
import { digestOf } from '../../src/domain/digest.ts';
import { makeFolder } from '../make/folder.ts';
import { makeImage } from './make-image.ts';
import { oras, realTest, skopeo, startDockerRegistry, succeed } from './peers.ts';

realTest(
  'skopeo copies an image of two platforms into the embedded registry and out of it, digest for digest',
  ['skopeo'],
  async (context) => {
    const image = await makeImage(context);
    const registry = await listenRegistry({ folder: await makeFolder(context) });
    context.after(() => registry.close());
    const name = `docker://127.0.0.1:${registry.port}/acme/app`;
    await succeed(
      skopeo([
        'copy',
        '--all',
        '--preserve-digests',
        '--dest-tls-verify=false',
        `oci:${image.folder}`,
        `${name}:1.0.0`,
      ]),
    );
    assert.equal(await digestAt(`${name}:1.0.0`), image.digest);
    const copy = `oci:${await makeFolder(context)}:copy`;
    await succeed(
      skopeo(['copy', '--all', '--preserve-digests', '--src-tls-verify=false', `${name}@${image.digest}`, copy]),
    );
    assert.equal(digestOf(await succeed(skopeo(['inspect', '--raw', copy]))), image.digest);
  },
);

realTest('skopeo reads the folder of the embedded registry as an OCI layout', ['skopeo'], async (context) => {
  const image = await makeImage(context);
  const folder = await makeFolder(context);
  const registry = await listenRegistry({ folder });
  context.after(() => registry.close());
  const target = `docker://127.0.0.1:${registry.port}/acme/app:1.0.0`;
  await succeed(
    skopeo(['copy', '--all', '--preserve-digests', '--dest-tls-verify=false', `oci:${image.folder}`, target]),
  );
  const raw = await succeed(skopeo(['inspect', '--raw', `oci:${folder}/acme/app:1.0.0`]));
  assert.equal(digestOf(raw), image.digest);
});

realTest(
  'an image goes from docker-registry through the embedded registry and back unchanged',
  ['skopeo', 'docker-registry'],
  async (context) => {
    const image = await makeImage(context);
    const theirs = await startDockerRegistry();
    context.after(() => theirs.close());
    const ours = await listenRegistry({ folder: await makeFolder(context) });
    context.after(() => ours.close());
    const copy = (from: string, to: string): Promise<string> =>
      succeed(
        skopeo(['copy', '--all', '--preserve-digests', '--src-tls-verify=false', '--dest-tls-verify=false', from, to]),
      );
    const [first, second, third] = [
      `${theirs.host}/a/app:1`,
      `127.0.0.1:${ours.port}/b/app:1`,
      `${theirs.host}/c/app:1`,
    ];
    await copy(`oci:${image.folder}`, `docker://${first}`);
    await copy(`docker://${first}`, `docker://${second}`);
    await copy(`docker://${second}`, `docker://${third}`);
    for (const name of [first, second, third]) assert.equal(await digestAt(`docker://${name}`), image.digest, name);
  },
);

realTest(
  'oras attaches a file to an image of the embedded registry and discovers it',
  ['oras', 'skopeo'],
  async (context) => {
    const image = await makeImage(context);
    const registry = await listenRegistry({ folder: await makeFolder(context) });
    context.after(() => registry.close());
    const name = `127.0.0.1:${registry.port}/acme/app`;
    await succeed(
      skopeo([
        'copy',
        '--all',
        '--preserve-digests',
        '--dest-tls-verify=false',
        `oci:${image.folder}`,
        `docker://${name}:1.0.0`,
      ]),
    );
    const file = `${image.folder}/oci-layout:application/json`;
    await succeed(
      oras([
        'attach',
        '--plain-http',
        '--disable-path-validation',
        '--artifact-type',
        'application/x-test',
        `${name}:1.0.0`,
        file,
      ]),
    );
    assert.match(await succeed(oras(['discover', '--plain-http', `${name}:1.0.0`])), /application\/x-test/);
  },
);

async function digestAt(name: string): Promise<string> {
  return digestOf(await succeed(skopeo(['inspect', '--tls-verify=false', '--raw', name])));
}
