import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDebianPackages, parseListedPackages, readDebianPackages, withAllTheyNeed } from './debian-package.ts';
import { isWanted, linkInside } from './image-root-files.ts';
import { repositoryRoot } from './run-check.ts';

const stanza = (name: string, needs: string): string => `Package: ${name}
Version: 1:2.3~rc1+b2-4
Architecture: arm64
${needs}
Enhances: other
Filename: pool/main/${name[0] ?? ''}/${name}/${name}_2.3_arm64.deb
Size: 5
Description: words
 Depends: none of these
SHA256: ${'0'.repeat(64)}
`;

test('a package needs what it pre-depends and depends on, of alternatives the first, whatever version', () => {
  const needs = 'Pre-Depends: libc6 (>= 2.3), awk\nDepends: perl:any | mawk, libstdc++6 (>= 12)';
  const [first, second] = parseListedPackages(`${stanza('git', needs)}\n${stanza('zlib1g', 'Section: libs')}`);
  assert.deepEqual(first?.needs, ['libc6', 'awk', 'perl', 'libstdc++6']);
  assert.deepEqual([first.file.version, first.file.size, second?.file.name], ['1:2.3~rc1+b2-4', 5, 'zlib1g']);
});

test('all that is needed is found once, circles end, what is left out stays out, and what nobody has is said', async () => {
  const asked: string[] = [];
  const world = new Map([
    ['git', 'Depends: libc6, perl'],
    ['libc6', 'Depends: libgcc-s1'],
    ['libgcc-s1', 'Depends: libc6'],
  ]);
  const ask = (names: readonly string[]) => {
    asked.push(...names);
    const known = names.filter((name) => world.has(name));
    return Promise.resolve(parseListedPackages(known.map((name) => stanza(name, world.get(name) ?? '')).join('\n')));
  };
  const found = await withAllTheyNeed(['git'], new Set(['perl']), ask);
  assert.deepEqual(
    found.map(({ name }) => name),
    ['git', 'libc6', 'libgcc-s1'],
  );
  assert.deepEqual(asked, ['git', 'libc6', 'libgcc-s1']);
  await assert.rejects(withAllTheyNeed(['git'], new Set(), ask), /no package perl/);
});

test('a list that could lead elsewhere than into the pool of a mirror is refused', () => {
  const [entry] = parseListedPackages(stanza('git', 'Section: vcs'));
  const list = (change: Readonly<Record<string, unknown>>): string =>
    JSON.stringify({ release: 'bookworm', packages: [{ ...entry?.file, ...change }] });
  assert.equal(parseDebianPackages(list({})).packages.length, 1);
  for (const change of [
    { path: '../x.deb' },
    { path: 'pool/main/../../x.deb' },
    { path: '/pool/main/g/git/git.deb' },
    { path: 'pool/main/g/git/git.tar' },
    { name: '../git' },
    { name: '-x' },
    { sha256: 'abc' },
    { architecture: 'i386' },
    { size: '5' },
  ])
    assert.throws(() => parseDebianPackages(list(change)), /no package/, JSON.stringify(change));
});

test('the list in the repository names every package of the image for both machines', async () => {
  const { packages } = await readDebianPackages(repositoryRoot);
  const of = (architecture: string) =>
    packages.flatMap((one) => (one.architecture === architecture || one.architecture === 'all' ? [one.name] : []));
  assert.deepEqual(of('amd64'), of('arm64'));
  for (const name of ['git', 'gpg', 'libc6', 'libstdc++6', 'ca-certificates', 'dash'])
    assert.ok(of('amd64').includes(name));
});

test('the image has what runs, what that needs and the licences, and nothing else of a package', () => {
  const wanted = [
    'bin/sh',
    'lib64/ld-linux-x86-64.so.2',
    'lib/x86_64-linux-gnu/libc.so.6',
    'usr/bin/git',
    'usr/lib/git-core/git-remote-https',
    'usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30',
    'usr/share/doc/git/copyright',
    'usr/share/doc/libgcc-s1',
    'etc/os-release',
  ];
  const left = [
    'bin/bash',
    'usr/bin/scalar',
    'usr/lib/git-core/git-add--interactive',
    'usr/lib/x86_64-linux-gnu/gconv/UTF-16.so',
    'usr/share/doc/git/changelog.gz',
    'usr/share/locale/de/LC_MESSAGES/git.mo',
    'etc/bash_completion.d/git-prompt',
    'etc/shadow',
  ];
  assert.deepEqual([...wanted, ...left].filter(isWanted), wanted);
});

test('a link leads to the same file wherever the root of the image lies', () => {
  const loader = '/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2';
  assert.equal(linkInside('lib64/ld-linux-x86-64.so.2', loader), `..${loader}`);
  assert.equal(linkInside('etc/os-release', '../usr/lib/os-release'), '../usr/lib/os-release');
});
