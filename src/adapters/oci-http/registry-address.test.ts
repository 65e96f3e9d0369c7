import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseImageName } from '../../domain/image-name.ts';
import { isPrivateHost, repositoryRoot } from './registry-address.ts';

function root(text: string): string {
  const name = parseImageName(text);
  assert.ok(name.is === 'ok');
  return repositoryRoot(name.value).href;
}

test('plain http is chosen for loopback hosts only', () => {
  assert.equal(root('localhost:5000/a/b'), 'http://localhost:5000/v2/a/b/');
  assert.equal(root('127.0.0.9:5000/a'), 'http://127.0.0.9:5000/v2/a/');
  assert.equal(root('[::1]:5000/a'), 'http://[::1]:5000/v2/a/');
  assert.equal(root('10.0.0.1:5000/a'), 'https://10.0.0.1:5000/v2/a/');
  assert.equal(root('localhost.example/a'), 'https://localhost.example/v2/a/');
  assert.equal(root('127.0.0.1.example/a'), 'https://127.0.0.1.example/v2/a/');
});

test("Docker Hub's names lead to its API host, and its official images below library/", () => {
  assert.equal(root('docker.io/acme/app'), 'https://registry-1.docker.io/v2/acme/app/');
  assert.equal(root('docker.io/alpine'), 'https://registry-1.docker.io/v2/library/alpine/');
});

test('an address decides over the name, also for plain http elsewhere and for IPv6', () => {
  const name = { registry: 'embedded', repository: 'a' };
  assert.equal(repositoryRoot(name, { protocol: 'http', host: '10.0.0.1', port: 81 }).href, 'http://10.0.0.1:81/v2/a/');
  assert.equal(repositoryRoot(name, { protocol: 'http', host: '::1', port: 81 }).href, 'http://[::1]:81/v2/a/');
  assert.throws(() => repositoryRoot(name), { code: 'CONFIG_INVALID' });
});

test('isPrivateHost() knows private, link-local, loopback and mapped addresses, in any notation', () => {
  const hosts = [
    '127.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0',
    '0x7f000001',
    '[::1]',
    '[fd00::1]',
    '[fe80::1]',
    '[::ffff:10.0.0.1]',
    '[64:ff9b::7f00:1]',
    'localhost',
    'LOCALHOST.',
    'x.localhost',
  ];
  for (const host of hosts) assert.equal(isPrivateHost(new URL(`http://${host}/`).hostname), true, host);
  for (const host of ['8.8.8.8', 'ghcr.io', '172.32.0.1', '[2001:db8::1]', 'localhost.example', '10.example'])
    assert.equal(isPrivateHost(new URL(`http://${host}/`).hostname), false, host);
});
