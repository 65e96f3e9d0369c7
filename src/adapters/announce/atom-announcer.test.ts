import { deepEqual, doesNotMatch, equal, match, rejects } from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../../test/make/folder.ts';
import { announcerContract, sampleAnnouncement as announcement } from '../../ports/announcer.contract.ts';
import { atomAnnouncer } from './atom-announcer.ts';

announcerContract('atom', async (t) => {
  const root = await makeFolder(t);
  const file = join(root, 'news.atom');
  const entries = async (): Promise<readonly string[]> =>
    (await readFile(file, 'utf8').catch(() => '')).split('<entry>').slice(1);
  return {
    announcer: atomAnnouncer({ root, file, now: 1_800_000_000 }),
    keysSeen: async () =>
      (await entries()).map((entry) => /urn:cutwater:announcement:(\w+)/.exec(entry)?.[1] ?? '').toReversed(),
    textOf: async (id) => (await entries()).find((entry) => entry.includes(`announcement:${id}<`)) ?? '',
    secret: undefined,
  };
});

test('the newest entry is first, and one that is changed keeps its place and when it was published', async (t) => {
  const root = await makeFolder(t);
  const file = join(root, 'public', 'news.atom');
  const at = (now: number) => atomAnnouncer({ root, file, now });
  const released = { ...announcement, kind: 'released', title: 'app 1.1.0 is released', text: 'x' } as const;
  await at(1_800_000_000).send(released, 'a');
  await at(1_800_000_060).send({ ...released, title: 'app 1.2.0 is released' }, 'b');
  await at(1_800_000_120).amend?.('a', announcement);
  const text = await readFile(file, 'utf8');
  deepEqual(
    [...text.matchAll(/<title>(.*)<\/title>/g)].map(([, title]) => title),
    ['app: releases and withdrawals', 'app 1.2.0 is released', 'app 1.1.0 is withdrawn: do not deploy it'],
  );
  match(text, /<published>2027-01-15T08:00:00\.000Z<\/published>\n<updated>2027-01-15T08:02:00\.000Z<\/updated>/);
  match(text, /<\/author>\n<updated>2027-01-15T08:02:00\.000Z<\/updated>/);
});

test('hostile text is text in the feed, also what XML does not have', async (t) => {
  const root = await makeFolder(t);
  const file = join(root, 'news.atom');
  const feed = atomAnnouncer({ root, file, now: 1 });
  const text = '</content></entry><entry>\u0000\ud800 ]]> &amp; "';
  await feed.send({ ...announcement, title: '<b>&', text, links: { notes: 'https://e.org/?a=1&b="2"' } }, 'one');
  await feed.send(announcement, 'two');
  const written = await readFile(file, 'utf8');
  equal(written.split('<entry>').length, 3);
  match(written, /<title>&lt;b&gt;&amp;<\/title>/);
  match(written, /href="https:\/\/e\.org\/\?a=1&amp;b=&quot;2&quot;"/);
  doesNotMatch(written, /\u0000/);
});

test('a feed that somebody else wrote or changed is left alone', async (t) => {
  const root = await makeFolder(t);
  const file = join(root, 'news.atom');
  const feed = atomAnnouncer({ root, file, now: 1 });
  await feed.send(announcement, 'one');
  const own = await readFile(file, 'utf8');
  const foreign = own.replace('</feed>', '<entry>\n<id>mine</id>\n</entry>\n</feed>');
  for (const text of [
    '',
    foreign,
    '<feed/>',
    own.replace('<entry>', '<!-- me --><entry>'),
    own.slice(0, -20),
    `${own}\n`,
  ]) {
    await writeFile(file, text);
    await rejects(feed.send(announcement, 'two'), { code: 'INPUT_INVALID', message: /somebody else wrote/ });
    equal(await readFile(file, 'utf8'), text);
  }
});
