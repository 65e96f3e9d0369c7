import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { temporaryFolder } from '../../test/registry-fixture.ts';
import { digestOf, hexOf } from '../domain/digest.ts';
import type { Digest } from '../domain/digest.ts';
import { mediaTypes } from '../domain/oci.ts';
import { collectGarbage } from './collect-garbage.ts';
import { parseLayoutIndex } from './layout-index.ts';

/** A manifest of the model. Numbers name blobs, or earlier manifests. */
interface Node {
  readonly kind: 'image' | 'index';
  readonly layers: readonly number[];
  readonly children: readonly number[];
  readonly subject: number | undefined;
  readonly tagged: boolean;
  readonly listed: boolean;
  readonly young: boolean;
}

interface Made extends Node {
  readonly text: string;
  readonly digest: Digest;
  readonly parts: readonly Digest[];
  readonly subjectDigest: Digest | undefined;
}

const blobTexts = Array.from({ length: 6 }, (_, at) => `blob ${at}`);
const node: fc.Arbitrary<Node> = fc.record({
  kind: fc.constantFrom('image', 'index'),
  layers: fc.uniqueArray(fc.nat(5), { maxLength: 3 }),
  children: fc.uniqueArray(fc.nat(9), { maxLength: 3 }),
  subject: fc.option(fc.nat(9), { nil: undefined, freq: 1 }),
  tagged: fc.boolean(),
  listed: fc.constantFrom(true, true, true, false),
  young: fc.constantFrom(false, false, false, true),
});
const store = fc.record({
  nodes: fc.array(node, { maxLength: 10 }),
  youngBlobs: fc.uniqueArray(fc.nat(5), { maxLength: 2 }),
});

function make(nodes: readonly Node[]): readonly Made[] {
  const made: Made[] = [];
  for (const [at, each] of nodes.entries()) {
    const describe = (earlier: Made) => ({
      mediaType: earlier.kind === 'image' ? mediaTypes.ociManifest : mediaTypes.ociIndex,
      digest: earlier.digest,
      size: earlier.text.length,
    });
    const blob = (text: string) => ({ mediaType: 'application/x-blob', digest: digestOf(text), size: text.length });
    const children = each.children.flatMap((number) => made[number] ?? []);
    const subject = each.subject === undefined ? undefined : made[each.subject];
    const layers = each.layers.map((number) => blob(blobTexts[number] ?? ''));
    const links = each.kind === 'image' ? [blob(blobTexts[0] ?? ''), ...layers] : children.map(describe);
    const [config, ...rest] = links;
    const body =
      each.kind === 'image'
        ? { mediaType: mediaTypes.ociManifest, config, layers: rest }
        : { mediaType: mediaTypes.ociIndex, manifests: links };
    const text = JSON.stringify({
      schemaVersion: 2,
      ...body,
      ...(subject === undefined ? {} : { subject: describe(subject) }),
      annotations: { at: String(at) },
    });
    const parts = links.map((link) => link.digest);
    made.push({ ...each, text, digest: digestOf(text), parts, subjectDigest: subject?.digest });
  }
  return made;
}

/** The rule, said as plainly as can be: grow the set until nothing is added. */
function expectedToStay(made: readonly Made[], youngBlobs: readonly number[]): ReadonlySet<Digest> {
  const reached = new Set(made.filter((each) => each.listed && (each.tagged || each.young)).map((each) => each.digest));
  for (let size = -1; size !== reached.size;) {
    size = reached.size;
    for (const each of made) {
      if (each.listed && each.subjectDigest !== undefined && reached.has(each.subjectDigest)) reached.add(each.digest);
      if (reached.has(each.digest)) for (const part of each.parts) reached.add(part);
    }
  }
  for (const each of made) if (each.young) reached.add(each.digest);
  for (const number of youngBlobs) reached.add(digestOf(blobTexts[number] ?? ''));
  return reached;
}

test('after garbage collection exactly what tags lead to is there, with referrers and their parts, and what is young', async (t) => {
  const root = await temporaryFolder(t);
  const old = new Date(Date.now() - 7_200_000);
  await fc.assert(
    fc.asyncProperty(store, async ({ nodes, youngBlobs }) => {
      const made = make(nodes);
      const layout = join(root, 'team/app');
      const folder = join(layout, 'blobs/sha256');
      await rm(root, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      const write = async (text: string, young: boolean): Promise<void> => {
        const file = join(folder, hexOf(digestOf(text)));
        await writeFile(file, text);
        if (!young) await utimes(file, old, old);
      };
      for (const [at, text] of blobTexts.entries()) await write(text, youngBlobs.includes(at));
      for (const each of made) await write(each.text, each.young);
      const manifests = made.flatMap((each, at) => {
        const mediaType = each.kind === 'image' ? mediaTypes.ociManifest : mediaTypes.ociIndex;
        const annotations = each.tagged ? { 'org.opencontainers.image.ref.name': `v${at}` } : {};
        return each.listed ? [{ mediaType, digest: each.digest, size: each.text.length, annotations }] : [];
      });
      await writeFile(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));

      const stays = expectedToStay(made, youngBlobs);
      const options = { folder: root, olderThanSeconds: 3600 };
      const listed = await collectGarbage({ ...options, mode: 'list' });
      const removed = await collectGarbage({ ...options, mode: 'remove' });
      assert.deepEqual(removed, listed, 'what was listed is what goes');
      assert.deepEqual(new Set(await readdir(folder)), new Set([...stays].map(hexOf)));
      const index = parseLayoutIndex(await readFile(join(layout, 'index.json')));
      const expected = made.filter((each) => each.listed && stays.has(each.digest)).map((each) => each.digest);
      assert.deepEqual(new Set(index?.byDigest.keys()), new Set(expected));
      assert.equal((await collectGarbage({ ...options, mode: 'list' })).bytes, 0);
    }),
    { numRuns: 40 },
  );
});
