import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { readTagList } from '../src/adapters/tag-list/read-tag-list.ts';
import { auditTags } from '../src/report/audit.ts';

/** Tag lists of real projects, beside the repository; their size keeps them out of it. */
const lists = new URL('../../shared/data/tags/', import.meta.url);

const known: readonly {
  readonly list: string;
  readonly moves: number;
  readonly highest: string;
  readonly ignore?: RegExp;
}[] = [
  { list: 'prometheus', moves: 31, highest: '3.14.0', ignore: /^v0\.(3[5-9]|[4-9]\d|\d{3})\./u },
  { list: 'traefik', moves: 78, highest: '3.7.9' },
  { list: 'etcd', moves: 87, highest: '3.7.1' },
  { list: 'synapse', moves: 3, highest: '1.157.1' },
];

for (const { list, moves, highest, ignore } of known) {
  const path = fileURLToPath(new URL(`${list}.tsv`, lists));
  const skip = existsSync(path) ? false : `the tag list of ${list} is not here`;
  test(`latest of ${list} would have moved backwards ${moves} times`, { skip }, async () => {
    const report = auditTags(await readTagList(path), { ignore: ignore === undefined ? [] : [ignore] });
    assert.equal(report.naive.backwardMoves, moves);
    assert.equal(report.naive.moves.length, moves);
    assert.equal(report.highest, highest);
    assert.deepEqual(report.aliases[0], { name: 'latest', version: highest, tag: `v${highest}` });
  });
}
