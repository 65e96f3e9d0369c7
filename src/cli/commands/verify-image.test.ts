import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fails } from '../../../test/make/github-client.ts';
import { makeFolder } from '../../../test/make/folder.ts';
import { makeSshKey } from '../../../test/make/keys.ts';
import { silentContext } from '../../../test/make/silent-context.ts';
import { commandTable } from '../command-table.ts';
import { parseCommandLine } from '../parse-command-line.ts';

const image = 'registry.example.org/acme/app:1.2.3';

/** Runs `verify` in this process, which must end before any server is asked. */
async function verify(folder: string, ...args: readonly string[]): Promise<unknown> {
  const parsed = parseCommandLine({ args: ['verify', ...args], table: commandTable, version: '1.0.0', columns: 80 });
  assert.ok(parsed.kind === 'run');
  const { run } = await parsed.command.load();
  return run(parsed.input, silentContext({ folder, env: {} }));
}

function spki(type: 'p384' | 'rsa'): string {
  const { publicKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

async function refuses(t: TestContext, text: string, found: RegExp): Promise<void> {
  const folder = await makeFolder(t);
  await writeFile(join(folder, 'given.pub'), text);
  await fails(verify(folder, image, '--key', 'given.pub'), 'KEY_UNUSABLE', [/given\.pub/, found]);
}

test('what is no public key of CI is refused by the name of its file and what it is instead', async (t) => {
  await refuses(t, spki('rsa'), /of type rsa, ECDSA P-256 or Ed25519 is wanted/);
  await refuses(t, spki('p384'), /on curve secp384r1/);
  await refuses(
    t,
    (await makeSshKey(t)).publicKey,
    /"PUBLIC KEY" block.*keys of maintainers go into a file for --trust/s,
  );
  await refuses(t, '', /such as cosign\.pub/);
  const folder = await makeFolder(t);
  await fails(verify(folder, image, '--key', '/dev/zero'), 'KEY_UNUSABLE', [/zero": it is above 4194304 bytes/]);
  await fails(verify(folder, image, '--key', 'none.pub'), 'KEY_UNUSABLE', [/none\.pub": the file is not there/]);
});

test('a private key is refused, and no part of it is shown', async (t) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const secret = pem.split('\n')[1] ?? '';
  await refuses(
    t,
    pem,
    new RegExp(`^(?!.*${secret.slice(0, 20).replaceAll('+', '\\+')}).*Nobody who verifies needs`, 's'),
  );
});

test('a trusted root that is none is refused by the name of its file', async (t) => {
  const folder = await makeFolder(t);
  await writeFile(join(folder, 'bad.json'), '{}');
  const workflow = ['--certificate-identity', 'https://w', '--certificate-oidc-issuer', 'https://i', '--trusted-root'];
  const found = [/trusted root "bad\.json": it names no certificate authority/, /cosign trusted-root create/];
  await fails(verify(folder, image, ...workflow, 'bad.json'), 'KEY_UNUSABLE', found);
  await fails(verify(folder, image, ...workflow, 'none.json'), 'KEY_UNUSABLE', [/none\.json": the file is not there/]);
});

test('options that do not belong together, or lack one, are said before anything is read', async (t) => {
  const folder = await makeFolder(t);
  for (const [args, found] of [
    [[image, '--key', 'k', '--deep'], /with --deep: that takes the project/],
    [[image, '--key', 'k', '--trust', 't.yaml'], /with --trust/],
    [[image, '--key', 'k', '--certificate-identity', 'x'], /by a key and by a certificate at once/],
    [[image, '--certificate-identity', 'x'], /--certificate-oidc-issuer, --trusted-root is wanted/],
    [[image, '--mirror-of', 'ghcr.io/acme/app'], /--certificate-identity, --certificate-oidc-issuer, --trusted-root/],
    [[image, '--key', 'k', '--mirror-of', 'app'], /--mirror-of "app": it has no registry host/],
    [['1.2.3', '--key', 'k'], /A version alone is for a clone/],
    [['embedded/app:1.2.3', '--key', 'k'], /an embedded registry is part of its project/],
  ] as const)
    await fails(verify(folder, ...args), 'USAGE', [found]);
  const anybody = ['--certificate-identity', '*', '--certificate-oidc-issuer', 'https://i', '--trusted-root', 'r'];
  await fails(verify(folder, image, ...anybody), 'USAGE', [/that would be anybody/]);
});
