import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestOf, hexOf } from '../../domain/digest.ts';
import { hasSubject, parseStatement } from './statement.ts';

const hex = hexOf(digestOf('app'));
const good = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'app', digest: { sha256: hex } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: { a: 1 },
};

test('parseStatement() reads v1, and v0.1 as cosign writes it', () => {
  for (const _type of ['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']) {
    const read = parseStatement(bytes({ ...good, _type, later: true }));
    ok(read.is === 'ok');
    deepEqual(read.value, {
      type: _type,
      subjects: good.subject,
      predicateType: good.predicateType,
      predicate: { a: 1 },
    });
  }
});

test('parseStatement() refuses another type, upper-case hex, no subject, a subject without digest, and 1025 subjects', () => {
  const subject = good.subject[0];
  refused({ ...good, _type: 'https://in-toto.io/Statement/v99' }, /_type is not/);
  refused({ ...good, subject: [{ name: 'app', digest: { sha256: hex.toUpperCase() } }] }, /lower-case hex/);
  refused({ ...good, subject: [{ name: 'app', digest: { sha256: 'abcdabcd' } }] }, /64 digits/);
  refused({ ...good, subject: [] }, /subject has 0 entries/);
  refused({ ...good, subject: [{ name: 'app', digest: {} }] }, /has 0 members/);
  refused({ ...good, subject: [{ name: 'app' }] }, /is not an object/);
  refused({ ...good, subject: Array.from({ length: 1025 }, () => subject) }, /1025 entries/);
  refused({ ...good, predicate: 'text' }, /predicate is not an object/);
});

test('parseStatement() keeps a terminal escape in a name out of its reasons', () => {
  const read = parseStatement(bytes({ ...good, subject: [{ name: '\u001b[31m', digest: { sha256: hex } }] }));
  ok(read.is === 'refused' && !read.reason.includes('\u001b'));
});

test('hasSubject() compares the SHA-256 and nothing else', () => {
  const read = parseStatement(bytes({ ...good, subject: [{ name: 'app', digest: { sha512: hex, gitCommit: hex } }] }));
  ok(read.is === 'ok');
  equal(hasSubject(read.value, digestOf('app')), false);
  const right = parseStatement(bytes(good));
  ok(right.is === 'ok');
  equal(hasSubject(right.value, digestOf('app')), true);
  equal(hasSubject(right.value, digestOf('other')), false);
});

test('parseStatement() never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.jsonValue().map(bytes),
        fc.jsonValue().map((v) => bytes({ ...good, subject: [v] })),
      ),
      (input) => {
        parseStatement(input);
      },
    ),
  );
});

function refused(value: unknown, reason: RegExp): void {
  const read = parseStatement(bytes(value));
  ok(read.is === 'refused');
  match(read.reason, reason);
}

function bytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
