import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf, hexOf } from '../../domain/digest.ts';
import { objectId } from '../../domain/object-id.ts';
import { readBuiltCommit, readProvenance } from './parse-provenance.ts';
import type { ProvenanceInput } from './provenance-statement.ts';
import { provenanceStatement } from './provenance-statement.ts';
import { sbomStatement } from './sbom-statement.ts';
import { parseStatement, statementBytes } from './statement.ts';

const input: ProvenanceInput = {
  buildType: 'https://example.org/build/v1',
  builderId: 'https://example.org/ci',
  builder: 'assemble',
  builders: [],
  source: { kind: 'tag', name: 'v1.2.3', object: objectId('a'.repeat(40)) },
  build: { commit: objectId('b'.repeat(40)), repository: 'https://example.org/team/app' },
  policy: digestOf('policy'),
  baseImages: [{ name: 'example.org/base', digest: digestOf('base') }],
  image: {
    name: 'example.org/team/app',
    index: digestOf('index'),
    platforms: [
      { platform: 'linux/amd64', digest: digestOf('amd64') },
      { platform: 'linux/arm64', digest: digestOf('arm64') },
    ],
  },
  binaries: [{ name: 'app-x86_64-linux', digest: digestOf('bin') }],
};

test('provenanceStatement() is SLSA v1 with all parameters, the commit and the base images, and no time', () => {
  deepEqual(provenanceStatement(input).predicate, {
    buildDefinition: {
      buildType: 'https://example.org/build/v1',
      externalParameters: {
        tag: { name: 'v1.2.3', object: 'a'.repeat(40) },
        policy: { sha256: hexOf(digestOf('policy')) },
        platforms: ['linux/amd64', 'linux/arm64'],
        builder: 'assemble',
      },
      resolvedDependencies: [
        { uri: 'git+https://example.org/team/app@refs/tags/v1.2.3', digest: { gitCommit: 'b'.repeat(40) } },
        { uri: `docker://example.org/base@${digestOf('base')}`, digest: { sha256: hexOf(digestOf('base')) } },
      ],
    },
    runDetails: { builder: { id: 'https://example.org/ci' } },
  });
});

test('provenanceStatement() names who built a platform elsewhere, as what the builder knows and not as what was asked for', () => {
  const builders = [{ platform: 'linux/arm64', id: 'https://example.org/other' }];
  const { buildDefinition } = provenanceStatement({ ...input, builders }).predicate;
  deepEqual(buildDefinition.internalParameters, { builders });
  deepEqual(
    buildDefinition.externalParameters,
    provenanceStatement(input).predicate.buildDefinition.externalParameters,
  );
});

test('provenanceStatement() speaks of the index, every platform and every binary', () => {
  const hexes = provenanceStatement(input).subject.map(({ digest }) => digest.sha256);
  deepEqual(
    hexes,
    ['index', 'amd64', 'arm64', 'bin'].map((text) => hexOf(digestOf(text))),
  );
});

test('provenanceStatement() without a known repository still names the commit', () => {
  const statement = provenanceStatement({ ...input, build: { ...input.build, repository: undefined } });
  deepEqual(statement.predicate.buildDefinition.resolvedDependencies[0], { digest: { gitCommit: 'b'.repeat(40) } });
});

test('the provenance of a branch build names its commit and no release tag, so it can never stand in for a release', () => {
  const statement = provenanceStatement({ ...input, source: { kind: 'branch', name: 'main' } });
  const read = parseStatement(statementBytes(statement));
  ok(read.is === 'ok');
  equal(readProvenance(read.value).is, 'refused');
  deepEqual(readBuiltCommit(read.value), { is: 'ok', value: 'b'.repeat(40) });
  const { buildDefinition } = statement.predicate;
  deepEqual(buildDefinition.externalParameters.branch, { name: 'main' });
  equal(buildDefinition.resolvedDependencies[0]?.uri, 'git+https://example.org/team/app@refs/heads/main');
});

test('statementBytes() of the same facts are the same bytes, and parseStatement() reads them', () => {
  const bytes = statementBytes(provenanceStatement(input));
  deepEqual(statementBytes(provenanceStatement(structuredClone(input))), bytes);
  equal(parseStatement(bytes).is, 'ok');
});

test('sbomStatement() speaks of one manifest and carries the document unchanged', () => {
  const document = { bomFormat: 'CycloneDX', components: [] };
  const statement = sbomStatement({
    image: 'embedded/app',
    platform: 'linux/amd64',
    digest: digestOf('amd64'),
    document,
  });
  equal(statement.predicate, document);
  equal(statement.predicateType, 'https://cyclonedx.org/bom');
  deepEqual(statement.subject, [{ name: 'embedded/app#linux/amd64', digest: { sha256: hexOf(digestOf('amd64')) } }]);
});
