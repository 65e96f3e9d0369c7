import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTagObject } from './tag-object.ts';

const id = '1'.repeat(40);
const header = `object ${id}\ntype commit\ntag v1.2.3\ntagger Ada <ada@example.org> 1767225600 +0100\n`;
const armor = '-----BEGIN PGP SIGNATURE-----\n\niHUEABYKAB0=\n=AbCd\n-----END PGP SIGNATURE-----\n';
const sshArmor = '-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n';

test('parseTagObject() reads an unsigned tag whole', () => {
  const raw = bytes(`${header}\nThe release\n\nwith two paragraphs\n`);
  assert.deepEqual(parseTagObject(raw), {
    is: 'ok',
    value: {
      target: id,
      targetType: 'commit',
      name: 'v1.2.3',
      tagger: 'Ada <ada@example.org>',
      taggedAt: 1767225600,
      message: 'The release\n\nwith two paragraphs\n',
      payload: raw,
      signature: undefined,
    },
  });
});

test('parseTagObject() splits payload and signature at the byte, whatever the message holds', () => {
  for (const [block, format] of [
    [armor, 'openpgp'],
    [sshArmor, 'ssh'],
    [armor.replaceAll('PGP SIGNATURE', 'SIGNED MESSAGE'), 'x509'],
  ] as const) {
    const payload = `${header}\nÄ ü € 🚢\nsee -----BEGIN PGP SIGNATURE----- in the manual\r-----BEGIN SSH SIGNATURE-----\n`;
    const parsed = parseTagObject(bytes(payload + block));
    assert.equal(parsed.is, 'ok');
    assert.deepEqual(parsed.value.payload, bytes(payload));
    assert.deepEqual(parsed.value.signature, { format, armor: block });
  }
});

test('parseTagObject() reads a SHA-256 target, an empty message, and a signature without a last line break', () => {
  const parsed = parseTagObject(bytes(`${header.replace(id, '2'.repeat(64))}\n${armor.trimEnd()}`));
  assert.equal(parsed.is, 'ok');
  assert.equal(parsed.value.message, '');
  assert.equal(parsed.value.target, '2'.repeat(64));
  assert.equal(parsed.value.signature?.armor, armor);
});

test('parseTagObject() keeps a byte order mark, so that a name with one differs from the name without', () => {
  const parsed = parseTagObject(bytes(`${header.replace('tag v', 'tag \uFEFFv')}\nx\n`));
  assert.equal(parsed.is === 'ok' && parsed.value.name, '\uFEFFv1.2.3');
});

const refused: readonly (readonly [string, string, RegExp])[] = [
  ['nothing', '', /is empty/],
  ['no message', header, /no empty line/],
  ['two object lines', `object ${id}\n${header}\nx\n`, /no "type" as header line 2/],
  ['an object line after the type', header.replace('type', `type commit\nobject ${id}\ntype`) + '\nx\n', /no "tag"/],
  ['a header line of its own', `${header}encoding latin1\n\nx\n`, /more header lines/],
  ['a signature in the header', `${header}gpgsig-sha256 -----BEGIN PGP SIGNATURE-----\n\nx\n`, /more header lines/],
  ['no tagger', header.replace(/tagger.*\n/, '') + '\nx\n', /no "tagger"/],
  ['headers in another order', `type commit\nobject ${id}\ntag v1\ntagger A <a> 1 +0000\n\nx\n`, /no "object"/],
  ['an abbreviated id', header.replace(id, id.slice(1)) + '\nx\n', /no object id/],
  ['an id in upper case', header.replace(id, 'A'.repeat(40)) + '\nx\n', /no object id/],
  ['an unknown type', header.replace('type commit', 'type release') + '\nx\n', /unknown type/],
  ['an empty name', header.replace('tag v1.2.3', 'tag ') + '\nx\n', /empty name/],
  ['a tagger without a date', header.replace('1767225600 ', '') + '\nx\n', /tagger line/],
  ['a date that is too large', header.replace('1767225600', '9'.repeat(30)) + '\nx\n', /tagger line/],
  ['a NUL byte', `${header}\nx\0y\n`, /NUL/],
  ['two blocks', `${header}\nx\n${armor}${armor}`, /holds 2 signature blocks/],
  ['two kinds of blocks', `${header}\nx\n${sshArmor}${armor}`, /holds 2 signature blocks/],
  ['a block without an end', `${header}\nx\n${armor.replace('END', 'TAIL')}`, /does not end/],
  ['a block with the wrong end', `${header}\nx\n${armor.replace('END PGP', 'END SSH')}`, /does not end/],
  ['a signed message', `${header}\nx\n${armor.replaceAll('SIGNATURE', 'MESSAGE')}`, /PGP MESSAGE block/],
  ['text beside the begin line', `${header}\nx\n${armor.replace('-\n', '- \n')}`, /text beside/],
  [
    'another block inside',
    `${header}\nx\n${armor.replace('=AbCd', '-----BEGIN PGP PUBLIC KEY BLOCK-----')}`,
    /no clean armor/,
  ],
  ['control characters inside', `${header}\nx\n${armor.replace('=AbCd', '=Ab\u001b')}`, /no clean armor/],
];

for (const [what, text, reason] of refused)
  test(`parseTagObject() refuses ${what} as malformed`, () => {
    const parsed = parseTagObject(bytes(text));
    assert.equal(parsed.is, 'refused');
    assert.equal(parsed.fault, 'malformed');
    assert.match(parsed.reason, reason);
  });

for (const tail of ['\n', 'x', 'signed off\n', ' \n', '\r\n'])
  test(`parseTagObject() refuses ${JSON.stringify(tail)} after the signature as trailing text`, () => {
    for (const block of [armor, sshArmor]) {
      const parsed = parseTagObject(bytes(`${header}\nx\n${block}${tail}`));
      assert.equal(parsed.is === 'refused' && parsed.fault, 'trailing-text');
    }
  });

test('parseTagObject() refuses a header that is not UTF-8, but not a message', () => {
  const wrongHeader = Buffer.from(`${header.replace('Ada', 'Ad\u00e9')}\nx\n`, 'latin1');
  assert.equal(parseTagObject(wrongHeader).is, 'refused');
  const wrongMessage = Buffer.from(`${header}\ncaf\u00e9\n`, 'latin1');
  assert.equal(parseTagObject(wrongMessage).is, 'ok');
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
