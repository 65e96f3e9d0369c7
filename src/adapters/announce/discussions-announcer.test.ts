import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { schema } from '@octokit/graphql-schema';
import { buildSchema, graphql } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { Secret } from '../../domain/secret.ts';
import { announcerContract, sampleAnnouncement as announcement } from '../../ports/announcer.contract.ts';
import type { ScriptedRegistry } from '../oci-http/scripted-registry.ts';
import { startScript } from '../oci-http/scripted-registry.ts';
import { discussionsAnnouncer, graphqlAddress } from './discussions-announcer.ts';

announcerContract('discussions', async (t) => {
  const forum = makeForum();
  const server = await serve(t, forum);
  return {
    announcer: discussions(t, server),
    keysSeen: async () => forum.posts.map(({ body }) => /announcement (\S+) -->/.exec(body)?.[1] ?? 'changed'),
    textOf: async (id) =>
      forum.posts
        .filter((post) => post.id === id)
        .map(({ title, body }) => title + body)
        .join(),
    secret: 'T0PS3CRET',
  };
});

test('a run that was killed after telling finds its own discussion, and never a stranger’s that looks like it', async (t) => {
  const forum = makeForum();
  const chat = discussions(t, await serve(t, forum));
  const marker = '<!-- cutwater:announcement one -->';
  forum.posts.push({
    id: '9',
    url: 'https://github.com/acme/app/discussions/9',
    title: 'x',
    body: marker,
    viewerDidAuthor: false,
  });
  const first = await chat.send(announcement, 'one');
  const again = await chat.send(announcement, 'one');
  deepEqual(first, { id: '2', url: 'https://github.com/acme/app/discussions/2' });
  deepEqual(again, first);
  equal(forum.posts.length, 2);
  equal(forum.posts[0]?.body, `${announcement.text}\n${marker}\n`);
});

test('a repository without discussions, without that category, or a token without the right is said with a next step', async (t) => {
  const cases: readonly (readonly [Partial<Forum>, object])[] = [
    [
      { repository: 'acme/other' },
      { code: 'ANNOUNCEMENT_REFUSED', message: /answer is no answer to the question|shows no repository acme\/app/ },
    ],
    [{ category: 'general' }, { code: 'ANNOUNCEMENT_REFUSED', message: /has no category "announcements"/ }],
    [{ error: 'FORBIDDEN' }, { code: 'FORBIDDEN', message: /the answer is FORBIDDEN/ }],
    [{ error: 'x T0PS3CRET' }, { code: 'ANNOUNCEMENT_REFUSED', message: /no answer to the question$/ }],
  ];
  for (const [change, wanted] of cases) {
    const server = await serve(t, { ...makeForum(), ...change });
    await rejects(discussions(t, server).send(announcement, 'one'), wanted);
  }
  const html = await startScript(t, (_, response) => response.end('<html>'));
  await rejects(discussions(t, html).send(announcement, 'one'), { code: 'ANNOUNCEMENT_REFUSED' });
});

test('strangers cannot stop an announcement by discussions as long as there may be', async (t) => {
  const forum = makeForum();
  // What GitHub counts as one character has up to four bytes.
  for (let number = 0; number < 20; number += 1)
    forum.posts.push({
      id: `x${number}`,
      url: '',
      title: 'x',
      body: '\u{1f980}'.repeat(65_536),
      viewerDidAuthor: false,
    });
  const { id } = await discussions(t, await serve(t, forum)).send(announcement, 'one');
  equal(id, '21');
});

test('github.com and its tenants have a host for the API, a server of one’s own a path', () => {
  deepEqual(
    ['api.github.com', 'api.acme.ghe.com', 'github.acme.example', 'api.github.com.acme.example'].map(
      (host) => graphqlAddress(host).href,
    ),
    [
      'https://api.github.com/graphql',
      'https://api.acme.ghe.com/graphql',
      'https://github.acme.example/api/graphql',
      'https://api.github.com.acme.example/api/graphql',
    ],
  );
});

test('the token goes in the header, to the path that GitHub Enterprise has', async (t) => {
  const server = await serve(t, makeForum());
  await discussions(t, server).send(announcement, 'one');
  for (const { method, path, headers } of server.seen)
    deepEqual([method, path, headers.authorization], ['POST', '/api/graphql', 'Bearer T0PS3CRET']);
  match(String(server.seen[0]?.body), /discussionCategory/);
});

interface Post {
  readonly id: string;
  readonly url: string;
  title: string;
  body: string;
  readonly viewerDidAuthor: boolean;
}

interface Forum {
  readonly repository: string;
  readonly category: string;
  readonly error: string | undefined;
  /** The newest first. */
  readonly posts: Post[];
}

function makeForum(): Forum {
  return { repository: 'acme/app', category: 'announcements', error: undefined, posts: [] };
}

/** Runs each query against GitHub's published schema: what it does not allow is an error, as it is there. */
async function serve(t: TestContext, forum: Forum): Promise<ScriptedRegistry> {
  return startScript(t, ({ body }, response) => {
    const { query, variables } = JSON.parse(String(body));
    const errors = [{ type: forum.error }];
    const answer =
      forum.error === undefined
        ? graphql({
            schema: publishedSchema(),
            source: query,
            variableValues: variables,
            rootValue: resolvers(forum),
            typeResolver: (value) => value.__typename,
          })
        : Promise.resolve({ data: null, errors });
    void answer.then((reply) => response.end(JSON.stringify(reply)));
  });
}

let loaded: GraphQLSchema | undefined;

function publishedSchema(): GraphQLSchema {
  loaded ??= buildSchema(schema.idl, { assumeValidSDL: true });
  return loaded;
}

function resolvers(forum: Forum) {
  const repository = {
    __typename: 'Repository',
    id: 'R_1',
    discussionCategory: ({ slug }: { readonly slug: string }) => (slug === forum.category ? { id: 'C_1' } : null),
    discussions: ({ categoryId }: { readonly categoryId: string }) => ({
      nodes: categoryId === 'C_1' ? forum.posts : [],
    }),
  };
  return {
    repository: ({ owner, name }: { readonly owner: string; readonly name: string }) =>
      `${owner}/${name}` === forum.repository ? repository : null,
    node: () => repository,
    createDiscussion: ({ input }: { readonly input: { readonly title: string; readonly body: string } }) => {
      const id = String(forum.posts.length + 1);
      const post = { id, url: `https://github.com/acme/app/discussions/${id}`, ...input, viewerDidAuthor: true };
      forum.posts.unshift(post);
      return { discussion: post };
    },
    updateDiscussion: ({
      input,
    }: {
      readonly input: { readonly discussionId: string; readonly title: string; readonly body: string };
    }) => {
      const post = forum.posts.find(({ id }) => id === input.discussionId);
      if (post === undefined) throw new Error('NOT_FOUND');
      Object.assign(post, { title: input.title, body: input.body });
      return { discussion: post };
    },
  };
}

function discussions(t: TestContext, server: ScriptedRegistry) {
  return discussionsAnnouncer({
    channel: 'chat',
    host: server.host,
    variable: 'GITHUB_TOKEN',
    token: new Secret('T0PS3CRET'),
    timeoutSeconds: 30,
    environment: {},
    signal: t.signal,
    repository: 'acme/app',
    category: 'announcements',
  });
}
