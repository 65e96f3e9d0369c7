import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { digestOf, hexOf } from '../../domain/digest.ts';
import { objectId } from '../../domain/object-id.ts';
import type { ReleasePredicate, ReleasedCompanion } from '../../domain/release-statement.ts';
import { parseReleaseStatement } from './parse-release-statement.ts';
import { releaseStatement } from './release-statement.ts';
import { statementBytes } from './statement.ts';

const amd64 = digestOf('amd64');
const predicate: ReleasePredicate = {
  purl: `pkg:oci/app@${digestOf('index')}?repository_url=embedded%2Fapp`,
  version: '1.2.3-rc.1',
  schema: 'cutwater.release/1',
  project: 'rustshare',
  class: 'rc',
  tag: {
    name: 'v1.2.3-rc.1',
    object: objectId('a'.repeat(40)),
    raw: Buffer.from('object ...').toString('base64'),
    signer: { name: 'Ada', format: 'openpgp', fingerprint: 'F'.repeat(40) },
  },
  source: { commit: objectId('b'.repeat(40)) },
  build: { commit: objectId('b'.repeat(40)) },
  image: { name: 'embedded/app', index: digestOf('index'), platforms: [{ platform: 'linux/amd64', digest: amd64 }] },
  binaries: [
    { name: 'app-x86_64-linux', platform: 'linux/amd64', path: '/usr/bin/app', digest: digestOf('bin'), size: 3 },
  ],
  documents: [
    { role: 'provenance', subject: digestOf('index'), referrer: digestOf('r1'), payload: digestOf('p1') },
    { role: 'sbom', platform: 'linux/amd64', subject: amd64, referrer: digestOf('r2'), payload: digestOf('p2') },
  ],
  gates: [],
  evidence: [],
  assets: [
    { name: 'app-x86_64-linux', digest: digestOf('bin'), size: 3 },
    { name: 'notes.txt', digest: digestOf('x'), size: 0 },
  ],
};

test('releaseStatement() names the index, each platform and each binary as subjects', () => {
  deepEqual(releaseStatement(predicate).subject, [
    { name: 'embedded/app', digest: { sha256: hexOf(digestOf('index')) } },
    { name: 'embedded/app#linux/amd64', digest: { sha256: hexOf(amd64) } },
    { name: 'app-x86_64-linux', digest: { sha256: hexOf(digestOf('bin')) } },
  ]);
});

test('parseReleaseStatement() reads what releaseStatement() makes', () => {
  const read = parseReleaseStatement(statementBytes(releaseStatement(predicate)));
  deepEqual(read, { is: 'ok', value: releaseStatement(predicate) });
});

const web: ReleasedCompanion = {
  name: 'embedded/web',
  index: digestOf('web'),
  platforms: [{ platform: 'linux/amd64', digest: digestOf('web amd64') }],
  documents: [{ role: 'provenance', subject: digestOf('web'), referrer: digestOf('r3'), payload: digestOf('p3') }],
};

test('a release with companions names their indexes and platforms as subjects, before the binaries, and is read again', () => {
  const statement = releaseStatement({ ...predicate, companions: [web] });
  deepEqual(
    statement.subject.map(({ name }) => name),
    ['embedded/app', 'embedded/app#linux/amd64', 'embedded/web', 'embedded/web#linux/amd64', 'app-x86_64-linux'],
  );
  deepEqual(parseReleaseStatement(statementBytes(statement)), { is: 'ok', value: statement });
});

test('parseReleaseStatement() refuses companions that do not agree with themselves, or with each other', () => {
  const [document] = web.documents;
  ok(document);
  const other = { ...web, index: digestOf('other'), documents: [] };
  refused({ ...predicate, companions: [] }, /companions has 0 entries, 1 to 100 are wanted/);
  refused({ ...predicate, companions: [web, { ...web }] }, /companions has "embedded\/web" twice/);
  refused({ ...predicate, companions: [{ ...web, name: 'embedded/app' }] }, /companions has "embedded\/app" twice/);
  refused({ ...predicate, companions: [web, { ...other, name: 'x.example/web' }] }, /companions has "web" twice/);
  refused(
    { ...predicate, companions: [{ ...web, documents: [{ ...document, subject: digestOf('index') }] }] },
    /document "provenance" of the index has another subject/,
  );
  refused(
    { ...predicate, companions: [{ ...web, platforms: [...web.platforms, ...web.platforms] }] },
    /companions\[0\]\.platforms has "linux\/amd64" twice/,
  );
  const { documents: _, ...without } = web;
  const statement = releaseStatement({ ...predicate, companions: [web] });
  const changed = { ...statement, predicate: { ...statement.predicate, companions: [without] } };
  match(reasonFor(changed), /companions\[0\] has no "documents"/);
  const hidden = { ...statement, subject: releaseStatement(predicate).subject };
  match(reasonFor(hidden), /subject does not list the index/);
});

test('parseReleaseStatement() refuses a release whose parts do not agree', () => {
  const [binary] = predicate.binaries;
  const [provenance] = predicate.documents;
  ok(binary && provenance);
  refused({ ...predicate, class: 'stable' }, /class is "stable", which "1.2.3-rc.1" is not/);
  refused({ ...predicate, tag: { ...predicate.tag, name: 'v1.2.4' } }, /tag.name is "v1.2.4"/);
  refused({ ...predicate, tag: { ...predicate.tag, signer: null } }, /no signer and no reason/);
  refused({ ...predicate, binaries: [{ ...binary, platform: 'linux/arm64' }] }, /which the image does not have/);
  refused({ ...predicate, binaries: [{ ...binary, image: 'e.org/web' }] }, /of "e\.org\/web", which is no companion/);
  refused({ ...predicate, binaries: [{ ...binary, size: 4 }] }, /differs from the asset of its name/);
  refused({ ...predicate, assets: [] }, /is not among the assets/);
  refused({ ...predicate, documents: [{ ...provenance, subject: amd64 }] }, /of the index has another subject/);
  refused({ ...predicate, documents: [provenance, { ...provenance, referrer: digestOf('r3') }] }, /twice/);
  const foreign = {
    ...releaseStatement(predicate),
    subject: [{ name: 'x', digest: { sha256: hexOf(digestOf('x')) } }],
  };
  match(reasonFor(foreign), /subject does not list/);
});

test('parseReleaseStatement() takes another build commit, and a reason for a rebuild, only with a candidate of the version', () => {
  const stable: ReleasePredicate = {
    ...predicate,
    version: '1.2.3',
    class: 'stable',
    tag: { ...predicate.tag, name: 'v1.2.3' },
  };
  const tag = objectId('c'.repeat(40));
  const promoted: ReleasePredicate = {
    ...stable,
    build: { commit: objectId('d'.repeat(40)) },
    promotes: { version: '1.2.3-rc.2', tag },
  };
  const rebuild = { reason: 'the base image had a hole', insteadOf: '1.2.3-rc.2' };
  for (const release of [promoted, { ...stable, rebuild }, { ...promoted, build: stable.build }])
    equal(parseReleaseStatement(statementBytes(releaseStatement(release))).is, 'ok');
  refused({ ...stable, build: promoted.build }, /build.commit is not predicate.source.commit/);
  refused({ ...promoted, rebuild }, /both promotes and rebuild/);
  refused({ ...promoted, promotes: { version: '1.2.4-rc.1', tag } }, /"1.2.4-rc.1" as candidate, .* none of "1.2.3"/);
  refused({ ...promoted, promotes: { version: '1.2.3', tag } }, /"1.2.3" as candidate/);
  refused({ ...stable, rebuild: { ...rebuild, insteadOf: '1.2.3-beta.1' } }, /"1.2.3-beta.1" as candidate/);
  // A candidate is built from its own commit, always.
  refused({ ...predicate, build: promoted.build, promotes: { version: '1.2.3-rc.2', tag } }, /as candidate/);
});

test('parseReleaseStatement() refuses a statement of another type, of a later schema, and unknown members', () => {
  const statement = releaseStatement(predicate);
  match(reasonFor({ ...statement, predicateType: 'https://slsa.dev/provenance/v1' }), /predicateType is not/);
  match(
    reasonFor({ ...statement, predicate: { ...predicate, schema: 'cutwater.release/2' } }),
    /predicate.schema is not/,
  );
  match(reasonFor({ ...statement, predicate: { ...predicate, also: 1 } }), /predicate has the unknown member "also"/);
});

test('parseReleaseStatement() refuses every single member that is taken away or replaced', () => {
  const statement: unknown = JSON.parse(JSON.stringify(releaseStatement(predicate)));
  for (const path of pathsIn(statement)) {
    // A document without its platform is one about the index, which is refused for its subject; both ways it is refused.
    for (const value of [undefined, 7.5, '', [], {}, 'A\n'])
      equal(
        parseReleaseStatement(bytes(replaced(statement, path, value))).is,
        'refused',
        `${path.join('.')} = ${JSON.stringify(value) ?? 'nothing'}`,
      );
  }
});

test('parseReleaseStatement() never throws, whatever stands anywhere', () => {
  const statement: unknown = JSON.parse(JSON.stringify(releaseStatement(predicate)));
  const paths = pathsIn(statement);
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
      parseReleaseStatement(bytes(replaced(statement, path, value)));
    }),
  );
  fc.assert(fc.property(fc.uint8Array(), (input) => equal(parseReleaseStatement(input).is, 'refused')));
});

function refused(changed: ReleasePredicate, reason: RegExp): void {
  match(reasonFor(releaseStatement(changed)), reason);
}

function reasonFor(statement: unknown): string {
  const read = parseReleaseStatement(bytes(statement));
  return read.is === 'refused' ? read.reason : '';
}

type Path = readonly string[];

/** Every place in a JSON value but the lists that may be shorter. */
function pathsIn(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Object.entries(value).flatMap(([key, member]) => pathsIn(member, [...at, key]));
  return at.length === 0 || Array.isArray(value) || /^\d+$/.test(at.at(-1) ?? '') ? inner : [at, ...inner];
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((member: unknown, index) => (String(index) === key ? replaced(member, rest, by) : member));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === key ? replaced(member, rest, by) : member]),
  );
}

function bytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
