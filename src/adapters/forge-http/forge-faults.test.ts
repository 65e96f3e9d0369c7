import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Scope } from '../../../test/make/folder.ts';
import type { ForgeFault } from '../../../test/make/forge-faults.ts';
import { inject } from '../../../test/make/forge-faults.ts';
import type { ForgeServer, ShownRelease } from '../../../test/make/forge-servers.ts';
import { startForgeServer } from '../../../test/make/forge-servers.ts';
import { openHostedForge } from '../../../test/make/hosted-forge.ts';
import { deprecatedMark } from '../../domain/deprecated-mark.ts';
import { digestOf } from '../../domain/digest.ts';
import type { HostedForgeKind } from '../../domain/forge-capabilities.ts';
import { forgeCapabilities } from '../../domain/forge-capabilities.ts';
import type { Forge } from '../../ports/forge.ts';
import { contractTags, sampleTagObject } from '../../ports/forge.contract.ts';

const tag = 'v1.2.3';
const tags = new Map(contractTags.map((name) => [name, sampleTagObject(name)]));
const notes = 'What changed.\n';
const banner = `${deprecatedMark}\nwithdrawn`;

const draft = { tag, title: 'Tiny v1.2.3', notes: 'to come', prerelease: false };

/** Every effect there is on a forge, in the order of a release and its withdrawal. */
const effects: readonly ((forge: Forge) => Promise<unknown>)[] = [
  (forge) => forge.createDraft(draft),
  (forge) => upload(forge, 'app', 'one'),
  (forge) => upload(forge, 'SHA256SUMS', 'two'),
  (forge) => forge.updateNotes(tag, { notes, deprecated: false }),
  (forge) => forge.publish(tag, { object: sampleTagObject(tag) }),
  async (forge) => forgeCapabilities[forge.kind].latest === 'settable' && forge.setLatest(tag),
  (forge) => forge.updateNotes(tag, { notes: banner, deprecated: true }),
];

const faults: readonly ForgeFault[] = [
  'the answer is lost',
  'it answers 500',
  'a proxy answers 502',
  'reads show what was before',
];

for (const kind of ['github', 'forgejo', 'gitlab'] as const)
  for (const fault of faults)
    for (const runs of ['by one run', 'by a new run for each'] as const)
      test(`${kind}: effects ${runs}, of which ${fault}, end in one release with each file once`, async (t) => {
        const whole = await startForgeServer(t, kind, tags);
        await walk(t, { kind, runs, server: whole });
        const faulty = await startForgeServer(t, kind, tags);
        inject(faulty, fault);
        await walk(t, { kind, runs, server: faulty });
        deepEqual(faulty.shown().filter(isNoTwin), whole.shown());
      });

for (const kind of ['github', 'forgejo', 'gitlab'] as const)
  for (const fault of faults)
    test(`${kind}: a merge is asked for once by two runs, where ${fault}`, async (t) => {
      const server = await startForgeServer(t, kind, tags);
      inject(server, fault);
      const request = { from: 'merge-back/v1.2.4', into: 'main', title: 'Merge', text: 'text' };
      const propose = (): Promise<string> => openHostedForge(t, { kind, host: server }).mergeRequests.propose(request);
      equal(await propose(), await propose());
      deepEqual(server.openRequests(), ['merge-back/v1.2.4 into main']);
    });

/** Where GitHub's list lacks the draft of another run, a second one is made; nobody sees it, and no file goes there. */
function isNoTwin({ isDraft, files }: ShownRelease): boolean {
  return !isDraft || files.length > 0;
}

async function walk(
  scope: Scope,
  { kind, runs, server }: { readonly kind: HostedForgeKind; readonly runs: string; readonly server: ForgeServer },
): Promise<void> {
  let forge = openHostedForge(scope, { kind, host: server });
  for (const act of effects) {
    if (runs !== 'by one run') forge = openHostedForge(scope, { kind, host: server });
    // As a release does that goes on where another one was killed.
    await forge.createDraft(draft);
    await act(forge);
  }
  if (runs !== 'by one run') return;
  const listed = (await forge.listReleases()).map(({ state, deprecated }) => ({ state, deprecated }));
  deepEqual(listed, [{ state: 'published', deprecated: true }], 'a list shows what this run did');
}

function upload(forge: Forge, name: string, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  return forge.uploadAsset(tag, { name, digest: digestOf(bytes), size: bytes.length }, async function* () {
    yield bytes;
  });
}
