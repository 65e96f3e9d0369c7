import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Announcement } from '../domain/announcement.ts';
import type { Announcer } from './announcer.ts';

export interface AnnouncerUnderTest {
  readonly announcer: Announcer;
  /** What readers of the channel see: the keys, in order, each as often as it is there. */
  readonly keysSeen: () => Promise<readonly string[]>;
  /** The channel has no place for keys: then `keysSeen` gives whatever each post is known by. */
  readonly keyless?: boolean;
  /** What stands under an id now, for channels that can change what they were told. */
  readonly textOf?: (id: string) => Promise<string>;
  /** A text that nobody may ever see, as part of an address. */
  readonly secret: string | undefined;
}

export const sampleAnnouncement: Announcement = {
  schema: 'cutwater.announcement/1',
  kind: 'withdrawn',
  project: 'app',
  version: '1.1.0',
  tag: 'v1.1.0',
  title: 'app 1.1.0 is withdrawn: do not deploy it',
  text: '**app 1.1.0 is withdrawn: do not deploy it**\n\n- Use **1.0.0** instead\n',
  image: 'e.org/app@sha256:0',
  verify: 'cutwater verify v1.1.0',
  links: {},
};

/** What every channel has in common, on the real one. */
export function announcerContract(name: string, make: (t: TestContext) => Promise<AnnouncerUnderTest>): void {
  test(`${name}: each key reaches the readers, and the same key again is no failure`, async (t) => {
    const { announcer, keysSeen, keyless = false } = await make(t);
    for (const key of ['one', 'two', 'one']) await announcer.send(sampleAnnouncement, key);
    const seen = new Set(await keysSeen());
    if (keyless) assert.equal(seen.size, 3);
    else assert.deepEqual(seen, new Set(['one', 'two']));
  });

  test(`${name}: what it calls an announcement can be changed under that id, again and again, or cannot at all`, async (t) => {
    const { announcer, keysSeen, textOf } = await make(t);
    const { id } = await announcer.send({ ...sampleAnnouncement, kind: 'released', title: 'released' }, 'one');
    if (textOf === undefined || id === undefined || announcer.amend === undefined) {
      assert.deepEqual([textOf, announcer.amend], [undefined, undefined]);
      return;
    }
    assert.match(await textOf(id), /released/);
    await announcer.amend(id, sampleAnnouncement);
    await announcer.amend(id, sampleAnnouncement);
    assert.match(await textOf(id), /is withdrawn: do not deploy it/);
    assert.equal((await keysSeen()).length, 1);
    await assert.rejects(announcer.amend('404404', sampleAnnouncement), { code: 'ANNOUNCEMENT_REFUSED' });
  });

  test(`${name}: opening it tells nothing, and its description gives no secret away`, async (t) => {
    const { announcer, keysSeen, secret } = await make(t);
    assert.deepEqual(await keysSeen(), []);
    assert.ok(announcer.description.length > 0);
    assert.ok(secret === undefined || !announcer.description.includes(secret));
  });
}
