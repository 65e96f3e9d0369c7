import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Parsed } from '../domain/brand.ts';
import { parseAge } from './age.ts';
import { parseBranchName, parseBranchPattern } from './branch-pattern.ts';
import { parseClosingDate } from './closing-date.ts';
import { parseCommandLine } from './command-words.ts';
import { parseDuration } from './duration.ts';
import { parseOpenpgpFingerprint } from './openpgp-fingerprint.ts';
import { placeholderFault } from './placeholder.ts';
import { parseFolderPath, parsePathPattern, parseRepositoryPath } from './repository-path.ts';
import { parseSshPublicKey } from './ssh-public-key.ts';

/** A parser, what it accepts with the value, and what it refuses. */
interface ParserTable {
  readonly name: string;
  readonly parse: (text: string) => Parsed<unknown>;
  readonly accepts: readonly (readonly [string, unknown])[];
  readonly refuses: readonly string[];
}

const forty = '0123456789ABCDEF0123456789ABCDEF01234567';
const tables: readonly ParserTable[] = [
  {
    name: 'parseDuration()',
    parse: parseDuration,
    accepts: [
      ['90s', 90],
      ['10m', 600],
      ['1h30m', 5400],
      ['24h', 86_400],
    ],
    refuses: ['', '0s', '25h', '10', '10 m', '1d', '1m1h', '-5m', '1.5h', '999999999999s'],
  },
  {
    name: 'parseAge()',
    parse: parseAge,
    accepts: [
      ['1h', 3600],
      ['14d', 14 * 86_400],
      ['3650d', 3650 * 86_400],
    ],
    refuses: ['', '0d', '3651d', '90m', '1d12h', '14', '-1d', '014d', '1.5d', '14 d'],
  },
  {
    name: 'parseClosingDate()',
    parse: parseClosingDate,
    accepts: [
      ['1970-01-01', 86_399],
      ['2028-02-29', Date.UTC(2028, 2, 1) / 1000 - 1],
    ],
    refuses: ['2027-02-29', '2027-13-01', '2027-1-1', '31.01.2027', '2027-01-31T00:00:00Z', '0000-00-00'],
  },
  {
    name: 'parseCommandLine()',
    parse: parseCommandLine,
    accepts: [
      ['cargo test  --workspace', ['cargo', 'test', '--workspace']],
      ['./a.sh', ['./a.sh']],
    ],
    refuses: ['a && b', 'a; b', 'a > b', 'a "b c"', 'echo $HOME', 'a `b`', 'A=1 b', 'a_b=1 c', 'a\nb', 'ls *.md'],
  },
  {
    name: 'parseOpenpgpFingerprint()',
    parse: parseOpenpgpFingerprint,
    accepts: [
      [forty.toLowerCase(), forty],
      [forty.replace(/(.{4})/g, '$1 ').trim(), forty],
      [`${forty}${forty.slice(0, 24)}`, `${forty}${forty.slice(0, 24)}`],
    ],
    refuses: ['ABCD1234', '0123456789ABCDEF', `0x${forty}`, forty.slice(1), `${forty}0`, 'Ada', ''],
  },
  {
    name: 'parseRepositoryPath()',
    parse: parseRepositoryPath,
    accepts: [
      ['a/b.md', 'a/b.md'],
      ['.cutwater/keys/a.asc', '.cutwater/keys/a.asc'],
      ['-x', '-x'],
      ['a..b/c', 'a..b/c'],
    ],
    refuses: [
      '',
      '/a',
      '..',
      'a/../b',
      './a',
      'a//b',
      'a/',
      'a\\b',
      'C:/a',
      '~/a',
      '.git/hooks',
      '.GIT/x',
      'a\u202eb',
      'a\nb',
    ],
  },
  {
    name: 'parseFolderPath()',
    parse: parseFolderPath,
    accepts: [
      ['.', '.'],
      ['docker/', 'docker'],
    ],
    refuses: ['..', '/', ''],
  },
  {
    name: 'parsePathPattern()',
    parse: parsePathPattern,
    accepts: [
      ['docs/**', 'docs/**'],
      ['*.md', '*.md'],
      ['**/README.md', '**/README.md'],
    ],
    refuses: ['**', '*', '*/**', 'a**', 'a[b]', '!a', '{a,b}', 'a?', '*a*a*a*a', '../**'],
  },
  {
    name: 'parseBranchName()',
    parse: parseBranchName,
    accepts: [
      ['main', 'main'],
      ['a/b-c', 'a/b-c'],
    ],
    refuses: ['hotfix/*', '-x', 'a b', 'a..b', 'a.lock', '/a', 'a/', 'refs/heads/a', 'a@{1}', 'a:b'],
  },
  {
    name: 'parseBranchPattern()',
    parse: parseBranchPattern,
    accepts: [['hotfix/*', 'hotfix/*']],
    refuses: ['*', '*/*', '**', 'a/**', ''],
  },
  {
    name: 'parseSshPublicKey()',
    parse: parseSshPublicKey,
    accepts: [],
    refuses: [
      'ssh-ed25519',
      'ssh-ed25519 AAAA',
      'ssh-dss AAAA',
      '-----BEGIN OPENSSH PRIVATE KEY-----',
      `ssh-rsa AAAAC3NzaC1lZDI1NTE5${'A'.repeat(48)}`,
    ],
  },
];

for (const { name, parse, accepts, refuses } of tables) {
  for (const [text, value] of accepts)
    test(`${name} reads ${JSON.stringify(text)}`, () => assert.deepEqual(parse(text), { is: 'ok', value }));
  for (const text of refuses)
    test(`${name} refuses ${JSON.stringify(text.slice(0, 60))}`, () => assert.equal(parse(text).is, 'refused'));
}

test('placeholderFault() knows {arch}, {machine} and {os} only', () => {
  assert.equal(placeholderFault('a-{arch}-{machine}-{os}'), undefined);
  assert.match(placeholderFault('a-{architecture}') ?? '', /unknown placeholder/);
  assert.match(placeholderFault('a-{arch') ?? '', /single brace/);
  assert.match(placeholderFault('{{arch}}') ?? '', /unknown placeholder|single brace/);
});
