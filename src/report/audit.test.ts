import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditTag } from '../domain/audit-tag.ts';
import { objectId } from '../domain/object-id.ts';
import { auditTags } from './audit.ts';

test('auditTags() counts each stable tag below the highest before it', () => {
  const report = audit(['v1.0.0', 'v2.0.0', 'v1.0.1', 'v1.0.2', 'v2.0.1']);
  assert.deepEqual(report.naive.moves, [
    { tag: 'v1.0.1', at: 20, from: '2.0.0', to: '1.0.1' },
    { tag: 'v1.0.2', at: 30, from: '2.0.0', to: '1.0.2' },
  ]);
  assert.equal(report.naive.backwardMoves, 2);
  assert.equal(report.naive.behindSeconds, 20);
  assert.equal(report.naive.latest, '2.0.1');
  assert.equal(report.highest, '2.0.1');
  assert.equal(report.verdict.sentence, 'latest would have moved backwards 2 times');
});

test('auditTags() goes by time, not by the order of the list', () => {
  const tags = [tag('v2.0.0', { createdAt: 2 }), tag('v1.0.0', { createdAt: 1 })];
  assert.equal(auditTags(tags, { ignore: [] }).naive.backwardMoves, 0);
});

test('auditTags() never makes a backward move of two tags of the same second', () => {
  const tags = ['v2.0.0', 'v1.0.0', 'v1.5.0'].map((name) => tag(name, { createdAt: 5 }));
  assert.equal(auditTags(tags, { ignore: [] }).verdict.is, 'never-backwards');
});

test('auditTags() lets no candidate, prerelease or odd name move anything', () => {
  const report = audit(['v2.0.0', 'v1.0.0-rc.1', 'v1.0.0-beta.1', '1.0.0', 'V1.0.0', 'v1.0', 'v01.0.0', 'v1.0.0+x']);
  assert.equal(report.naive.backwardMoves, 0);
  assert.deepEqual(report.tags, { total: 8, ignored: 0, strict: 1, candidates: 1, annotated: 8, signed: 8 });
});

test('auditTags() leaves ignored tags out, but never a decision', () => {
  const report = auditTags([tag('v1.0.0'), tag('api/v9.0.0'), tag('withdrawn/v1.0.0/1')], { ignore: [/\//u] });
  assert.equal(report.tags.ignored, 1);
  assert.deepEqual(report.withdrawn, ['1.0.0']);
  assert.deepEqual(report.aliases, []);
});

test('auditTags() points aliases at the highest version of each line that is not withdrawn', () => {
  const report = audit([
    'v0.9.0',
    'v1.2.0',
    'v1.10.0',
    'v1.9.9',
    'v2.0.0',
    'withdrawn/v2.0.0/1',
    'withdrawn/v1.9.9/1',
    'restored/v1.9.9/1',
  ]);
  const targets = Object.fromEntries(report.aliases.map(({ name, version }) => [name, version]));
  assert.deepEqual(targets, {
    latest: '1.10.0',
    0: '0.9.0',
    1: '1.10.0',
    '1.10': '1.10.0',
    '1.9': '1.9.9',
    '1.2': '1.2.0',
    '0.9': '0.9.0',
  });
  assert.equal(report.aliases[0]?.tag, 'v1.10.0');
  assert.equal(report.highest, '2.0.0');
});

test('auditTags() names every tag that could not trigger a release, with the reason', () => {
  const report = auditTags(
    [
      tag('v1.0.0', { objectType: 'commit', signature: 'none' }),
      tag('v1.0.1', { signature: 'none' }),
      tag('v1.1', {}),
      tag('v2.0.0-beta.1', {}),
      tag('api/v3.5.0', {}),
      tag('junk', { objectType: 'blob', commit: undefined, signature: 'none' }),
      tag('checkpoint/1', {}),
    ],
    { ignore: [] },
  );
  assert.deepEqual(
    report.problems.map(({ tag: name, problem, reason }) => `${name}: ${problem}: it ${reason}`),
    [
      'v1.0.0: lightweight: it is lightweight: nothing says who made it, or when',
      'v1.0.1: unsigned: it is annotated, but not signed',
      'v1.1: not-semver: it has two numbers, three are wanted',
      'v2.0.0-beta.1: prerelease: it is a prerelease that is no release candidate; X.Y.Z-rc.N with N from 1 is wanted',
      'api/v3.5.0: other-stream: it belongs to another stream, "api/"',
      'junk: not-semver: it is not "v" and a version',
      'junk: no-commit: it leads to no commit',
      'junk: lightweight: it is lightweight: nothing says who made it, or when',
    ],
  );
});

test('auditTags() shows two tags that would publish one image tag', () => {
  assert.deepEqual(audit(['v1.2.3', 'v1.2.3+x', '1.2.3', 'v1.2.4']).contested, [
    { imageTag: '1.2.3', tags: ['v1.2.3', 'v1.2.3+x', '1.2.3'] },
  ]);
});

test('auditTags() says so when a project has no SemVer tag at all, or no stable one, or none', () => {
  assert.equal(audit([]).verdict.is, 'no-tags');
  assert.equal(audit(['v1.0.0-rc.1']).verdict.is, 'no-stable');
  const { verdict } = audit(['2024.01', '2024.02', 'release-7']);
  assert.equal(verdict.is, 'not-semver');
  assert.equal(
    verdict.sentence,
    `This project's tags are not SemVer at all: none of the 3 tags is vMAJOR.MINOR.PATCH; 2024.01, for one, is not "v" and a version`,
  );
  assert.match(
    audit(['1.2.3']).verdict.sentence,
    /the only tag is not vMAJOR\.MINOR\.PATCH; 1\.2\.3, for one, has no "v" before the version/,
  );
});

test('auditTags() judges 10,000 tags in well under a second', () => {
  const tags = Array.from({ length: 10_000 }, (_, index) =>
    tag(`v${index % 40}.${index % 97}.${index}`, { createdAt: index }),
  );
  const start = performance.now();
  const report = auditTags(tags, { ignore: [/^api\//u] });
  assert.ok(performance.now() - start < 1500);
  assert.equal(report.tags.strict, 10_000);
});

function audit(names: readonly string[]): ReturnType<typeof auditTags> {
  return auditTags(
    names.map((name, index) => tag(name, { createdAt: index * 10 })),
    { ignore: [] },
  );
}

function tag(name: string, change: Partial<AuditTag> = {}): AuditTag {
  const id = objectId('a'.repeat(40));
  return { name, objectType: 'tag', object: id, commit: id, createdAt: 0, signature: 'pgp', ...change };
}
