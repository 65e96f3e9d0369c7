import { test } from 'node:test';
import { notRun } from './peers.ts';
import { checkScannedRelease } from './scanned-release.ts';
import { trivyPeer, trivyScanner } from './trivy-peer.ts';

const claim =
  'trivy stops a release at a known vulnerability, not at one that is excused, and not with an old database';
if (trivyPeer.is === 'missing') notRun(claim, `trivy: ${trivyPeer.why}`);
else {
  const { path } = trivyPeer;
  void test(claim, { timeout: 600_000 }, async (t) => {
    await checkScannedRelease(t, trivyScanner(t, path));
  });
}
