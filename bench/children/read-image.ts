import { imageFiles } from '../../src/adapters/image-files/extract-file.ts';
import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import { parseIndex, platformsOf } from '../../src/domain/oci-manifest.ts';
import { readImage } from '../image-argument.ts';

/** `IMAGE TAG FOLDER [PATH]`: takes a file of the first platform out into a folder, or hashes all of them; prints what it has. */
const [image = '', tag = '', folder = '', path] = process.argv.slice(2);
const repository = openRepository(readImage(image));
const manifest = await repository.readManifest(imageTag(tag));
const index = manifest && parseIndex(manifest);
const [first] = index?.is === 'ok' ? platformsOf(index.value) : [];
if (first === undefined) throw new Error(`There is no image ${image}:${tag}`);
const files = imageFiles(folder);
const { digest } = first.descriptor;
if (path === undefined) {
  const inventory = await files.inventory(repository, digest, { content: () => false, sections: [] });
  for (const file of inventory.files) process.stdout.write(`${file.digest} ${file.path}\n`);
} else process.stdout.write(`${(await files.extract(repository, digest, path))?.digest ?? 'nothing'}\n`);
repository.close();
