import type { Announcement } from '../../domain/announcement.ts';
import { CutwaterError } from '../../domain/error.ts';
import type { Announcer, AnnouncementReceipt } from '../../ports/announcer.ts';
import type { ChannelHost } from './channel-call.ts';
import { callChannel, parseObject, receiptOf } from './channel-call.ts';
import type { TokenPlace } from './channel-token.ts';
import { originOf, readToken } from './channel-token.ts';

export interface DiscussionsOptions extends ChannelHost, TokenPlace {
  /** `owner/name`. */
  readonly repository: string;
  /** The category's name in addresses, such as `announcements`. */
  readonly category: string;
}

/**
 * Opens a GitHub discussion for each announcement. One with the key that this account began is the announcement already, so
 * that a run killed after telling does not tell twice; a stranger's is none, however it looks.
 */
export function discussionsAnnouncer(options: DiscussionsOptions): Announcer {
  const { channel, host, repository, category } = options;
  const authorization = `Bearer ${readToken(options)}`;
  const url = graphqlAddress(host);
  const ask = async (what: string, query: string, variables: object): Promise<Node> => {
    const body = { query, variables };
    const answer = parseObject(
      new TextDecoder().decode(
        await callChannel(options, { what, method: 'POST', url, headers: { authorization }, body }),
      ),
    );
    failOnErrors(answer, what);
    return answer;
  };
  const findPlace = async (what: string): Promise<{ readonly repositoryId: string; readonly categoryId: string }> => {
    const [owner, name] = repository.split('/');
    const found = await ask(what, placeQuery, { owner, name, slug: category });
    const repositoryId = textAt(found, 'data', 'repository', 'id');
    const categoryId = textAt(found, 'data', 'repository', 'discussionCategory', 'id');
    if (repositoryId !== undefined && categoryId !== undefined) return { repositoryId, categoryId };
    const missing = repositoryId === undefined ? `shows no repository ${repository}` : `has no category "${category}"`;
    throw new CutwaterError('ANNOUNCEMENT_REFUSED', `Cannot ${what}: ${host} ${missing} with discussions`, {
      hint: `Turn discussions on in the settings of ${repository}, and name one of its categories in cutwater.yaml`,
    });
  };
  return {
    description: `discussions of ${repository} at ${host}`,
    async send(announcement, key) {
      const what = `announce ${announcement.version} on ${channel}`;
      const place = await findPlace(what);
      const recent = await ask(what, recentQuery, { id: place.repositoryId, categoryId: place.categoryId });
      const own = listAt(recent, 'data', 'node', 'discussions', 'nodes').find(
        (node) => node['viewerDidAuthor'] === true && String(node['body']).includes(markerOf(key)),
      );
      if (own !== undefined) return receipt(own);
      const made = await ask(what, createQuery, { input: { ...place, ...textOf(announcement, key) } });
      return receipt(nodeAt(made, 'data', 'createDiscussion', 'discussion'));
    },
    async amend(id, announcement) {
      const what = `change the announcement ${id} on ${channel}`;
      await ask(what, updateQuery, { input: { discussionId: id, ...textOf(announcement, undefined) } });
    },
  };
}

/** github.com and its tenants (`api.NAME.ghe.com`) have hosts of their own for it, a GitHub Enterprise Server has not. */
export function graphqlAddress(host: string): URL {
  const isHosted = host === 'api.github.com' || /^api\.[a-z0-9-]+\.ghe\.com$/.test(host);
  return new URL(isHosted ? '/graphql' : '/api/graphql', originOf(host));
}

type Node = Readonly<Record<string, unknown>>;

function textOf(
  announcement: Announcement,
  key: string | undefined,
): { readonly title: string; readonly body: string } {
  const marker = key === undefined ? '' : `\n${markerOf(key)}\n`;
  return { title: announcement.title, body: `${announcement.text}${marker}` };
}

function markerOf(key: string): string {
  return `<!-- cutwater:announcement ${key} -->`;
}

function receipt(node: Node): AnnouncementReceipt {
  return receiptOf(new TextEncoder().encode(JSON.stringify(node)));
}

/** GraphQL answers 200 for failures too; only the type of an error is shown, which is one word. */
function failOnErrors(answer: Node, what: string): void {
  const errors = answer['errors'];
  if (errors === undefined && typeof answer['data'] === 'object') return;
  const [first] = Array.isArray(errors) ? errors : [];
  const type = textAt(isNode(first) ? first : {}, 'type');
  const named = type !== undefined && /^[A-Z_]{1,60}$/.test(type) ? type : 'no answer to the question';
  const rights = named === 'FORBIDDEN' || named === 'INSUFFICIENT_SCOPES';
  throw new CutwaterError(rights ? 'FORBIDDEN' : 'ANNOUNCEMENT_REFUSED', `Cannot ${what}: the answer is ${named}`, {
    hint: 'Give the token the right to read the repository and to write its discussions',
  });
}

function nodeAt(from: Node, ...path: readonly string[]): Node {
  const value = path.reduce<unknown>((node, key) => (isNode(node) ? node[key] : undefined), from);
  return isNode(value) ? value : {};
}

function textAt(from: Node, ...path: readonly string[]): string | undefined {
  const value = nodeAt(from, ...path.slice(0, -1))[path.at(-1) ?? ''];
  return typeof value === 'string' ? value : undefined;
}

function listAt(from: Node, ...path: readonly string[]): readonly Node[] {
  const value = nodeAt(from, ...path.slice(0, -1))[path.at(-1) ?? ''];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const placeQuery =
  'query($owner: String!, $name: String!, $slug: String!) { repository(owner: $owner, name: $name) { id discussionCategory(slug: $slug) { id } } }';
const recentQuery =
  'query($id: ID!, $categoryId: ID!) { node(id: $id) { ... on Repository { discussions(first: 20, categoryId: $categoryId, orderBy: {field: CREATED_AT, direction: DESC}) { nodes { id url body viewerDidAuthor } } } } }';
const createQuery =
  'mutation($input: CreateDiscussionInput!) { createDiscussion(input: $input) { discussion { id url } } }';
const updateQuery =
  'mutation($input: UpdateDiscussionInput!) { updateDiscussion(input: $input) { discussion { id } } }';
