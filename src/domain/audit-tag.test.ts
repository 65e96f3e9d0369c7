import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditSignature } from './audit-tag.ts';
import { auditTagOf } from './audit-tag.ts';
import { objectId } from './object-id.ts';

const header = `object ${'a'.repeat(40)}\ntype commit\ntag v1.0.0\ntagger A <a@b> 1 +0000\n\nRelease\n`;
const table: readonly (readonly [string, string | undefined, AuditSignature])[] = [
  ['a lightweight tag', undefined, 'none'],
  ['an annotated tag', header, 'none'],
  ['OpenPGP', `${header}-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n`, 'pgp'],
  ['an inline OpenPGP message', `${header}-----BEGIN PGP MESSAGE-----\n`, 'pgp'],
  ['SSH', `${header}-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\n`, 'ssh'],
  ['x509', `${header}-----BEGIN SIGNED MESSAGE-----\nx\n-----END SIGNED MESSAGE-----\n`, 'x509'],
  ['the last of two', `${header}-----BEGIN PGP SIGNATURE-----\n-----BEGIN SSH SIGNATURE-----\n`, 'ssh'],
  ['a signature quoted inside a line', `${header}see -----BEGIN PGP SIGNATURE-----\n`, 'none'],
  ['a signature in the header', `x\n-----BEGIN PGP SIGNATURE-----\n`, 'none'],
];

for (const [what, raw, signature] of table)
  test(`auditTagOf() sees ${signature} in ${what}`, () => {
    const tag = auditTagOf({
      name: 'v1.0.0',
      object: objectId('b'.repeat(40)),
      objectType: raw === undefined ? 'commit' : 'tag',
      commit: undefined,
      claimedAt: 7,
      raw: raw === undefined ? undefined : new TextEncoder().encode(raw),
    });
    assert.equal(tag.signature, signature);
    assert.equal(tag.createdAt, 7);
  });
