import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { processDocument } from './process-document.ts';
import { judgeDocument } from './rewrite.ts';

const example = new URL('../../../examples/rustshare/', import.meta.url);
const text = readFileSync(new URL('cutwater.yaml', example), 'utf8');
const policy = parsePolicy(text, { file: 'cutwater.yaml' });
const page = processDocument(policy);

void test('the page of the RustShare example is the one beside its policy', () => {
  const found = readFileSync(new URL('release-process.md', example), 'utf8');
  assert.deepEqual(judgeDocument(policy, found), { is: 'same' }, renew);
  assert.ok(found === page, renew);
});

const renew = "Run 'node tools/write-process-example.ts'";

/** What the written process asks for, by row, and the chapter and words that say it for RustShare. */
const rows: Readonly<Record<string, readonly [chapter: string, ...says: readonly (RegExp | string)[]]>> = {
  A1: ['Versions and tags', 'SemVer 2.0.0', '`vMAJOR.MINOR.PATCH`', '`v01.4.0`'],
  A2: ['Versions and tags', /MAJOR for .*\n- MINOR for .*\n- PATCH for /],
  A3: ['Versions and tags', /Below 1\.0\.0 a MINOR version may/, '`CHANGELOG.md`', '`docs/upgrading.md`', 'a digest'],
  A4: ['Versions and tags', /without annotation or without a signature that counts starts\s+nothing/],
  B1: ['Channels', /\| `edge` +\| `main` is pushed/, 'cutwater edge'],
  B2: ['Channels', /\| `nightly-YYYY-MM-DD` +\| `main` is pushed on that day \(UTC\)/],
  B3: ['Channels', /\| `sha-COMMIT` +\| never/, 'the whole commit id'],
  B4: ['Channels', /\| `X\.Y\.Z-rc\.N` +\| never/],
  B5: ['Channels', /\| `X\.Y\.Z` +\| never/, 'one digest for ever'],
  B6: ['Channels', /\| `X\.Y` +\| a stable version of the line/, /\| `X` +\|/, 'there is an alias `0` too'],
  B7: ['Channels', /\| `latest` +\|.*never production/, /candidate or a push to `main` can not move them/],
  C1: ['Release candidate', /"Unreleased" in `CHANGELOG\.md`/, 'git log --oneline "v$PREVIOUS..origin/main"'],
  C2: ['Release candidate', 'cutwater tag "$VERSION-rc.$RC" --push', 'git tag -s "v$VERSION-rc.$RC"'],
  C3: ['Release candidate', /\| final-launch-smoke +\| `\.\/scripts\/final-launch-smoke\.sh`.*\| 30 min/],
  C5: ['Release candidate', /`X\.Y\.Z-rc\.N` and `sha-COMMIT`.*none moves/s],
  C6: [
    'Release candidate',
    'staging',
    'integration tests',
    /copy of\s+production data/,
    'cutwater evidence add migration',
  ],
  C7: ['Stable release', 'cutwater promote "$VERSION-rc.$RC"'],
  C8: ['Release candidate', /mend it on `main`, and tag again with/],
  D1: ['Stable release', '`## [X.Y.Z] - YYYY-MM-DD`', 'https://github.com/kubedoio/rustshare/compare/v'],
  D2: ['Stable release', 'cutwater prepare "$VERSION"', /breaking changes, new and changed\s+environment\s+variables/],
  D3: ['Stable release', 'cargo test --workspace\nnpm --prefix frontend run test\n./scripts/final-launch-smoke.sh'],
  D4: ['Stable release', 'git add -- CHANGELOG.md docs/upgrading.md Cargo.toml', 'docs: prepare release v$VERSION'],
  D5: ['Stable release', 'git tag -s "v$VERSION" -m "Release v$VERSION"'],
  D6: ['Stable release', 'git push origin "refs/tags/v$VERSION"'],
  D7: ['Stable release', 'cutwater release "$VERSION"'],
  D8: ['Stable release', 'cutwater verify "$VERSION"'],
  D9: ['Stable release', 'cutwater announce "$VERSION"', /links to .*notes.* and to\s+`docs\/upgrading\.md`/s],
  E1: [
    'Hotfix',
    'cutwater hotfix start',
    'git checkout -b "hotfix/v$VERSION" "v$PREVIOUS"',
    /even if that one\s+was withdrawn/,
  ],
  E2: ['Hotfix', 'smallest fix', 'git diff'],
  E3: ['Hotfix', /fast track[\s\S]*\| final-launch-smoke/],
  E4: ['Hotfix', /`CHANGELOG\.md` and `docs\/upgrading\.md`/],
  E5: ['Hotfix', 'git tag -s "v$VERSION" -m "Hotfix v$VERSION"', /newer lines stay/],
  E6: ['Hotfix', 'cutwater hotfix finish', 'git merge --no-ff --no-edit "hotfix/v$VERSION"'],
  F1: ['Rollback', /Nothing is deleted: neither the tag nor the release/],
  F2: ['Rollback', /banner on the release that says that it is deprecated, why, and what to use/],
  F3: ['Rollback', '--aliases "$ALIASES"', 'skopeo copy --all', /migrations only go forward/],
  F4: ['Rollback', /go where the release was announced/, 'cutwater announce "$VERSION"'],
  F5: ['Rollback', /incident is\s+noted in\s+`CHANGELOG\.md`/],
  G1: ['Signing', /Stable tags are signed, without exception/, /should be; an unsigned one/],
  G2: ['Signing', 'git verify-tag'],
  G3: ['Signing', /CI pushes no tag/],
  G4: ['Signing', 'git config --global user.signingKey', 'git config --global tag.gpgSign true', 'github.com'],
};

void suite("every row of RustShare's written process is on its page", () => {
  for (const [row, [chapter, ...says]] of Object.entries(rows))
    void test(`${row} in "${chapter}"`, () => {
      const body = chapterOf(page, chapter);
      for (const words of says)
        if (typeof words === 'string') assert.ok(body.includes(words), `${row}: ${words} is missing in\n${body}`);
        else assert.match(body, words);
    });
});

void test('whatever a policy says, the page has the same headings, blocks of commands and marks', () => {
  const hostile = text
    .replace('name: senolcolak', 'name: "# a `b` | <!-- notes:begin --> *x* [y](javascript:z) ```"')
    .replace('path: /usr/local/bin/rustshare-backend', `path: "/usr/|\`\` $(x)/'b"`)
    .replace('[cargo, test, --workspace]', `[cargo, "\`\` \`\`\`", "|", "--x=$(reboot)", "it's"]`);
  assert.notEqual(hostile, text);
  const other = processDocument(parsePolicy(hostile, { file: 'cutwater.yaml' }));
  assert.deepEqual(shapeOf(other), shapeOf(page));
});

/** Headings, marks of code blocks, marks of notes, and rows of tables by their number of cells. */
function shapeOf(markdown: string): readonly string[] {
  return markdown.split('\n').flatMap((line) => {
    if (/^(?:#|<!--)/.test(line)) return [line];
    if (/^`{3,}/.test(line)) return [line.replace(/^`+/, 'code')];
    return line.startsWith('|') ? [`${line.split(/(?<!\\)\|/).length} cells`] : [];
  });
}

function chapterOf(markdown: string, title: string): string {
  const [, rest = ''] = markdown.split(`\n## ${title}\n`);
  return rest.split(/\n## /)[0] ?? '';
}

void test('the page names every companion with its platforms, its mirrors and the variable in which a gate finds it', () => {
  const [first] = policy.images;
  assert.ok(first);
  const name = { registry: 'ghcr.io', repository: 'kubedoio/rustshare-web' };
  const mirrors = [{ registry: 'quay.io', repository: 'kubedoio/rustshare-web' }];
  const companion = { ...first, name, mirrors, platforms: first.platforms.slice(0, 1), lockFiles: [] };
  const found = processDocument({ ...policy, images: [first, companion] }).replaceAll(/\s+/g, ' ');
  assert.match(found, /\| Companion \| `ghcr\.io\/kubedoio\/rustshare-web` for `linux\/amd64`: released, withdrawn/);
  assert.match(found, /a gate finds it as `CANDIDATE_IMAGE_RUSTSHARE_WEB`/);
  assert.match(found, /\| Its mirrors \| `quay\.io\/kubedoio\/rustshare-web` \|/);
  assert.doesNotMatch(page, /Companion/);
});

void test('where each platform is built on a machine of its own, the page says that this comes before the gates', () => {
  const built = (ci: Partial<typeof policy.ci>): string | undefined => {
    const text = processDocument({ ...policy, ci: { ...policy.ci, ...ci } }).replaceAll(/\s+/g, ' ');
    return /The tag is judged first(.*?) these gates run/.exec(text)?.[1];
  };
  assert.equal(built({}), '. Then `linux/amd64` and `linux/arm64` are built, each on a machine of its kind, and');
  assert.equal(built({ runner: 'own-box' }), ', then', 'one job builds all');
});
