import { Agent, get } from 'node:http';
import { readImage } from '../image-argument.ts';

/**
 * `IMAGE TAG...`: as many requests as `move-aliases` sends, and as many at once, by Node's client and nothing else: what no
 * program in Node can be quicker than.
 */
const [image = '', ...tags] = process.argv.slice(2);
const { registry, repository } = readImage(image);
const agent = new Agent({ keepAlive: true });
const headers = { accept: 'application/vnd.oci.image.index.v1+json' };

await Promise.all([...tags, tags[0] ?? ''].map(ask));
await Promise.all(tags.slice(0, 2).map(ask));
await ask(tags[0] ?? '');
await Promise.all(tags.map(ask));
agent.destroy();

function ask(tag: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(`http://${registry}/v2/${repository}/manifests/${tag}`, { agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${tag}: status ${String(response.statusCode)}`));
      response.resume().on('end', resolve);
    });
    request.on('error', reject);
  });
}
