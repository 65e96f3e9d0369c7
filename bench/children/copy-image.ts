import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { createRegistryHosts } from '../../src/adapters/oci-http/registry-hosts.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import { copyImage } from '../../src/engine/mirrors/copy-image.ts';
import { readImage } from '../image-argument.ts';

/** `FROM TO TAG`: copies the image of a tag and tags the copy; prints the requests to both sides. */
const [source = '', target = '', tag = ''] = process.argv.slice(2);
const hosts = createRegistryHosts();
const from = openRepository(readImage(source), { hosts });
const to = openRepository(readImage(target), { hosts, access: 'write' });
const manifest = await from.readManifest(imageTag(tag));
if (manifest === undefined) throw new Error(`There is no ${source}:${tag}`);
await copyImage({ from, to, digest: manifest.digest, referrers: false });
await to.writeManifest(imageTag(tag), manifest);
from.close();
to.close();
process.stdout.write(`${from.requestCount() + to.requestCount()}\n`);
