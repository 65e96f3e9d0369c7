import { deepEqual, equal } from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { answering, fails, openGithub } from '../../../test/make/github-client.ts';
import type { Interference } from '../../../test/make/github-server.ts';
import { digestOf } from '../../domain/digest.ts';
import { withHeaders } from '../oci-http/scripted-registry.ts';

const draft = { tag: 'v1.2.3', title: 'Tiny v1.2.3', notes: 'notes', prerelease: false };

test('a file with more bytes than GitHub lists, or without end, is given up at the first one too many', async (t) => {
  for (const more of [endless, (response: ServerResponse) => void response.end('apps')]) {
    const { forge } = await withFile(t, (response) => more(response));
    await fails(drain(forge.downloadAsset('v1.2.3', 'app')), 'BAD_REPLY', [/found more than 3 bytes, wanted 3/]);
  }
});

test('a file that broke off is whole again, whether the server goes on, begins anew or sends another part', async (t) => {
  const goesOn = [206, { 'content-range': 'bytes 2-2/3' }, 'p'] as const;
  const beginsAnew = [200, {}, 'app'] as const;
  const otherPart = [206, { 'content-range': 'bytes 0-2/3' }, 'app'] as const;
  for (const [status, headers, rest] of [goesOn, beginsAnew, otherPart]) {
    const { forge, ranges } = await withFile(t, (response, tries) => {
      if (tries > 1) return void withHeaders(response, headers).writeHead(status).end(rest);
      response.writeHead(200, { 'content-length': '3' });
      response.write('ap', () => response.destroy());
    });
    equal(await drain(forge.downloadAsset('v1.2.3', 'app')), 'app');
    deepEqual(ranges, [undefined, 'bytes=2-']);
  }
});

test('a file that breaks off again and again is given up', async (t) => {
  const { forge, ranges } = await withFile(t, (response) => void response.end('ap'));
  await fails(drain(forge.downloadAsset('v1.2.3', 'app')), 'BAD_REPLY', [/found 2 bytes, wanted 3/]);
  equal(ranges.length, 9);
});

test('a list whose next page was there before is refused, and not read for ever', async (t) => {
  const { github, forge } = await openGithub(t);
  github.interfere = answering(({ path }) => {
    const next = `<${github.address}/api/v3/repos/acme/tiny/releases?per_page=100>; rel="next"`;
    return path.startsWith('releases?') ? [200, [], { link: next }] : undefined;
  });
  await fails(forge.listReleases(), 'BAD_REPLY', [/link to the next page.*leads back/]);
});

/** A draft with the file "app" of three bytes, which is answered by a script. */
async function withFile(t: TestContext, answer: (response: ServerResponse, tries: number) => void) {
  const { github, forge } = await openGithub(t);
  await forge.createDraft(draft);
  await forge.uploadAsset('v1.2.3', { name: 'app', digest: digestOf('app'), size: 3 }, async function* () {
    yield Promise.resolve(new TextEncoder().encode('app'));
  });
  const ranges: unknown[] = [];
  const interfere: Interference = ({ path, headers }, response) => {
    if (!/^releases\/assets\/\d+$/.test(path)) return undefined;
    ranges.push(headers.range);
    answer(response, ranges.length);
    return 'answered';
  };
  github.interfere = interfere;
  return { forge, ranges };
}

function endless(response: ServerResponse): void {
  const piece = Buffer.alloc(1 << 16, 'a');
  const more = (): void => {
    while (!response.destroyed && response.write(piece));
    response.once('drain', more);
  };
  more();
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
