import { doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Announcement } from '../../domain/announcement.ts';
import { discordPost, mastodonPost, slackPost } from './chat-post.ts';

const released: Announcement = {
  schema: 'cutwater.announcement/1',
  kind: 'released',
  project: 'app',
  version: '1.1.0',
  tag: 'v1.1.0',
  title: 'app 1.1.0 is released',
  text: '**app 1.1.0 is released**\n',
  image: 'ghcr.io/acme/app@sha256:12',
  verify: 'cutwater verify ghcr.io/acme/app@sha256:12 --key ci.pub',
  links: {
    notes: 'https://github.com/acme/app/releases/tag/v1.1.0',
    upgrading: 'https://github.com/acme/app/blob/v1.1.0/docs/upgrading.md',
  },
};
const withdrawn: Announcement = {
  ...released,
  kind: 'withdrawn',
  title: 'app 1.1.0 is withdrawn: do not deploy it',
  reason: 'Loses uploads.\n\n@everyone <!channel> **bold** #now https://e.org/a_b',
  useInstead: '1.0.0',
  insteadImage: 'ghcr.io/acme/app@sha256:10',
  wayBack: { to: '1.0.0', is: 'restore' },
};

test('a release is posted with digest, a way to verify it, notes and upgrading guide', () => {
  equal(
    discordPost(released),
    `**app 1.1.0 is released**

Pin it by its digest: \`ghcr.io/acme/app@sha256:12\`
Verify it: \`cutwater verify ghcr.io/acme/app@sha256:12 --key ci.pub\`
Release notes: <https://github.com/acme/app/releases/tag/v1.1.0>
Upgrading guide: <https://github.com/acme/app/blob/v1.1.0/docs/upgrading.md>`,
  );
  match(slackPost(released), /^\*app 1\.1\.0 is released\*\n\nPin it by its digest: `ghcr/);
  match(
    mastodonPost(released, 500),
    /^app 1\.1\.0 is released\n\nPin it by its digest: ghcr[^]*\nUpgrading guide: https:/,
  );
});

test('a withdrawal says why, what to use instead, and how hard it is to go back', () => {
  for (const post of [discordPost(withdrawn), slackPost(withdrawn), mastodonPost(withdrawn, 500)]) {
    match(post, /Loses uploads\./);
    match(post, /Use \*{0,2}1\.0\.0\*{0,2} instead\.\n`?ghcr\.io\/acme\/app@sha256:10/);
    match(post, /Going back to 1\.0\.0 needs a restore/);
    doesNotMatch(post, /Pin it/);
  }
  const { useInstead: _, wayBack: __, ...alone } = withdrawn;
  match(slackPost(alone), /no version to use instead yet/);
});

test('a reason calls nobody, joins no topic and decorates nothing', () => {
  match(discordPost(withdrawn), /> \\@everyone \\<!channel\\> \\\*\\\*bold\\\*\\\* \\#now/);
  match(slackPost(withdrawn), /> @everyone &lt;!channel&gt; /);
  match(mastodonPost(withdrawn, 500), /@\u200beveryone <!channel> .* #\u200bnow/);
});

test('where a chat takes less, the way to verify goes first, then the digest, then the guide, then the end of the reason', () => {
  const sizes = [400, 250, 190, 90];
  const [all = '', noVerify = '', noDigest = '', least = ''] = sizes.map((limit) => mastodonPost(released, limit));
  match(all, /Verify it/);
  match(noVerify, /Pin it[^]*Upgrading/);
  doesNotMatch(noVerify, /Verify it/);
  match(noDigest, /Upgrading/);
  doesNotMatch(noDigest, /Pin it/);
  match(least, /Release notes: /);
  doesNotMatch(least, /Upgrading/);
  const long = { ...withdrawn, reason: `Loses ${'very '.repeat(500)}many uploads.` };
  const cut = mastodonPost(long, 500);
  ok(cut.length <= 500 && cut.length > 400, String(cut.length));
  match(cut, /^app[^]*\n\nLoses very very[^]*…\n\nUse 1\.0\.0 instead\./);
});

test('whatever the reason is, a post fits, keeps title and what to use, and has no character that hides', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 6000 }), (reason) => {
      const told = { ...withdrawn, reason };
      const posts = [discordPost(told), slackPost(told), mastodonPost(told, 500)] as const;
      for (const [index, post] of posts.entries()) {
        ok(post.length <= ([2000, 3000, 500][index] ?? 0), post);
        match(post, /app 1\.1\.0 is withdrawn/);
        match(post, /1\.0\.0/);
        doesNotMatch(post.replaceAll('\u200b', ''), /[\u202a-\u202e\u2066-\u2069\u0000-\u0009\u000b-\u001f]/u);
      }
    }),
  );
});
