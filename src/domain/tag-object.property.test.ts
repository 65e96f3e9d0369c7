import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseTagObject } from './tag-object.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const oid = fc.stringMatching(/^[0-9a-f]{40}$/);
const name = fc.stringMatching(/^[^\n\0]{1,30}$/).filter((text) => text.isWellFormed());
const line = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .filter((text) => !/[\n\0]/.test(text) && !text.startsWith('-----'));
const armor = '-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n';

test('parseTagObject() never throws, whatever the bytes are', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (raw) => void parseTagObject(raw)));
});

test('parseTagObject() never throws on a tag with damaged bytes', () => {
  const whole = encode(`object ${'1'.repeat(40)}\ntype commit\ntag v1\ntagger A <a> 1 +0000\n\nx\n${armor}`);
  const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 });
  fc.assert(
    fc.property(damage, fc.nat(whole.length), (changes, length) => {
      const raw = whole.slice(0, length);
      for (const [at, value] of changes) raw[at] = value;
      parseTagObject(raw);
    }),
  );
});

test('parseTagObject() gives back what was written, and payload and signature together are the object', () => {
  fc.assert(
    fc.property(fc.record({ target: oid, tagName: name, lines: fc.array(line), isSigned: fc.boolean() }), (written) => {
      const { target, tagName, lines, isSigned } = written;
      const message = lines.map((text) => `${text}\n`).join('');
      const payload = encode(`object ${target}\ntype commit\ntag ${tagName}\ntagger A <a> 1 +0000\n\n${message}`);
      const parsed = parseTagObject(Buffer.concat([payload, encode(isSigned ? armor : '')]));
      assert.equal(parsed.is, 'ok');
      assert.equal(parsed.value.name, tagName);
      assert.equal(parsed.value.target, target);
      assert.equal(parsed.value.message, message);
      assert.deepEqual(Buffer.from(parsed.value.payload), Buffer.from(payload));
      assert.equal(parsed.value.signature?.armor, isSigned ? armor : undefined);
    }),
  );
});
