import assert from 'node:assert/strict';
import { test } from 'node:test';
import { debianMirror, parseAptSources, sourceFileOf } from '../tools/apt-source.ts';

const deb822 = `Types: deb
# a remark
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/k.gpg

Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main
`;

test('parseAptSources() reads deb822 stanzas, one source per suite', () => {
  assert.deepEqual(
    parseAptSources(deb822).map(({ suite }) => suite),
    ['bookworm', 'bookworm-updates', 'bookworm-security'],
  );
});

test('debianMirror() takes the plain suite, and sourceFileOf() names another suite there', () => {
  const mirror = debianMirror(parseAptSources(deb822));
  assert.ok(mirror !== undefined);
  assert.equal(
    sourceFileOf(mirror, 'sid'),
    'Types: deb\nURIs: http://mirror.test/debian\nSuites: sid\nComponents: main\nSigned-By: /usr/share/keyrings/k.gpg\n',
  );
});

test('parseAptSources() reads one-line sources and leaves comments and foreign components out', () => {
  const text = [
    '# deb http://no.test/debian sid main',
    'deb [signed-by=/k.gpg arch=amd64] http://one.test/debian trixie main contrib',
    'deb-src http://one.test/debian trixie main',
    'deb http://foreign.test/x stable extra',
  ].join('\n');
  assert.deepEqual(parseAptSources(text), [{ uri: 'http://one.test/debian', suite: 'trixie', signedBy: '/k.gpg' }]);
});

test('debianMirror() finds none on a machine without one', () =>
  assert.equal(debianMirror(parseAptSources('')), undefined));
