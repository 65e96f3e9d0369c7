import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Digest } from '../../src/domain/digest.ts';
import { copyImage } from '../../src/engine/mirrors/copy-image.ts';
import { runEdge } from '../make/edge-run.ts';
import type { Meddler } from '../make/meddling-proxy.ts';
import { makeMeddlingProxy } from '../make/meddling-proxy.ts';
import { copyData, makeProject } from '../make/project.ts';
import { readPublished } from '../make/published.ts';
import { digestAt, pointImageTags, withRegistry } from '../make/registry-writer.ts';

const at = '2026-03-01T12:00:00Z';
const nightly = 'nightly-2026-03-01';
const random = `[[node, -e, "require('fs').writeFileSync('app.txt', crypto.randomUUID())"]]`;

void test('on a registry without conditions two builders with images of their own end on one image, the newest commit', async (t) => {
  const proxy = await makeMeddlingProxy(t);
  const project = await makeProject(t, { prepare: random, ciKey: 'p256', image: `${proxy.host}/tiny` });
  const headOf = (): Promise<string> => project.clone.git('rev-parse', 'HEAD');
  const edge = async (data: string, revision: string, meddler?: Meddler) => {
    await proxy.serve(join(data, 'registry'), meddler);
    return runEdge(project, { at, data, revision });
  };
  const first = await headOf();
  await project.commit({ 'app.txt': 'two\n' });
  const second = await headOf();
  // What the rival builds of the second commit. Its image and provenance are in the registry of every test, without tags.
  const elsewhere = await copyData(t, project);
  await edge(elsewhere, second);
  const rival = await digestAt(elsewhere, 'edge');
  await copyUntagged(elsewhere, project.data, rival);

  for (const { name, isDue } of moments)
    for (const own of [first, second])
      await t.test(`${name} of a build of ${own === first ? 'the commit before' : 'the same commit'}`, async (s) => {
        const data = await copyData(s, project);
        const due = isDue();
        let came = false;
        const result = await edge(data, own, async ({ method, path }) => {
          if (came || !due(`${method} ${path}`)) return;
          came = true;
          await pointImageTags(data, rival, `sha-${second}`, 'edge', nightly);
        });
        assert.ok(came, 'the moment came');
        const { tags } = await readPublished(data);
        const end = tags[`sha-${second}`];
        assert.deepEqual([tags['edge'], tags[nightly]], [end, end], `${result.rounds} rounds`);
        if (own === first) assert.equal(end, rival, 'the newer commit wins');
        assert.deepEqual((await edge(data, second)).done, [], 'the next run has nothing to do');
      });
});

/** When the rival publishes all of its build. Each is given every request as "METHOD PATH". */
const moments: readonly { readonly name: string; readonly isDue: () => (line: string) => boolean }[] = [
  { name: 'right before the sha- tag', isDue: () => (line) => /^PUT .*\/sha-/.test(line) },
  { name: 'right after the sha- tag', isDue: () => after(/^PUT .*\/sha-/) },
  { name: 'right before the channels', isDue: () => (line) => /^PUT .*[?&]tag=edge/.test(line) },
];

function after(kind: RegExp): (line: string) => boolean {
  let last = '';
  return (line) => {
    const isDue = kind.test(last);
    last = line;
    return isDue;
  };
}

function copyUntagged(from: string, to: string, digest: Digest): Promise<void> {
  return withRegistry(from, (source) =>
    withRegistry(to, (target) => copyImage({ from: source, to: target, digest, referrers: true })),
  );
}
