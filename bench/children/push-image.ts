import { openRepository } from '../../src/adapters/oci-http/open-repository.ts';
import { openLayout } from '../../src/adapters/oci-layout/open-layout.ts';
import { pushLayout } from '../../src/adapters/oci-layout/push-layout.ts';
import { imageTag } from '../../src/domain/image-name.ts';
import { readImage } from '../image-argument.ts';

/** `LAYOUT IMAGE TAG`: pushes the first image of a layout and tags it; prints the requests. */
const [folder = '', image = '', tag = ''] = process.argv.slice(2);
const repository = openRepository(readImage(image), { access: 'write' });
const layout = await openLayout(folder);
const [index] = layout.images;
const manifest = index && (await layout.readManifest(index));
if (index === undefined || manifest === undefined) throw new Error(`No image in ${folder}`);
await pushLayout({ layout, index, repository });
await repository.writeManifest(imageTag(tag), manifest);
repository.close();
process.stdout.write(`${repository.requestCount()}\n`);
