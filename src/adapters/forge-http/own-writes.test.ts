import { deepEqual, equal, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import type { ForgeRelease } from '../../ports/forge.ts';
import { createRegistryHosts } from '../oci-http/registry-hosts.ts';
import { createRetry } from '../oci-http/retry.ts';
import { fastTiming } from '../oci-http/scripted-registry.ts';
import { TransientError } from '../oci-http/transient-error.ts';
import type { OwnWrites } from './own-writes.ts';
import { createOwnWrites } from './own-writes.ts';

const tag = 'v1.2.3';
const draft: ForgeRelease = {
  tag,
  title: 'Tiny v1.2.3',
  notes: 'first',
  state: 'draft',
  deprecated: false,
  prerelease: false,
  assets: [],
};

function open(): OwnWrites {
  const timing = fastTiming();
  return createOwnWrites(
    createRetry({ hosts: createRegistryHosts(), timing, signal: undefined, deadlineSeconds: 120 }),
  );
}

/** Shows one after the other, and then the last one for ever. */
function showing(...states: readonly (ForgeRelease | undefined)[]): {
  readonly looks: () => number;
  readonly look: () => Promise<{ readonly release: ForgeRelease } | undefined>;
} {
  let looks = 0;
  return {
    looks: () => looks,
    look: async () => {
      looks += 1;
      const release = states[Math.min(looks, states.length) - 1];
      return release === undefined ? undefined : { release };
    },
  };
}

test('each kind of write is looked for until it is shown, and then never again', async () => {
  const filled = { ...draft, assets: [{ name: 'app', size: 3 }] };
  const cases = [
    [{ is: 'drafted' }, undefined, draft],
    [{ is: 'file-added', name: 'app' }, draft, filled],
    [{ is: 'notes-changed', before: 'first' }, draft, { ...draft, notes: 'last' }],
    [{ is: 'published' }, draft, { ...draft, state: 'published' }],
  ] as const;
  for (const [write, before, after] of cases) {
    const own = open();
    own.add(tag, write);
    const shown = showing(before, before, after, before);
    deepEqual((await own.readOne(tag, shown.look))?.release, after, write.is);
    equal(shown.looks(), 3);
    deepEqual((await own.readOne(tag, shown.look))?.release, before, 'somebody has undone it');
    equal(shown.looks(), 4);
  }
});

test('what is never shown is given up, and what is there is said', async () => {
  const own = open();
  own.add(tag, { is: 'published' });
  const shown = showing(draft);
  equal((await own.readOne(tag, shown.look))?.release.state, 'draft');
  equal(shown.looks(), 6);
  await own.readOne(tag, shown.look);
  equal(shown.looks(), 7);
});

test('a read that fails has been tried often enough by whoever reads', async () => {
  const own = open();
  own.add(tag, { is: 'published' });
  let looks = 0;
  const down = async (): Promise<undefined> => {
    looks += 1;
    throw new TransientError('SERVER_ERROR', 'the server is down');
  };
  await rejects(own.readOne(tag, down), /the server is down/);
  equal(looks, 1);
});

test('notes that were changed and changed back are not waited for, and other tags never', async () => {
  const own = open();
  own.add(tag, { is: 'notes-changed', before: 'first' });
  own.add(tag, { is: 'notes-changed', before: 'last' });
  const shown = showing(draft);
  await own.readOne(tag, shown.look);
  await own.readOne('v9.9.9', showing(undefined).look);
  equal(shown.looks(), 1);
});

test('a list is read again until it shows what was published and what its notes are', async () => {
  const own = open();
  own.add(tag, { is: 'drafted' });
  own.add(tag, { is: 'published' });
  own.add(tag, { is: 'notes-changed', before: 'first' });
  const published = { ...draft, state: 'published' } as const;
  const lists = [[], [draft], [published], [{ ...published, notes: 'last' }]];
  let looks = 0;
  const list = await own.readList(async () => lists[(looks += 1) - 1] ?? []);
  equal(list[0]?.notes, 'last');
  equal(looks, 4);
  deepEqual(await own.readList(async () => []), []);
});
