import { deepEqual, doesNotMatch, equal, match, rejects, throws } from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { Secret } from '../../domain/secret.ts';
import { announcerContract, sampleAnnouncement as announcement } from '../../ports/announcer.contract.ts';
import type { SeenRequest, ScriptedRegistry } from '../oci-http/scripted-registry.ts';
import { startScript } from '../oci-http/scripted-registry.ts';
import { discordAnnouncer, mastodonAnnouncer, slackAnnouncer } from './chat-announcers.ts';

const render = ({ title }: { readonly title: string }): string => title;
const hookPath = '/api/webhooks/11/T0PS3CRET';

announcerContract('discord', async (t) => {
  const posts = new Map<string, string>();
  const server = await startScript(t, chat(posts, { create: `${hookPath}?wait=true`, of: 'content' }));
  const announcer = discordAnnouncer(addressed(t, server, hookPath), render);
  return { announcer, ...seen(posts), keyless: true, secret: 'T0PS3CRET' };
});

announcerContract('mastodon', async (t) => {
  const posts = new Map<string, string>();
  const server = await startScript(t, chat(posts, { create: '/api/v1/statuses', of: 'status' }));
  return { announcer: mastodon(t, server), ...seen(posts), keyless: true, secret: 'T0PS3CRET' };
});

announcerContract('slack', async (t) => {
  const server = await startScript(t, (_, response) => response.end('ok'));
  const announcer = slackAnnouncer(addressed(t, server, '/services/T1/B2/T0PS3CRET'), render);
  return {
    announcer,
    keysSeen: async () => server.seen.map((_, index) => String(index)),
    keyless: true,
    secret: 'T0PS3CRET',
  };
});

test('a message on Discord mentions nobody, and its address stays as it is but for asking what it is called', async (t) => {
  const server = await startScript(t, (_, response) => response.end('{"id":"7"}'));
  const discord = discordAnnouncer(addressed(t, server, `${hookPath}?thread_id=5`), render);
  deepEqual(await discord.send(announcement, 'k'), { id: '7' });
  await discord.amend?.('7', announcement);
  deepEqual(server.log(), [`POST ${hookPath}?thread_id=5&wait=true`, `PATCH ${hookPath}/messages/7?thread_id=5`]);
  for (const { body } of server.seen)
    deepEqual(JSON.parse(String(body)), { content: announcement.title, allowed_mentions: { parse: [] } });
});

test('a post on Mastodon has the token, the key and who may see it, and no text of the token is ever shown', async (t) => {
  const server = await startScript(t, (_, response) =>
    response.end('{"id":"7","url":"https://social.example/@app/7"}'),
  );
  deepEqual(await mastodon(t, server).send(announcement, 'key-1'), { id: '7', url: 'https://social.example/@app/7' });
  const [request] = server.seen;
  deepEqual(
    [request?.headers.authorization, request?.headers['idempotency-key'], JSON.parse(String(request?.body))],
    ['Bearer T0PS3CRET', 'key-1', { status: announcement.title, visibility: 'unlisted' }],
  );
  for (const token of [null, '', ' '])
    throws(() => mastodon(t, server, token), { code: 'UNAUTHENTICATED', message: /SOCIAL_TOKEN is not set/ });
  throws(
    () => mastodon(t, server, 'T0PS\r\nX: 3CRET'),
    (error: Error) => {
      match(error.message, /what is in SOCIAL_TOKEN is no token/);
      doesNotMatch(error.message, /3CRET/);
      return true;
    },
  );
});

test('an id that is no number of a message is never put into an address', async (t) => {
  const server = await startScript(t, (_, response) => response.end('{}'));
  const chats = [mastodon(t, server), discordAnnouncer(addressed(t, server, hookPath), render)];
  for (const one of chats)
    for (const id of ['../../accounts', '7?x=1', '', '7/'])
      await rejects(one.amend?.(id, announcement) ?? Promise.resolve(), { code: 'ANNOUNCEMENT_REFUSED' });
  equal(server.seen.length, 0);
});

/** A chat that numbers what it takes, and knows nothing else. */
function chat(
  posts: Map<string, string>,
  { create, of }: { readonly create: string; readonly of: string },
): (request: SeenRequest, response: ServerResponse) => void {
  return ({ method, path, body }, response) => {
    const text: unknown = JSON.parse(String(body))[of];
    const old = path.split('/').at(-1) ?? '';
    const id = method === 'POST' && path === create ? String(posts.size + 1) : posts.has(old) ? old : undefined;
    if (id !== undefined) posts.set(id, String(text));
    response.statusCode = id === undefined ? 404 : 200;
    response.end(JSON.stringify({ id }));
  };
}

function seen(posts: ReadonlyMap<string, string>) {
  return {
    keysSeen: async () => [...posts.keys()],
    textOf: async (id: string) => posts.get(id) ?? '',
  };
}

function hostOf(t: TestContext, server: ScriptedRegistry) {
  return { channel: 'chat', host: server.host, timeoutSeconds: 30, environment: {}, signal: t.signal };
}

function addressed(t: TestContext, server: ScriptedRegistry, path: string) {
  return { ...hostOf(t, server), variable: 'CHAT_URL', address: new Secret(`http://${server.host}${path}`) };
}

function mastodon(t: TestContext, server: ScriptedRegistry, token: string | null = 'T0PS3CRET') {
  const secret = token === null ? undefined : new Secret(token);
  const options = { ...hostOf(t, server), variable: 'SOCIAL_TOKEN', token: secret, visibility: 'unlisted' } as const;
  return mastodonAnnouncer(options, render);
}
