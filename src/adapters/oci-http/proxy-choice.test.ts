import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proxyFor } from './proxy-choice.ts';

const proxies = { http_proxy: 'http://proxy.example:3128', HTTPS_PROXY: 'http://proxy.example:3129' };

function isDirect(url: string, exceptions: string): boolean {
  const chosen = proxyFor(new URL(url), { ...proxies, NO_PROXY: exceptions });
  return Object.keys(chosen).length === 0;
}

const rules: readonly (readonly [string, string, boolean])[] = [
  ['https://registry.example/', '', false],
  ['https://registry.example/', '*', true],
  ['https://registry.example/', 'registry.example', true],
  ['https://registry.example/', 'other.example, registry.example', true],
  ['https://a.registry.example/', 'registry.example', true],
  ['https://registry.example/', '.registry.example', false],
  ['https://a.registry.example/', '.registry.example', true],
  ['https://a.registry.example/', '*.registry.example', true],
  ['https://registry.example/', '*.registry.example', false],
  ['https://notregistry.example/', 'registry.example', false],
  ['https://registry.example.evil/', 'registry.example', false],
  ['https://REGISTRY.example/', 'registry.EXAMPLE', true],
  ['https://registry.example:5000/', 'registry.example:5000', true],
  ['https://registry.example:5001/', 'registry.example:5000', false],
  ['https://registry.example/', 'registry.example:443', true],
  ['http://registry.example/', 'registry.example:443', false],
  ['https://10.1.2.3/', '10.0.0.0/8', true],
  ['https://11.1.2.3/', '10.0.0.0/8', false],
  ['https://10.1.2.3/', '10.1.2.3', true],
  ['https://10.1.2.3/', '10.1.2.33', false],
  ['https://10.1.2.3/', '10.0.0.0/99', false],
  ['https://10.1.2.3/', '1.2.3', false],
  ['https://[fd00::1]:5000/', 'fd00::/8', true],
  ['https://[fd00::1]:5000/', '[fd00::1]:5000', true],
  ['https://[fd00::1]/', 'fd00::2', false],
];
for (const [url, exceptions, direct] of rules)
  test(`${url} with NO_PROXY "${exceptions}" is asked ${direct ? 'directly' : 'through the proxy'}`, () => {
    assert.equal(isDirect(url, exceptions), direct);
  });

test('each protocol has its proxy, lower case first, and a proxy without a scheme is http', () => {
  const environment = { ...proxies, https_proxy: 'first.example:1' };
  assert.deepEqual(proxyFor(new URL('https://a.example/'), environment), { https_proxy: 'http://first.example:1' });
  assert.deepEqual(proxyFor(new URL('http://a.example/'), environment), { http_proxy: 'http://proxy.example:3128' });
  assert.deepEqual(proxyFor(new URL('https://a.example/'), { no_proxy: '', http_proxy: 'x' }), {});
});

test('loopback is never asked for through a proxy, and a CGI program takes none from a header', () => {
  for (const host of ['localhost:5000', '127.0.0.1:5000', '[::1]:5000'])
    assert.deepEqual(proxyFor(new URL(`http://${host}/`), proxies), {}, host);
  const cgi = { HTTP_PROXY: 'http://evil.example', REQUEST_METHOD: 'GET' };
  assert.deepEqual(proxyFor(new URL('http://a.example/'), cgi), {});
});

test('lower-case no_proxy counts before NO_PROXY', () => {
  const environment = { ...proxies, no_proxy: 'a.example', NO_PROXY: 'b.example' };
  assert.deepEqual(proxyFor(new URL('https://a.example/'), environment), {});
  assert.notDeepEqual(proxyFor(new URL('https://b.example/'), environment), {});
});
