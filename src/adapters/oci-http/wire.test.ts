import { equal } from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { httpTransport } from './http-transport.ts';
import { createRegistryHosts } from './registry-hosts.ts';
import { startScript } from './scripted-registry.ts';
import { realTiming } from './timing.ts';
import { createWire } from './wire.ts';

test('a token that a header tells back is hidden, under each name it is sent by', async (t) => {
  const token = 'glpat-0123456789abcdef';
  for (const headers of [{ authorization: `Bearer ${token}` }, { 'private-token': token }, { 'job-token': token }])
    equal(await locationFor(t, headers, `/next?t=${token}`), '/next?t=[secret]');
});

test('an address that has a password, or what everybody gets in the place of a token, as a part stays as it is', async (t) => {
  const basic = `Basic ${Buffer.from('ada:uploads').toString('base64')}`;
  equal(await locationFor(t, { authorization: basic }, '/v2/uploads/1'), '/v2/uploads/1');
  equal(await locationFor(t, { authorization: 'Bearer QQ==' }, '/blob?sig=QQ=='), '/blob?sig=QQ==');
});

async function locationFor(t: TestContext, headers: Readonly<Record<string, string>>, location: string) {
  const { host } = await startScript(t, (_, response) => void response.writeHead(307, { location }).end());
  const transport = httpTransport({});
  const wire = createWire({ transport, hosts: createRegistryHosts(), timing: realTiming, signal: t.signal });
  t.after(() => wire.close());
  const url = new URL(`http://${host}/`);
  const reply = await wire.exchange({ what: 'ask', method: 'GET', url, headers, milliseconds: 10_000 });
  reply.body.destroy();
  return reply.headers('location')[0];
}
