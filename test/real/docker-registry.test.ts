import assert from 'node:assert/strict';
import { digestOf } from '../../src/domain/digest.ts';
import { makeImage } from './make-image.ts';
import { realTest, skopeo, startDockerRegistry, succeed } from './peers.ts';

realTest(
  'the embedded builder makes an image that docker-registry takes and skopeo reads',
  ['docker-registry', 'skopeo'],
  async (context) => {
    const image = await makeImage(context);
    const registry = await startDockerRegistry();
    context.after(() => registry.close());
    const name = `docker://${registry.host}/acme/app:1.0.0`;
    await succeed(
      skopeo(['copy', '--all', '--preserve-digests', '--dest-tls-verify=false', `oci:${image.folder}`, name]),
    );
    assert.equal(digestOf(await succeed(skopeo(['inspect', '--raw', '--tls-verify=false', name]))), image.digest);
    const config = JSON.parse(
      await succeed(skopeo(['inspect', '--config', '--tls-verify=false', '--override-arch=arm64', name])),
    );
    assert.equal(config.architecture, 'arm64');
    assert.deepEqual(config.config.Entrypoint, ['/hello']);
  },
);
