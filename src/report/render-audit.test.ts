import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditTag } from '../domain/audit-tag.ts';
import { objectId } from '../domain/object-id.ts';
import { auditTags } from './audit.ts';
import { renderAudit } from './render-audit.ts';

const day = 86_400;
const id = objectId('a'.repeat(40));

test('renderAudit() says the headline first and the next step last', () => {
  const names = ['v1.0.0', 'v2.0.0', 'v1.0.1', 'junk\u001b[2J'];
  const tags = names.map((name, index): AuditTag => ({
    name,
    objectType: 'tag',
    object: id,
    commit: id,
    createdAt: index * day,
    signature: 'none',
  }));
  assert.deepEqual(renderAudit(auditTags(tags, { ignore: [] })), [
    'latest would have moved backwards once',
    'If any stable tag moves it, 1 of 3 stable tags set it below the highest version released before.',
    'In all, it would have pointed at an older release for less than a day.',
    'Today it would point at 1.0.1; it should point at 2.0.0.',
    '',
    'The longest steps back',
    '  1970-01-03  v1.0.1  2.0.0 -> 1.0.1',
    '',
    'Where each alias should point now',
    '  latest  2.0.0',
    '  2       2.0.0',
    '  1       1.0.1',
    '  2.0     2.0.0',
    '  1.0     1.0.1',
    '',
    '4 tags: 3 stable, 0 release candidates, 4 annotated, 0 signed',
    '  1  not SemVer             junk\\u{1b}[2J',
    '  4  annotated, not signed  v1.0.0, v2.0.0, v1.0.1, and 1 more',
    '',
    "next: 'cutwater init' writes a policy under which latest goes back only after a signed withdrawal",
  ]);
});

test('renderAudit() sends nobody to init who has a policy already', () => {
  const tags: readonly AuditTag[] = [
    { name: 'v1.0.0', objectType: 'tag', object: id, commit: id, createdAt: 0, signature: 'pgp' },
  ];
  const last = (hasPolicy: boolean) => renderAudit(auditTags(tags, { ignore: [] }), { hasPolicy }).at(-1) ?? '';
  assert.match(last(false), /'cutwater init' writes a policy/);
  assert.equal(last(true), "next: 'cutwater status' shows where each alias is");
});

test('renderAudit() proposes --ignore where there are other streams', () => {
  const tags = ['v1.0.0', 'api/v1.0.0'].map((name): AuditTag => ({
    name,
    objectType: 'tag',
    object: id,
    commit: id,
    createdAt: 0,
    signature: 'pgp',
  }));
  assert.equal(
    renderAudit(auditTags(tags, { ignore: [] })).at(-1),
    "next: leave other streams out, for example with --ignore '^api/'",
  );
});
