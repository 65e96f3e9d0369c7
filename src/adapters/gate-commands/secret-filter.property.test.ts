import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { secretFilter, withoutSecrets } from './secret-filter.ts';

const value = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', '+', '/'), minLength: 4, maxLength: 12 });
const secrets = fc.array(value, { minLength: 1, maxLength: 3 });
const filler = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'x', '\n'), maxLength: 10 });

test('however output is cut into pieces, no secret is left in it, and the result is the same as for the whole', () =>
  fc.assert(
    fc.property(
      secrets,
      fc.array(fc.tuple(filler, fc.nat(5)), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (values, parts, cuts) => {
        const named = values.map((text, index) => ({ name: `${index}`, value: text }));
        const text = parts.map(([before, which]) => `${before}${values[which] ?? ''}`).join('');
        const whole = Buffer.from(text);
        const expected = Buffer.from(withoutSecrets(whole, named)).toString();
        const filter = secretFilter(named);
        const out: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < whole.length; turn += 1) {
          const length = cuts[turn % cuts.length] ?? 1;
          out.push(filter.push(whole.subarray(at, at + length)));
          at += length;
        }
        out.push(filter.end());
        const result = Buffer.concat(out).toString();
        assert.equal(result, expected);
        // The names in place of secrets are digits, which no secret has.
        for (const part of result.split(/\[\d\]/))
          for (const secret of values) assert.ok(!part.includes(secret), result);
      },
    ),
  ));

test('what holds no secret passes unchanged, byte for byte', () =>
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (chunks) => {
      const filter = secretFilter([{ name: 'A', value: 'a secret that is longer than any of it'.repeat(20) }]);
      const out = Buffer.concat([...chunks.map((chunk) => filter.push(chunk)), filter.end()]);
      assert.deepEqual(out, Buffer.concat(chunks));
    }),
  ));

const secret = 'p4ss/w+rd "quoted"\\';
const forms: Readonly<Record<string, string>> = {
  'as it is': secret,
  'in base64': Buffer.from(secret).toString('base64'),
  'in base64 after one byte': Buffer.from(`:${secret}`).toString('base64'),
  'in base64 after two bytes': Buffer.from(`u:${secret}`).toString('base64'),
  'in base64url': Buffer.from(secret).toString('base64url'),
  'in hex': Buffer.from(secret).toString('hex'),
  'in a URL': encodeURIComponent(secret),
  'in JSON': JSON.stringify({ secret }),
};

for (const [name, told] of Object.entries(forms))
  test(`a secret told ${name} is taken out`, () => {
    const out = Buffer.from(
      withoutSecrets(Buffer.from(`before ${told} after`), [{ name: 'PASSWORD', value: secret }]),
    ).toString();
    assert.match(out, /^before .*\[PASSWORD\].* after$/);
    assert.ok(out.length < `before ${told} after`.length - 8, out);
  });

test('each line of a key is taken out, its first and last line are not', () => {
  const pem = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n';
  const out = Buffer.from(withoutSecrets(Buffer.from(`x\n${pem}y`), [{ name: 'KEY', value: pem }])).toString();
  assert.equal(out, 'x\n-----BEGIN PRIVATE KEY-----\n[KEY]\n-----END PRIVATE KEY-----\ny');
});

test('a value of three characters is left, because it would take ordinary words away', () => {
  assert.equal(
    Buffer.from(withoutSecrets(Buffer.from('abc abcd'), [{ name: 'A', value: 'abc' }])).toString(),
    'abc abcd',
  );
});
