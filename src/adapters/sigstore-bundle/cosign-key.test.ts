import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { suite, test } from 'node:test';
import { isCutwaterError } from '../../domain/error.ts';
import { Secret } from '../../domain/secret.ts';
import { readPrivateKey } from './pem-key.ts';

suite('keys of cosign', () => {
  void test('a key that cosign made is opened with its passphrase and has the public half that cosign wrote', () => {
    for (const pem of [cosignKey, cosignKey.replaceAll('SIGSTORE', 'COSIGN'), `${cosignKey}\n`]) {
      const key = readPrivateKey({ name: 'ci', pem: new Secret(pem), passphrase: new Secret('a pass') });
      assert.equal(createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString().trim(), publicHalf);
    }
  });

  void test('a wrong or missing passphrase and a damaged key are told without any part of the key', () => {
    const json = Buffer.from(cosignKey.split('\n').slice(1, -1).join(''), 'base64').toString('utf8');
    const cases: readonly [string, string | undefined, RegExp][] = [
      [cosignKey, undefined, /it is encrypted, its passphrase is wanted/],
      [cosignKey, 'another', /damaged, or the passphrase is wrong/],
      [wrap('{}'), 'a pass', /it is damaged/],
      [wrap('no json'), 'a pass', /it is damaged/],
      [wrap(json.replace('65536', '1073741824')), 'a pass', /strange strength/],
      [wrap(json.replace('65536', '3')), 'a pass', /strange strength/],
      [wrap(json.replace(/"nonce":"[^"]+"/, '"nonce":"AAAA"')), 'a pass', /it is damaged/],
      [wrap(json.replace('nacl/secretbox', 'rot13')), 'a pass', /it is damaged/],
    ];
    for (const [pem, passphrase, message] of cases)
      assert.throws(
        () =>
          readPrivateKey({
            name: 'ci',
            pem: new Secret(pem),
            ...(passphrase === undefined ? {} : { passphrase: new Secret(passphrase) }),
          }),
        (error) => {
          assert.ok(isCutwaterError(error, 'KEY_UNUSABLE'), String(error));
          assert.match(error.message, message);
          assert.ok(!error.message.includes('a pass') && !error.message.includes('another'));
          return true;
        },
      );
  });
});

function wrap(json: string): string {
  const label = 'ENCRYPTED SIGSTORE PRIVATE KEY';
  return `-----BEGIN ${label}-----\n${Buffer.from(json).toString('base64')}\n-----END ${label}-----`;
}

// Made by cosign 3.1.1 for this test alone, with the passphrase "a pass".
const cosignKey = `-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6
OCwicCI6MX0sInNhbHQiOiJId1dsdnRlNVhTSHZoT3B4M1pYTVdEQTZ3YUYvcEdo
NExnUFBsU0xvVWs0PSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
Iiwibm9uY2UiOiJxSkk1bjQ2SFBkUEJHOFR1UStyOHRGZVRCa2lDTjZPcCJ9LCJj
aXBoZXJ0ZXh0IjoiVVJabytkbXN2SERXSW55UVIyK1ZNcTFZWHFsK1hSVnZRUEE5
ejJMenhKeEFqand5SWllakI0aDBVY3Q4eWpmamlZUHduTTlNTGNqUm4zSE9iYnlI
ZEMwU2RrV2ZaRlpsdTBoUkpZdk9BUk5CZHRXVkZHSGx6UlJmMCtWRmhBeC9YSFBx
dlcvdGlJOEVSbzFpMlhUK0k3aDhMbmFSNzUvK0dUVENLUU9EY1pKUnlwdlZQWXY3
aUFqdXhtRlA5bnhrd1FONWZheVprSDlla3c9PSJ9
-----END ENCRYPTED SIGSTORE PRIVATE KEY-----`;
const publicHalf = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEmzxd7taHu38+AhEnbqOghHg2TaT1
KE+H5y1AdPNXowO7yt6I7BpzTvpkrdhbf+nurS+1E1g6feTVTE8Pl0kkfg==
-----END PUBLIC KEY-----`;
