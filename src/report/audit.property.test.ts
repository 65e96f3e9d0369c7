import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AuditTag } from '../domain/audit-tag.ts';
import { auditSignatures } from '../domain/audit-tag.ts';
import { objectId } from '../domain/object-id.ts';
import { auditTags } from './audit.ts';
import { renderAudit } from './render-audit.ts';

const id = objectId('a'.repeat(40));
const small = fc.integer({ min: 0, max: 3 });
const version = fc.tuple(small, small, small).map((numbers) => `v${numbers.join('.')}`);
const name = fc.oneof(
  version,
  version,
  fc.string({ unit: 'binary' }),
  version.map((text) => `withdrawn/${text}/1`),
  version.map((text) => `${text}-rc.1`),
);
const tag: fc.Arbitrary<AuditTag> = fc.record({
  name,
  objectType: fc.constantFrom('tag', 'commit', 'tree', 'blob'),
  object: fc.constant(id),
  commit: fc.constantFrom(id, undefined),
  createdAt: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.maxSafeNat()),
  signature: fc.constantFrom(...auditSignatures),
});
const tags = fc.uniqueArray(tag, { selector: (each) => each.name, maxLength: 30 });

test('auditTags() gives the same answer whatever the order of the list', () => {
  fc.assert(
    fc.property(
      tags.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => {
        const left = auditTags(list, { ignore: [] });
        const right = auditTags(shuffled, { ignore: [] });
        assert.deepEqual(
          [left.naive, left.aliases, left.highest, left.tags],
          [right.naive, right.aliases, right.highest, right.tags],
        );
      },
    ),
  );
});

test('every backward move goes down, and an alias never points at a withdrawn version', () => {
  fc.assert(
    fc.property(tags, (list) => {
      const { naive, aliases, withdrawn } = auditTags(list, { ignore: [] });
      for (const { from, to } of naive.moves) assert.ok(numberOf(to) < numberOf(from));
      for (const alias of aliases) assert.ok(!withdrawn.includes(alias.version));
      assert.ok(naive.behindSeconds >= 0);
    }),
  );
});

test('renderAudit() prints no control character, whatever the tags are called', () => {
  fc.assert(
    fc.property(tags, (list) => {
      for (const line of renderAudit(auditTags(list, { ignore: [] })))
        assert.doesNotMatch(line, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
  );
});

function numberOf(text: string): number {
  return Number(text.replaceAll('.', ''));
}
